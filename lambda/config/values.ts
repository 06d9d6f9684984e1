import * as v from 'valibot'
import { parseTerm, writeTerm } from '../core/formula.ts'
import { parsePattern } from '../core/protocol/dnsxl.ts'
import { parseDomain } from '../core/protocol/idna.ts'
import { canonicalIp, parseCidr, parseIp } from '../core/protocol/ip.ts'
import { isKeyName, looksLikeKey, withoutKeys } from '../core/zone-keys.ts'
import type { KeySource } from './key-source.ts'
import { wrongAt } from './problems.ts'

export type { KeySource } from './key-source.ts'

/**
 * The kinds of values that settings have. Each carries the words that follow "is not" when a value is another one and that
 * stand as its type in the documentation, so that the two cannot differ.
 */

/** One of a closed set of words or numbers. */
export const oneOf = <const T extends readonly (string | number)[]>(options: T, what: string) =>
  v.pipe(v.picklist(options, what), v.metadata({ expected: what, options }))

export const wholeNumber = (from: number, to: number) => {
  const what = `a whole number from ${from} to ${to}`
  return v.pipe(
    v.number(what),
    v.integer(what),
    v.minValue(from, what),
    v.maxValue(to, what),
    v.metadata({ expected: what }),
  )
}

export const flag = v.pipe(v.boolean('true or false'), v.metadata({ expected: 'true or false' }))

/** A term of postscreen's formula, written back in the one way in which terms are compared. */
export const term = (() => {
  const what = 'a term such as "bl.example=127.0.0.[2..11]*2"'
  return v.pipe(
    v.string(what),
    v.rawTransform<string, string>(({ dataset, addIssue, NEVER }) => {
      const read = parseTerm(dataset.value)
      if (read.kind === 'term') return writeTerm(read)
      addIssue({ message: `${wrongAt}${placeOf(dataset.value, read.at)}: ${read.why}` })
      return NEVER
    }),
    v.metadata({ expected: what }),
  )
})()

export const words = (() => {
  const what = 'a text of 1 to 100 characters'
  return v.pipe(
    v.string(what),
    v.maxLength(100, what),
    v.check((text) => text.trim() !== '', what),
    v.trim(),
    v.metadata({ expected: what }),
  )
})()

