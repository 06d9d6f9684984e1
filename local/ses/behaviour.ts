import type { NullSource } from './event.ts'

/**
 * What no document says of SES's receiving: as `quietgate conformance` found it out in a real account, or as it is assumed here
 * until somebody has.
 */
export type Behaviour = {
  readonly nullSource: NullSource
  /** To a recipient that no rule takes, at RCPT TO. */
  readonly unmatchedReply: SmtpReply
  /** Of names and values of header fields in an event. What does not fit is left out whole. */
  readonly mostHeaderBytes: number
  /** Whom STOP_RULE_SET stops the later rules for: all recipients of the message, or those of the rule that said it. */
  readonly stopReaches: 'message' | 'recipients'
}

export type SmtpReply = { readonly code: number; readonly text: string }

/** The guide's limit for what a function gets is 50 KB of headers (SES quotas). */
export const assumedBehaviour: Behaviour = {
  nullSource: '',
  unmatchedReply: { code: 550, text: '5.1.1 mailbox unavailable: no receipt rule takes this recipient' },
  mostHeaderBytes: 50 * 1024,
  stopReaches: 'message',
}

/** ses-conformance.json. null: it could not be found out. */
export type ConformanceFile = {
  readonly schema_version: 1
  readonly region: string
  /** ISO 8601, UTC. */
  readonly asked_at: string
  readonly null_source: NullSource | null
  readonly unmatched_reply: SmtpReply | null
  readonly header_bytes: number | null
  readonly stop_reaches: Behaviour['stopReaches'] | null
  /** The lines that SES wrote on top, for people: Received and Received-SPF of each probe. */
  readonly received: readonly string[]
}

export type ReadBehaviour =
  | { readonly kind: 'behaviour'; readonly behaviour: Behaviour }
  | { readonly kind: 'problem'; readonly sentence: string }

/** What a file of answers says, with the assumptions for what it leaves open. `name` is that of the file. Never throws. */
export function readBehaviour(text: string, name: string): ReadBehaviour {
  const found = parsed(text)
  if (found?.['schema_version'] !== 1) {
    return problem(name, 'it should be what quietgate conformance wrote, with schema_version 1')
  }
  const { null_source: nullSource, unmatched_reply: reply, header_bytes: bytes, stop_reaches: reaches } = found
  if (!isOneOf(nullSource, ['', '<>', 'absent', null])) {
    return problem(name, 'null_source should be "", "<>", "absent" or null')
  }
  if (!isOneOf(reaches, ['message', 'recipients', null])) {
    return problem(name, 'stop_reaches should be "message", "recipients" or null')
  }
  if (bytes !== null && !isWithin(bytes, 1, 1024 * 1024)) {
    return problem(name, 'header_bytes should be null or a whole number from 1 to 1048576')
  }
  if (reply !== null && !isReply(reply)) {
    return problem(
      name,
      'unmatched_reply should be null or an object with a code from 400 to 599 and a text of one line',
    )
  }
  return {
    kind: 'behaviour',
    behaviour: {
      nullSource: nullSource ?? assumedBehaviour.nullSource,
      unmatchedReply: reply ?? assumedBehaviour.unmatchedReply,
      mostHeaderBytes: bytes ?? assumedBehaviour.mostHeaderBytes,
      stopReaches: reaches ?? assumedBehaviour.stopReaches,
    },
  }
}

function problem(name: string, why: string): ReadBehaviour {
  return { kind: 'problem', sentence: `${name} cannot be used: ${why}.` }
}

function parsed(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : null
  } catch {
    return null
  }
}

function isOneOf<const T>(value: unknown, allowed: readonly T[]): value is T {
  return (allowed as readonly unknown[]).includes(value)
}

function isWithin(value: unknown, from: number, to: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= from && value <= to
}

function isReply(value: unknown): value is SmtpReply {
  if (typeof value !== 'object' || value === null) return false
  const { code, text } = value as { readonly code?: unknown; readonly text?: unknown }
  return isWithin(code, 400, 599) && typeof text === 'string' && /^[\x20-\x7e]{1,500}$/.test(text)
}
