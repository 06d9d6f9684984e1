import type { Rule } from '../reasons.ts'

/** States what of the event could not be read. It never wants anything done: a strange event is no fault of the sender. */
export const event: Rule = ({ message: { problems } }) =>
  problems.length === 0
    ? []
    : [{ by: 'scans', effect: 'deliver', recipient: null, reason: { code: 'event-incomplete', problems } }]
