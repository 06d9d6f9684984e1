import type { BounceVerdict } from './judgement.ts'
import type { Action, Mode } from './policy.ts'
import type { ReasonCode } from './reasons.ts'
import { recordKey, type DecisionRecord, type RecordedTimings } from './record.ts'

/** Something to do about a verdict, as data, in the order in which it must be done. */
export type Effect =
  | { readonly kind: 'append-record'; readonly key: string; readonly record: DecisionRecord }
  | { readonly kind: 'point-to-quarantined'; readonly key: string; readonly pointer: QuarantinePointer }
  /** Entries of the directory that received mail, and on which day: once a day is enough. */
  | { readonly kind: 'mark-seen'; readonly keys: readonly string[]; readonly day: string }
  | { readonly kind: 'measure'; readonly measurement: Measurement }

/** One small object for each quarantined message, so that a person can list them without reading all records. */
export type QuarantinePointer = {
  readonly schema_version: 1
  readonly message_id: string
  readonly received_at: string
  readonly record_key: string
  readonly kept_key?: string
  readonly reasons: readonly ReasonCode[]
}

/** What is counted of one message. Closed sets only: no address, no name and no number that a sender chose. */
export type Measurement = {
  readonly action: Action
  readonly wouldBeAction: Action
  readonly mode: Mode
  readonly reasons: readonly ReasonCode[]
  readonly recipients: { readonly known: number; readonly unknown: number; readonly unavailable: number }
  /** What a bounce was judged to be, each verdict once. */
  readonly bounces: readonly BounceVerdict[]
  readonly milliseconds: RecordedTimings
  readonly coldStart: boolean
}

/**
 * The record comes first: nothing happens to a message before it is written down why. What is measured comes last, because
 * it must not be counted twice when SES delivers the same event again. `seen` are the entries that were delivered to.
 */
export function effectsOf(record: DecisionRecord, seen: readonly string[] = []): readonly Effect[] {
  const key = recordKey(record)
  return [
    { kind: 'append-record', key, record },
    ...(record.action === 'quarantine' ? [pointTo(record, key)] : []),
    ...(seen.length === 0 ? [] : [{ kind: 'mark-seen', keys: seen, day: record.received_at.slice(0, 10) } as const]),
    { kind: 'measure', measurement: measurementOf(record) },
  ]
}

function pointTo(record: DecisionRecord, recordKey: string): Effect {
  const { message_id, received_at, kept_key } = record
  return {
    kind: 'point-to-quarantined',
    key: `quarantine/${received_at.slice(0, 10)}/${encodeURIComponent(message_id)}.json`,
    pointer: {
      schema_version: 1,
      message_id,
      received_at,
      record_key: recordKey,
      ...(kept_key === undefined ? {} : { kept_key }),
      reasons: codesOf(record),
    },
  }
}

function measurementOf(record: DecisionRecord): Measurement {
  const count = (answer: string): number => record.recipients.filter((recipient) => recipient.answer === answer).length
  return {
    action: record.action,
    wouldBeAction: record.would_be_action,
    mode: record.mode,
    reasons: codesOf(record),
    recipients: { known: count('known'), unknown: count('unknown'), unavailable: count('unavailable') },
    bounces: verdicts.filter((verdict) => record.reasons.some(({ code }) => code === `bounce-${verdict}`)),
    milliseconds: record.timings_ms,
    coldStart: record.cold_start,
  }
}

const verdicts: readonly BounceVerdict[] = ['authentic', 'backscatter', 'unverified', 'undecidable']

function codesOf({ reasons }: DecisionRecord): readonly ReasonCode[] {
  return [...new Set(reasons.map(({ code }) => code))]
}
