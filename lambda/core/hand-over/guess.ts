import { parseAddress } from '../protocol/address.ts'
import { mailboxesOf, parseHeaderBlock } from '../protocol/header.ts'

/** An envelope as far as the header of the raw mail tells it. */
export type GuessedEnvelope = { readonly mailFrom: string | null; readonly recipients: readonly string[] }

/**
 * The envelope of a message of which only the raw mail is left. SES writes the sender on top, in Return-Path, and one of the
 * recipients into its Received line; who else got it by Bcc nobody knows any more. To, Cc and the fields in which servers note
 * a recipient are the sender's word: only addresses of our own domains are taken of them, because mail is handed over to
 * nobody else.
 *
 * @param text the message, or enough of its beginning, read as latin1
 * @param domains A-labels
 */
export function guessEnvelope(text: string, domains: readonly string[]): GuessedEnvelope {
  const { fields } = parseHeaderBlock(text)
  const [first] = fields
  const returnPath = first?.name.toLowerCase() === 'return-path' ? pathOf(first.value) : null
  const found: string[] = []
  for (const { name, value } of fields) {
    const lower = name.toLowerCase()
    if (lower === 'received') found.push(...forOf(value))
    else if (addressFields.has(lower)) found.push(...mailboxesOf(value, mostRecipients))
    if (found.length > mostRecipients) break
  }
  return { mailFrom: returnPath, recipients: ownAddresses(found, domains) }
}

const addressFields: ReadonlySet<string> = new Set(['delivered-to', 'x-original-to', 'envelope-to', 'to', 'cc'])

const mostRecipients = 200

function pathOf(value: string): string | null {
  const bare = value.startsWith('<') && value.endsWith('>') ? value.slice(1, -1) : value
  return bare === '' ? null : bare
}

/** RFC 5321 4.4: `for <alice@example.com>;`, which SES writes without the angle brackets. */
function forOf(received: string): readonly string[] {
  const at = received.lastIndexOf(' for ')
  if (at < 0) return []
  const end = received.indexOf(';', at)
  const written = received.slice(at + ' for '.length, end < 0 ? undefined : end).trim()
  return written.length > 1000 || written.includes(' ') ? [] : [written]
}

function ownAddresses(found: readonly string[], domains: readonly string[]): readonly string[] {
  const addresses = new Map<string, string>()
  for (const text of found.slice(0, mostRecipients)) {
    const address = parseAddress(text)
    if (address.kind === 'unreadable' || !domains.includes(address.domain)) continue
    const bare = text.startsWith('<') ? text.slice(1, -1) : text
    const key = `${address.localPart.toLowerCase()}@${address.domain}`
    if (!addresses.has(key)) addresses.set(key, bare)
  }
  return [...addresses.values()]
}
