import type { Reason } from '../../lambda/core/reasons.ts'
import type { DecisionRecord } from '../../lambda/core/record.ts'

/**
 * How a zone had to do with a message. `listed`: it counted. `unsound`: it said something of the client and was not
 * believed, because it failed its control questions. `hint`: it was in safe mode, and added nothing.
 */
export type Touch = 'listed' | 'unsound' | 'hint'

/** One message that a zone touched, as `quietgate dnsbl cost --json` prints it. */
export type TouchedMessage = {
  readonly touch: Touch
  readonly received_at: string
  readonly message_id: string
  readonly mode: DecisionRecord['mode']
  readonly action: DecisionRecord['action']
  readonly would_be_action: DecisionRecord['would_be_action']
  readonly return_codes: readonly string[]
  /** Only where it counted. */
  readonly weight?: number
  /** Only where it was not believed. */
  readonly state?: string
  readonly mail_from?: string
  readonly client_ip?: string
  readonly recipients: readonly string[]
  readonly kept_key?: string
}

/** What a zone had to do with a message; null where the record has no word of it. */
export function touchedBy(zone: string, record: DecisionRecord): TouchedMessage | null {
  const reason = record.reasons.find(
    (one): one is TouchReason => one.code in touches && (one as TouchReason).zone === zone,
  )
  if (reason === undefined) return null
  const { received_at, message_id, mode, action, would_be_action, mail_from, client_ip, kept_key } = record
  return {
    touch: touches[reason.code],
    received_at,
    message_id,
    mode,
    action,
    would_be_action,
    return_codes: reason.return_codes,
    ...(reason.code === 'zone-listed' ? { weight: reason.weight } : {}),
    ...(reason.code === 'zone-unsound' ? { state: reason.state } : {}),
    ...(mail_from === undefined ? {} : { mail_from }),
    ...(client_ip === undefined ? {} : { client_ip }),
    recipients: record.recipients.map(({ address }) => address),
    ...(kept_key === undefined ? {} : { kept_key }),
  }
}

/** The columns of one message for a person. */
export function touchedColumns(message: TouchedMessage): readonly string[] {
  const {
    received_at,
    action,
    would_be_action,
    message_id,
    client_ip = '-',
    mail_from = '<>',
    kept_key = '-',
  } = message
  return [
    received_at,
    action === would_be_action ? action : `${action} (in enforce ${would_be_action})`,
    touchWords(message),
    message_id,
    client_ip,
    mail_from,
    message.recipients.join(', '),
    kept_key,
  ]
}

function touchWords({ touch, return_codes, weight = 0, state = '' }: TouchedMessage): string {
  const said = return_codes.length === 0 ? '' : ` as ${return_codes.join(', ')}`
  if (touch === 'listed') return `listed${said}: ${weight > 0 ? '+' : ''}${weight}`
  return touch === 'unsound' ? `not believed${said} (${state})` : `hint${said}`
}

type TouchReason = Extract<Reason, { code: 'zone-listed' | 'zone-unsound' | 'zone-hint' }>

const touches: { readonly [C in TouchReason['code']]: Touch } = {
  'zone-listed': 'listed',
  'zone-unsound': 'unsound',
  'zone-hint': 'hint',
}
