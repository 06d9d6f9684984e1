import { Ajv } from 'ajv'
import { readFileSync } from 'node:fs'
import type { ProbeEvent } from '../lambda/core/probe-events.ts'

const schema = JSON.parse(readFileSync(new URL('../docs/event.schema.json', import.meta.url), 'utf8')) as object
const ajv = new Ajv({ allErrors: true, strict: false })
const valid = ajv.compile(schema)

/** Throws unless the event is what docs/event.schema.json promises to those who query it. */
export function assertValidEvent(event: unknown): asserts event is ProbeEvent {
  const onTheWire: unknown = JSON.parse(JSON.stringify(event))
  if (!valid(onTheWire)) throw new Error(`The event breaks its schema: ${ajv.errorsText(valid.errors)}`)
}
