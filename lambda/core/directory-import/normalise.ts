import { foldLocalPart, parseAddress, writeAddress } from '../protocol/address.ts'
import { parseDomain } from '../protocol/idna.ts'
import { alwaysExists } from '../rules/recipients.ts'
import { longestKeyBytes } from '../questions.ts'
import { shown, type BadRow, type ListedKind, type SourceEntry } from './entry.ts'

/** What a reader found: an address as it stands there, or why there is none. */
export type RawRow =
  | {
      readonly line: number
      readonly address: string
      readonly kind: ListedKind
      /** As it stands there. */
      readonly target: string | null
    }
  | (BadRow & { readonly address: null })

export type ServedDomain = {
  /** A-labels, lower case. */
  readonly name: string
  /** Whether local parts are compared without regard to case. */
  readonly foldCase: boolean
  /** Of an alias domain: the domain whose list is asked instead, by the filter too. */
  readonly listedUnder?: string | null
}

export type Normalised =
  | { readonly kind: 'entry'; readonly entry: SourceEntry }
  | { readonly kind: 'bad'; readonly row: BadRow }
  | { readonly kind: 'not-served'; readonly domain: string }

/**
 * Makes the key of a row exactly as the filter makes it when it looks for somebody. Rows of domains that are not served are
 * no errors: every export of Microsoft 365 has some.
 */
export function createNormalise(
  domains: readonly ServedDomain[],
  defaultDomain: string | null,
): (row: RawRow) => Normalised {
  const served = new Map(domains.map((domain) => [domain.name, domain]))
  const targetOf = (text: string): string => {
    const address = parseAddress(withDomain(text, defaultDomain))
    if (address.kind === 'unreadable' || address.domain === '') return text.slice(0, longestTarget)
    const fold = served.get(address.domain)?.foldCase ?? true
    return writeAddress(foldLocalPart(address.localPart, fold), address.domain)
  }
  return (row) => {
    if (row.address === null)
      return { kind: 'bad', row: { line: row.line, value: shown(row.value), expected: row.expected } }
    const bad = (expected: string): Normalised => ({
      kind: 'bad',
      row: { line: row.line, value: shown(row.address), expected },
    })
    if (row.address.includes('\uFFFD')) return bad('text in UTF-8; this looks like Latin-1 or Windows-1252')
    const read = readKey(row.address, row.kind, served, defaultDomain)
    if (read.kind !== 'key') return read.kind === 'bad' ? bad(read.expected) : read
    if (row.kind === 'alias' && (row.target ?? '') === '') return bad('the target of the alias')
    const target = row.target === null ? null : targetOf(row.target)
    return { kind: 'entry', entry: { key: read.key, kind: read.entryKind, target, line: row.line } }
  }
}

type KeyRead =
  | { readonly kind: 'key'; readonly key: string; readonly entryKind: ListedKind }
  | { readonly kind: 'bad'; readonly expected: string }
  | { readonly kind: 'not-served'; readonly domain: string }

function readKey(
  text: string,
  kind: ListedKind,
  served: ReadonlyMap<string, ServedDomain>,
  defaultDomain: string | null,
): KeyRead {
  if (text.startsWith('@')) return readCatchAll(text, served)
  if (kind === 'catch-all') return { kind: 'bad', expected: '@domain, since it is a catch-all' }
  const address = parseAddress(withDomain(text, defaultDomain))
  if (address.kind === 'unreadable') return { kind: 'bad', expected: `an address, local@domain (${address.why})` }
  const domain = served.get(address.domain)
  if (domain === undefined) {
    return address.domain === ''
      ? { kind: 'bad', expected: 'an address with its domain' }
      : { kind: 'not-served', domain: address.domain }
  }
  if (kind === 'deny' && alwaysExists(address.localPart)) {
    return { kind: 'bad', expected: 'another address: this one exists always (RFC 5321 4.5.1, RFC 2142)' }
  }
  const listedUnder = domain.listedUnder ?? null
  // Whoever must not be reached through an alias domain may well be somebody in the domain itself.
  if (listedUnder !== null && kind === 'deny') return { kind: 'not-served', domain: domain.name }
  const key = writeAddress(foldLocalPart(address.localPart, domain.foldCase), listedUnder ?? domain.name)
  if (new TextEncoder().encode(key).length > longestKeyBytes) {
    return { kind: 'bad', expected: `at most ${longestKeyBytes} bytes` }
  }
  return { kind: 'key', key, entryKind: kind }
}

function readCatchAll(text: string, served: ReadonlyMap<string, ServedDomain>): KeyRead {
  const domain = parseDomain(text.slice(1))
  if (domain.kind === 'unreadable') return { kind: 'bad', expected: `@ and a domain (${domain.why})` }
  const found = served.get(domain.ascii)
  // That of an alias domain would make everybody known in the other domain.
  if (found === undefined || (found.listedUnder ?? null) !== null) return { kind: 'not-served', domain: domain.ascii }
  return { kind: 'key', key: `@${domain.ascii}`, entryKind: 'catch-all' }
}

function withDomain(text: string, defaultDomain: string | null): string {
  return defaultDomain === null || text === '' || text.includes('@') ? text : `${text}@${defaultDomain}`
}

/** Characters of a target that is no address. */
const longestTarget = 1000
