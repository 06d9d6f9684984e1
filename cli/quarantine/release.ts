import { createEntryList } from '../../lambda/adapters/s3-entry-list.ts'
import { oneLine } from '../../lambda/core/plain-text.ts'
import type { Released, ReleaseOutcome, ReleaseRefusal } from '../../lambda/core/release/request.ts'
import { allowSender, type Allowed } from '../../lambda/quarantine/allow-sender.ts'
import { release, type ReleasePorts } from '../../lambda/release.ts'
import { findRecord } from '../../lambda/release/find-record.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { print, printJson, say } from '../terminal.ts'
import type { Verb } from '../verb.ts'
import { withRelease } from './open-release.ts'
import { commandRequest, problemWithOne, type ReleaseOptions } from './release-options.ts'

/** Releases one message, and allows its sender where that is wished. */
export function releaseOne(id: string, options: ReleaseOptions, verb: Verb): Promise<ExitCode> {
  const problem = problemWithOne(options)
  if (problem !== null) {
    say(verb.terminal, problem)
    return Promise.resolve(exitCodes.usage)
  }
  return withRelease(verb, async (ports) => {
    const { signal } = new AbortController()
    const by = commandRequest(options)
    const request = {
      message_id: id,
      day: null,
      recipients: options.to.length === 0 ? ('stopped' as const) : options.to,
      reason: options.reason,
      by,
      even_virus: options.evenVirus === true,
    }
    const outcome = await release(request, ports, signal)
    const isOut = outcome.answer === 'released' || outcome.answer === 'already-released'
    const allow = isOut ? await allowed(id, options, ports, signal) : null
    if (verb.json) await printJson(verb.terminal, { message_id: id, request_id: by.request_id, ...outcome, allow })
    else await tell(id, by.request_id, outcome, allow, verb)
    return allow?.isDone === false ? exitCodes.error : exitCodeOf(outcome)
  })
}

/** Null: nobody wished it. */
async function allowed(
  id: string,
  { allowFor, owner = '', reason }: ReleaseOptions,
  { objects, mailDays, clock }: ReleasePorts,
  signal: AbortSignal,
): Promise<Allowed | null> {
  if (allowFor === undefined) return null
  const record = await findRecord(objects, id, { day: null, mailDays, now: clock() }, signal)
  if (record === null) return { isDone: false, sentence: 'The sender was not allowed: the record is gone.' }
  const wish = { days: Number(allowFor), owner, reason: oneLine(reason.trim(), 500) }
  return allowSender(record, wish, createEntryList(objects), clock(), signal)
}

async function tell(
  id: string,
  requestId: string,
  outcome: ReleaseOutcome,
  allow: Allowed | null,
  { terminal }: Verb,
): Promise<void> {
  const lines = linesOf(id, requestId, outcome)
  const isDone = outcome.answer === 'released'
  for (const line of lines) {
    if (isDone) await print(terminal, oneLine(line, 1000))
    else say(terminal, oneLine(line, 1000))
  }
  if (allow !== null) say(terminal, oneLine(allow.sentence, 1000))
}

function linesOf(id: string, requestId: string, outcome: ReleaseOutcome): readonly string[] {
  switch (outcome.answer) {
    case 'released':
      return [
        `${id} is in the queue of the hand-over for ${outcome.recipients.join(', ')} (request ${requestId}).`,
        ...outcome.before.map(beforeLine),
        ...(outcome.notes ?? []),
      ]
    case 'already-released':
      return outcome.before.map(beforeLine)
    case 'refused':
      return [outcome.why === 'virus' ? `${outcome.sentence} Say --even-virus.` : outcome.sentence]
    case 'failed':
      return [`${id} could not be released: ${outcome.cause}. It can be asked for again: nothing is done twice.`]
  }
}

function beforeLine({ message_id, recipient, released_at, reason, by }: Released): string {
  const owner = by.owner === null ? '' : ` by ${by.owner}`
  return `${message_id} was released for ${recipient} at ${released_at}${owner} ("${reason}"), request ${by.request_id} of a ${by.kind}.`
}

function exitCodeOf(outcome: ReleaseOutcome): ExitCode {
  switch (outcome.answer) {
    case 'released':
      return exitCodes.ok
    case 'already-released':
      return exitCodes.refused
    case 'failed':
      return exitCodes.error
    case 'refused':
      return refusals[outcome.why]
  }
}

const refusals: { readonly [R in ReleaseRefusal]: ExitCode } = {
  'no-record': exitCodes.error,
  'no-mail': exitCodes.error,
  'not-a-recipient': exitCodes.error,
  'no-reason': exitCodes.usage,
  virus: exitCodes.refused,
  'nothing-stopped': exitCodes.refused,
}
