import { firstField, mailboxOf } from '../../lambda/core/protocol/header.ts'
import { canonicalIp } from '../../lambda/core/protocol/ip.ts'
import { parseSesReceived } from '../../lambda/core/protocol/received.ts'
import { addressIn, splitAddressList } from '../../local/ses/address-list.ts'
import type { Envelope } from '../../local/ses/envelope.ts'
import { readHeaderBlock, type HeaderField } from '../../local/ses/header-block.ts'

/** What the command line says of the envelope; `null` and an empty list: nothing. */
export type GivenEnvelope = {
  readonly recipients: readonly string[]
  readonly mailFrom: string | null
  readonly clientIp: string | null
}

export type GuessedEnvelope = {
  readonly envelope: Envelope
  /** What was not given, and where it was taken from instead: sentences. */
  readonly assumed: readonly string[]
}

/** Stands for "nobody knows": it is no public address, so that no zone is asked for it. */
export const noClientIp = '0.0.0.0'

/**
 * The envelope that SES would have seen, from the command line and, where that says nothing, from the header. A header is
 * the sender's claim, except for SES's own lines on a message from the mail bucket; that is why `assumed` is shown.
 */
export function envelopeOf(message: Buffer, given: GivenEnvelope): GuessedEnvelope {
  const { fields } = readHeaderBlock(message)
  const sender = senderOf(fields, given.mailFrom)
  const client = clientOf(fields, given.clientIp)
  const recipients = given.recipients.length > 0 ? given.recipients : headerRecipients(fields)
  const noted = given.recipients.length > 0 ? [] : ['No --rcpt was given: the recipients are those of To and Cc.']
  return {
    envelope: {
      clientIp: client.ip,
      clientName: null,
      helo: client.helo ?? addressLiteral(client.ip),
      reversePath: sender.reversePath,
      recipients,
    },
    assumed: [...noted, ...sender.assumed, ...client.assumed],
  }
}

/** RFC 5321 4.1.3: what a client without a name says. */
function addressLiteral(ip: string): string {
  return ip.includes(':') ? `[IPv6:${ip}]` : `[${ip}]`
}

type Sender = { readonly reversePath: string | null; readonly assumed: readonly string[] }

function senderOf(fields: readonly HeaderField[], given: string | null): Sender {
  if (given !== null) return { reversePath: withoutBrackets(given), assumed: [] }
  const guessed = (reversePath: string | null, from: string): Sender => ({
    reversePath,
    assumed: [`No --mail-from was given: the envelope sender is ${reversePath ?? '<>'}, ${from}.`],
  })
  const returnPath = firstField(fields, 'return-path')
  if (returnPath !== null) return guessed(mailboxOf(returnPath), 'as Return-Path says')
  const from = mailboxOf(firstField(fields, 'from') ?? '')
  return guessed(from, from === null ? 'because From has no address' : 'as From says')
}

function withoutBrackets(path: string): string | null {
  const trimmed = path.trim()
  const bare = trimmed.startsWith('<') && trimmed.endsWith('>') ? trimmed.slice(1, -1) : trimmed
  return bare === '' ? null : bare
}

type Client = { readonly ip: string; readonly helo: string | null; readonly assumed: readonly string[] }

function clientOf(fields: readonly HeaderField[], given: string | null): Client {
  const received = parseSesReceived(firstField(fields, 'received') ?? '')
  if (given !== null) {
    const ip = canonicalIp(given) ?? given
    return { ip, helo: received.ip === ip ? received.helo : null, assumed: [] }
  }
  if (received.ip !== null) {
    const assumed = [`No --client-ip was given: it is ${received.ip}, as the Received line of SES says.`]
    return { ip: received.ip, helo: received.helo, assumed }
  }
  const assumed = ['No --client-ip was given, and the message has no Received line of SES: no zone is asked.']
  return { ip: noClientIp, helo: null, assumed }
}

/** SES takes at most 50 recipients in one message, and nobody else's header should make a laptop ask for more. */
const mostRecipients = 500

function headerRecipients(fields: readonly HeaderField[]): readonly string[] {
  const lists = fields.filter(({ name }) => ['to', 'cc'].includes(name.toLowerCase()))
  const addresses = lists.flatMap(({ value }) => splitAddressList(value).map(addressIn))
  return [...new Set(addresses)].slice(0, mostRecipients)
}
