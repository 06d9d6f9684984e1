import type { HandOverJob } from '../hand-over/job.ts'
import type { Action } from '../policy.ts'
import type { DecisionRecord, RecordedRecipient } from '../record.ts'
import type { ReleaseRefusal, ReleaseRequest } from './request.ts'

/** What a release needs of a record. It is small, so that thousands can be held. */
export type Releasable = {
  readonly message_id: string
  readonly received_at: string
  /** Null for the null reverse-path. */
  readonly mail_from: string | null
  /** `s3://bucket/key`; null: the raw mail was never kept. */
  readonly kept_key: string | null
  readonly virus: boolean
  readonly recipients: readonly {
    readonly address: string
    readonly answer: RecordedRecipient['answer']
    readonly action: Action
  }[]
}

export function releasableOf(record: DecisionRecord): Releasable {
  const { message_id, received_at, mail_from = null, kept_key = null, reasons, recipients } = record
  return {
    message_id,
    received_at,
    mail_from,
    kept_key,
    virus: [...reasons, ...recipients.flatMap((recipient) => recipient.reasons)].some(
      ({ code }) => code === 'virus-found',
    ),
    recipients: recipients.map(({ address, answer, action }) => ({ address, answer, action })),
  }
}

export type Chosen =
  | { readonly answer: 'recipients'; readonly recipients: readonly string[] }
  | { readonly answer: 'refused'; readonly why: ReleaseRefusal; readonly sentence: string }

/** The guards of a release that need nothing but the record; else the recipients, as they stand in the envelope. */
export function chosenOf(
  { message_id, virus, recipients }: Releasable,
  { recipients: wanted, even_virus }: Pick<ReleaseRequest, 'recipients' | 'even_virus'>,
): Chosen {
  if (virus && !even_virus) {
    return refused(
      'virus',
      `SES found a virus in ${message_id}: it is released only to somebody who asks for it even so.`,
    )
  }
  const stopped = new Set(recipients.filter(({ action }) => action !== 'deliver').map(({ address }) => address))
  if (wanted === 'stopped') {
    if (stopped.size > 0) return { answer: 'recipients', recipients: [...stopped] }
    return refused(
      'nothing-stopped',
      `${message_id} was let through for all its recipients: there is nothing to release.`,
    )
  }
  const chosen: string[] = []
  for (const one of wanted) {
    const address = inEnvelope(one, recipients)
    if (address === null) {
      const envelope = recipients.map((recipient) => recipient.address).join(', ')
      return refused(
        'not-a-recipient',
        `${one} is not among the recipients of ${message_id}: ${envelope || 'it has none'}.`,
      )
    }
    if (!stopped.has(address)) {
      return refused('nothing-stopped', `${message_id} was not stopped for ${address}: the filter let it through.`)
    }
    chosen.push(address)
  }
  if (chosen.length === 0) return refused('not-a-recipient', `No recipient of ${message_id} is named.`)
  return { answer: 'recipients', recipients: [...new Set(chosen)] }
}

/** What the worker of the hand-over gets. */
export function releaseJob(
  { message_id, received_at, mail_from }: Releasable,
  keptKey: string,
  recipients: readonly string[],
): HandOverJob {
  return {
    schema_version: 1,
    message_id,
    received_at,
    kept_key: keptKey,
    recipients,
    ...(mail_from === null ? {} : { mail_from }),
    null_sender: mail_from === null,
    round: 0,
    origin: 'release',
  }
}

/** What whoever releases to somebody unknown must expect; null: all of them are known. */
export function unknownNote({ recipients }: Releasable, chosen: readonly string[]): string | null {
  const unknown = recipients.filter(({ address, answer }) => answer === 'unknown' && chosen.includes(address))
  if (unknown.length === 0) return null
  const names = unknown.map(({ address }) => address).join(', ')
  return (
    `The directory did not know ${names}: the next server will probably refuse the message. ` +
    'It would then be a dead letter of the hand-over; nothing goes back to the sender.'
  )
}

/** As it stands there; else the only one that differs by the case of letters alone. */
function inEnvelope(wanted: string, recipients: Releasable['recipients']): string | null {
  const all = [...new Set(recipients.map(({ address }) => address))]
  if (all.includes(wanted)) return wanted
  const similar = all.filter((address) => address.toLowerCase() === wanted.trim().toLowerCase())
  return similar.length === 1 ? (similar[0] ?? null) : null
}

function refused(why: ReleaseRefusal, sentence: string): Chosen {
  return { answer: 'refused', why, sentence }
}
