import { closest, distance } from 'fastest-levenshtein'
import type { DomainPolicy } from '../lambda/core/policy.ts'
import { foldLocalPart, parseAddress, writeAddress, type Unreadable } from '../lambda/core/protocol/address.ts'
import { parseDomain } from '../lambda/core/protocol/idna.ts'
import { catchAllKey, longestKeyBytes } from '../lambda/core/questions.ts'

/** An address of the command line, as the directory's table knows it. */
export type EntryKey = { readonly key: string; readonly domainName: string; readonly isCatchAll: boolean }

export type ReadKey = { readonly answer: 'key'; readonly entryKey: EntryKey } | Problem
export type ReadDomain = { readonly answer: 'domain'; readonly name: string } | Problem
type Problem = { readonly answer: 'problem'; readonly problem: string }

/** Those of the configuration, and where it stands. */
export type Domains = { readonly domains: readonly DomainPolicy[]; readonly where: string }

/**
 * Reads an address, or `@domain` for its catch-all, and makes the key of it exactly as the filter does when it looks for
 * somebody: an entry under any other key would never be found.
 */
export function readKey(text: string, { domains }: Pick<Domains, 'domains'>): ReadKey {
  if (text.startsWith('@')) {
    const domain = readDomain(text.slice(1))
    if (domain.answer === 'problem') return problem(`${quoted(text)} is no catch-all: ${domain.problem}`)
    return fitting({ key: catchAllKey(domain.name), domainName: domain.name, isCatchAll: true })
  }
  const address = parseAddress(text)
  if (address.kind === 'unreadable') {
    return problem(`${quoted(text)} is not an address: ${unreadableWords[address.why]}`)
  }
  if (address.domain === '') return problem(`${quoted(text)} has no domain: write it as ${text}@DOMAIN`)
  // A domain that is not configured has the default; nobody is ever looked up there.
  const foldCase = domains.find(({ name }) => name === address.domain)?.foldCase ?? true
  const key = writeAddress(foldLocalPart(address.localPart, foldCase), address.domain)
  return fitting({ key, domainName: address.domain, isCatchAll: false })
}

export function readDomain(text: string): ReadDomain {
  const domain = parseDomain(text)
  if (domain.kind === 'domain') return { answer: 'domain', name: domain.ascii }
  return problem(`${quoted(text)} is not a domain: ${unreadableWords[domain.why]}`)
}

/** Why nobody would ever be looked up in this domain; null where the configuration has it. */
export function notServed(domainName: string, { domains, where }: Domains): string | null {
  const names = domains.map(({ name }) => name)
  if (names.includes(domainName)) return null
  const near = names.length === 0 ? '' : closest(domainName.slice(0, longestCompared), names)
  const hint = distance(domainName.slice(0, longestCompared), near) <= 3 ? `; did you mean ${near}?` : ''
  const some = names.length > 5 ? [...names.slice(0, 5), '...'] : names
  return `${domainName} is not a domain of the configuration, which has ${some.join(', ')}${hint} (${where}, domains)`
}

const longestCompared = 255

function fitting(entryKey: EntryKey): ReadKey {
  const bytes = Buffer.byteLength(entryKey.key)
  if (bytes <= longestKeyBytes) return { answer: 'key', entryKey }
  return problem(`${quoted(entryKey.key)} has ${bytes} bytes, and DynamoDB takes at most ${longestKeyBytes} for a key`)
}

/** In quotes, so that blanks show, and cut short. */
function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text)
}

function problem(text: string): Problem {
  return { answer: 'problem', problem: text }
}

const unreadableWords: { readonly [W in Unreadable['why']]: string } = {
  empty: 'it is empty',
  'not-unicode': 'it is not well-formed Unicode',
  'control-character': 'it has a control character',
  'angle-bracket': 'it has only one of its angle brackets',
  'source-route': 'its source route cannot be read',
  space: 'it has a space',
  'no-at-sign': 'it has no @',
  'several-at-signs': 'it has several @',
  'unclosed-quote': 'its quoted string never ends',
  'empty-local-part': 'nothing stands before the @',
  'local-part-character': 'a character before the @ would have to be quoted',
  'address-literal': 'its address literal cannot be read',
  'empty-domain': 'its domain is empty',
  'empty-label': 'its domain has two dots in a row, or begins with one',
  'domain-character': 'its domain has a character that no domain has',
  'no-a-label': 'its domain cannot be written in ASCII (IDNA)',
}
