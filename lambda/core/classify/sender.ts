/** Who says that he wrote a message, and whether that is a program's name. */
import { firstField, mailboxOf, type HeaderField } from '../protocol/header.ts'
import { decodeField } from './decode-field.ts'
import { DAEMON_LOCAL_PARTS, DAEMON_NAMES } from './phrases.ts'

/** A From that a mail server writes; null if a person might have. */
export const daemonOf = (fields: readonly HeaderField[]): 'mailer-daemon' | 'address' | 'name' | null => {
  const from = firstField(fields, 'from')
  if (from === null) return null
  const address = mailboxOf(from)
  const bare = address ?? from.replace(/[<>"]/g, '').trim()
  const localPart = (bare.includes('@') ? bare.slice(0, bare.lastIndexOf('@')) : bare).toLowerCase()
  if (/^mail(?:er)?[-_.]?da?emon/.test(localPart)) return 'mailer-daemon'
  if (DAEMON_LOCAL_PARTS.has(localPart) || /^(?:mailer-daemon|postmaster|microsoftexchange)[+=._-]?/.test(localPart))
    return 'address'
  const shown = decodeField(from).toLowerCase()
  const name = address === null ? shown : shown.replace(address.toLowerCase(), '')
  return DAEMON_NAMES.some((daemon) => name.includes(daemon)) ? 'name' : null
}

/** `<>` in the envelope, or in the Return-Path where no envelope is known. */
export const isNullSender = (fields: readonly HeaderField[], reversePath: string | null | undefined): boolean => {
  if (reversePath !== undefined) return reversePath === null || reversePath === ''
  const written = firstField(fields, 'return-path')
  return written !== null && /^<?[ \t]*>?$/.test(written)
}

/** A list, or an answer of a person: the fields that a server's notice does not have. */
export const isListMail = (fields: readonly HeaderField[]): boolean =>
  fields.some(({ name, value }) => {
    const lower = name.toLowerCase()
    if (lower === 'precedence') return /^list\b/i.test(value)
    return LIST_FIELDS.has(lower)
  })

const LIST_FIELDS: ReadonlySet<string> = new Set([
  'list-id',
  'list-post',
  'list-unsubscribe',
  'mailing-list',
  'x-mailing-list',
  'x-beenthere',
])
