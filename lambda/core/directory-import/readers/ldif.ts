import type { RawRow } from '../normalise.ts'
import { badRow, cutAt, type LineReader } from './line-reader.ts'

/**
 * LDIF (RFC 2849): records of `attribute: value` lines, a blank line between them. A line that begins with a space goes on
 * with the one before; `::` stands before Base64 in UTF-8.
 *
 * Read are `mail`, `mailAlternateAddress` and `mailLocalAddress` (as used by mail servers), and Active Directory's
 * `proxyAddresses`, where `SMTP:` is the main address and `smtp:` another; X.400 and the like are passed over. In a record
 * with a main address, the others are its aliases. An entry whose objectClass names a group is one.
 */
export function createLdifReader(): LineReader {
  let folded: { readonly line: number; text: string; tooLong: boolean } | null = null
  let record: Attribute[] = []
  const unfold = (): readonly RawRow[] => {
    if (folded === null) return []
    const { line, text, tooLong } = folded
    folded = null
    if (tooLong) return [badRow(line, text, 'a shorter value')]
    if (text.startsWith('#')) return []
    const attribute = attributeOf(line, text)
    if (attribute === null) return [badRow(line, text, 'attribute: value (RFC 2849)')]
    if (!wanted.has(attribute.name)) return []
    if (record.length >= mostValues) return [badRow(line, text, `at most ${mostValues} addresses in one record`)]
    record.push(attribute)
    return []
  }
  const close = (): readonly RawRow[] => {
    const rows = [...unfold(), ...rowsOf(record)]
    record = []
    return rows
  }
  return {
    line: (line) => {
      if (line.text === '') return close()
      if (line.text.startsWith(' ') && folded !== null) {
        if (line.tooLong || folded.text.length + line.text.length > longestValue) folded.tooLong = true
        else folded.text += line.text.slice(1)
        return []
      }
      const rows = unfold()
      folded = { line: line.number, text: line.text, tooLong: line.tooLong }
      return rows
    },
    end: (unfinished) => ({ rows: close(), cut: cutAt(unfinished) }),
  }
}

type Attribute = { readonly line: number; readonly name: string; readonly value: string | null }

const wanted: ReadonlySet<string> = new Set([
  'mail',
  'mailalternateaddress',
  'maillocaladdress',
  'proxyaddresses',
  'objectclass',
])

const mostValues = 10_000
const longestValue = 1024 * 1024

function attributeOf(line: number, text: string): Attribute | null {
  const colon = text.indexOf(':')
  if (colon <= 0) return null
  // `mail;lang-de` is `mail` with an option.
  const name = text.slice(0, colon).split(';', 1)[0]?.toLowerCase() ?? ''
  const encoded = text[colon + 1] === ':'
  const written = text.slice(colon + (encoded ? 2 : 1)).trim()
  return { line, name, value: encoded ? fromBase64(written) : written }
}

function rowsOf(record: readonly Attribute[]): readonly RawRow[] {
  const group = record.some(({ name, value }) => name === 'objectclass' && /group/i.test(value ?? ''))
  const values = record.filter(({ name, value }) => name !== 'objectclass' && value !== '')
  const unread = values.filter(({ value }) => value === null)
  const found = values.flatMap(addressOf)
  const main = (found.find(({ main: isMain }) => isMain) ?? found[0])?.address ?? ''
  return [
    ...unread.map(({ line, name }) => badRow(line, name, 'Base64 of text in UTF-8')),
    ...found.map(({ line, address }): RawRow => {
      const same = address.toLowerCase() === main.toLowerCase()
      return { line, address, kind: same ? (group ? 'group' : 'mailbox') : 'alias', target: same ? null : main }
    }),
  ]
}

type Found = { readonly line: number; readonly address: string; readonly main: boolean }

function addressOf({ line, name, value }: Attribute): readonly Found[] {
  if (value === null) return []
  const proxy = /^smtp:/i.test(value)
  if (name !== 'proxyaddresses') return [{ line, address: proxy ? value.slice(5) : value, main: name === 'mail' }]
  // X.400, SIP and the like.
  return proxy ? [{ line, address: value.slice(5), main: value.startsWith('SMTP:') }] : []
}

/** Null: it is none, or not UTF-8. */
function fromBase64(text: string): string | null {
  try {
    const octets = Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
    return new TextDecoder('utf-8', { fatal: true }).decode(octets)
  } catch {
    return null
  }
}