/** Punctuation that a local part may hold without quotes (RFC 5321 4.1.2), each character once. */
export const delimiters = (() => {
  const what = "at most 8 different characters of !#$%&'*+-/=?^_`{|}~."
  return v.pipe(
    v.string(what),
    v.regex(/^[!#$%&'*+\-/=?^_`{|}~.]{0,8}$/, what),
    v.check((text) => new Set(text).size === text.length, what),
    v.metadata({ expected: what }),
  )
})()

/** A domain name of at least two labels, as its A-label: what RFC 5321 allows behind the `@`, so no address literal. */
export const domainName = (longest = 253) =>
  v.pipe(
    v.string('a domain'),
    v.rawTransform<string, string>(({ dataset, addIssue, NEVER }) => {
      const read = readDomain(dataset.value, longest)
      if (read.kind === 'domain') return read.ascii
      addIssue({ message: `a domain: ${read.why}` })
      return NEVER
    }),
    v.metadata({ expected: 'a domain' }),
  )

export const returnCode = v.pipe(
  v.string('a return code such as "127.0.0.[2;4..7]"'),
  v.rawCheck<string>(({ dataset, addIssue }) => {
    if (!dataset.typed) return
    const pattern = parsePattern(dataset.value)
    if (pattern.kind === 'error') addIssue({ message: `a return code: ${pattern.why}` })
    else if (!inLoopbackNetwork(dataset.value)) {
      addIssue({ message: 'a return code: zones answer in 127.0.0.0/8 (RFC 5782 2.3), and nowhere else' })
    }
  }),
  v.metadata({ expected: 'a return code such as "127.0.0.[2;4..7]"' }),
)

/** Servers of ours. A prefix that takes in much of the internet would make strangers of nobody. */
export const network = (() => {
  const what = 'an IP address, or a network such as "192.0.2.0/24"'
  return v.pipe(
    v.string(what),
    v.check((text) => parseCidr(text) !== null, what),
    v.check(isSmall, `${what}; this one takes in much of the internet`),
    v.metadata({ expected: what }),
  )
})()

/** One address, in the form in which addresses compare. */
export const ipAddress = (() => {
  const what = 'an IP address'
  return v.pipe(
    v.string(what),
    v.rawTransform<string, string>(({ dataset, addIssue, NEVER }) => {
      const ip = canonicalIp(dataset.value)
      if (ip !== null) return ip
      addIssue({ message: what })
      return NEVER
    }),
    v.metadata({ expected: what }),
  )
})()

/** Where a key is kept. What stands here instead is perhaps the key itself: it is not shown. */
export const keySource = (() => {
  const what = 'an object such as {"secretsManager": "quietgate/dqs"} or {"ssm": "/quietgate/dqs"}'
  return v.custom<KeySource>(isKeySource, what)
})()

/** As it stands in braces in the name of a zone. */
export const keyName = v.pipe(
  v.string(),
  v.check(isKeyName, 'the name of a key: at most 20 lower-case letters, digits and hyphens, a letter first'),
)

/** A DKIM selector: labels of letters, digits, hyphens and underscores (RFC 6376 3.1), in lower case. */
export const selector = (() => {
  const what = 'a DKIM selector, such as "s1" or "mail.2026"'
  return v.pipe(
    v.string(what),
    v.regex(/^[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,98}[A-Za-z0-9_])?$/, what),
    v.transform((text) => text.toLowerCase()),
    v.metadata({ expected: what }),
  )
})()

/** A local part with `*` and `[..]`, in lower case. `*` alone is a domain that sends nothing. */
export const senderPattern = localPartGlob(
  'a local part in which "*" stands for anything and "[+-]" for one of these, such as "info" or "jobs-*"',
)

/** The name of a key that proves: a digit in a tag, up to 32 characters in a header field. */
export const proofKeyName = (() => {
  const what = 'the name of a key: 1 to 32 of A-Z, a-z, 0-9, "-" and "_"'
  return v.pipe(v.string(what), v.regex(/^[\w-]{1,32}$/, what), v.metadata({ expected: what }))
})()

/** As `node:dns` takes them: `192.0.2.53`, `192.0.2.53:5353`, `2001:db8::53`, `[2001:db8::53]:5353`. */
export const dnsServer = (() => {
  const what = 'an IP address, or one with a port such as "192.0.2.53:5353" or "[2001:db8::53]:5353"'
  return v.pipe(v.string(what), v.check(isDnsServer, what), v.metadata({ expected: what }))
})()

/** A local part with `*` and `[..]`. At least two characters stand for themselves: `*` alone would make everybody known. */
export const localPartPattern = localPartGlob(
  'a local part in which "*" stands for anything and "[+-]" for one of these, such as "news-bounces[+-]*"',
  2,
)

type ReadDomain =
  { readonly kind: 'domain'; readonly ascii: string } | { readonly kind: 'problem'; readonly why: string }

function readDomain(text: string, longest: number): ReadDomain {
  if (text.length > 1000) return problem('it is longer than any domain can be')
  if (text.includes('@')) return problem('leave out what stands before the "@", and the "@"')
  if (/\s/.test(text)) return problem('it contains a space')
  if (text.startsWith('.')) return problem('subdomains are listed one by one')
  const read = parseDomain(text)
  if (read.kind === 'unreadable') return problem(unreadableWords[read.why])
  const labels = read.ascii.split('.')
  if (labels.length < 2) return problem('it needs at least two labels, as in "example.com"')
  if (read.ascii.length > longest) return problem(`it may have at most ${longest} characters`)
  // RFC 1035 2.3.1 and 2.3.4. An underscore is in many names, but in no mail domain.
  if (
    !labels.every((label) => /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(label)) ||
    /^\d+$/.test(labels.at(-1) ?? '')
  ) {
    return problem('a label has 1 to 63 letters, digits and inner hyphens, and the last one is no number')
  }
  return { kind: 'domain', ascii: read.ascii }
}

const unreadableWords = {
  'empty-domain': 'it is empty',
  'empty-label': 'it has an empty label (two dots in a row)',
  'domain-character': 'it has a character that no domain has',
  'no-a-label': 'it has a label without an ASCII form (RFC 5891)',
} as const

function problem(why: string): ReadDomain {
  return { kind: 'problem', why }
}

/** `character 21 ("300")`, counted from 1 as people do. */
function placeOf(text: string, at: number): string {
  if (at >= text.length) return 'its end'
  const found = /^(?:[a-z0-9-]+|.)/isu.exec(text.slice(at, at + 80))?.[0] ?? ''
  return `character ${at + 1} (${JSON.stringify(withoutKeys(text.slice(at)).startsWith('***') ? '***' : found)})`
}

function isSmall(text: string): boolean {
  const range = parseCidr(text)
  return range === null || range.length >= (range.ip.kind === 'v4' ? 8 : 16)
}

function isKeySource(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const [entry, ...more] = Object.entries(value)
  if (entry === undefined || more.length > 0) return false
  const [store, id] = entry as [string, unknown]
  if ((store !== 'secretsManager' && store !== 'ssm') || typeof id !== 'string') return false
  return id.trim() !== '' && id.length <= 2048 && !looksLikeKey(id, '')
}

function inLoopbackNetwork(pattern: string): boolean {
  return pattern.startsWith('127.')
}

function isDnsServer(text: string): boolean {
  if (parseIp(text) !== null) return true
  const colon = text.lastIndexOf(':')
  const host = text.slice(0, Math.max(colon, 0))
  const bare = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host
  const port = text.slice(colon + 1)
  const isV6 = bare !== host
  return (
    /^\d{1,5}$/.test(port) &&
    Number(port) >= 1 &&
    Number(port) <= 65535 &&
    parseIp(bare) !== null &&
    bare.includes(':') === isV6
  )
}

/** A glob over local parts, in lower case, of which so many characters stand for themselves. */
function localPartGlob(what: string, fewest = 0) {
  return v.pipe(
    v.string(what),
    v.maxLength(100, what),
    v.check((text) => /^(?:[^\s@[\]]|\[[^\s@[\]]{1,20}\])+$/.test(text), what),
    v.check((text) => text.replaceAll('*', '').length >= fewest, `${what}; this one would make nearly everybody known`),
    v.transform((text) => text.toLowerCase()),
    v.metadata({ expected: what }),
  )
}
