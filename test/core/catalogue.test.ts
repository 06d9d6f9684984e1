import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { catalogue, findList, meaningOf, whyRefused } from '../../lambda/core/catalogue.ts'
import { deadLists, refusedLists } from '../../lambda/core/catalogue/refused-lists.ts'
import { parseTerm } from '../../lambda/core/formula.ts'
import { matchesText, parsePattern, readAnswer } from '../../lambda/core/protocol/dnsxl.ts'
import { keysIn } from '../../lambda/core/zone-keys.ts'

describe('a list of the catalogue', () => {
  it.each(catalogue.map((entry) => [entry.zone, entry] as const))('%s can be asked as it stands', (zone, entry) => {
    const terms = entry.defaultTerms.map(parseTerm)
    expect(terms.flatMap((term) => (term.kind === 'term' ? [term.zone] : [term.why]))).toEqual(terms.map(() => zone))
    const patterns = [...entry.listingCodes, ...entry.errorCodes, ...entry.codes.map(({ pattern }) => pattern)]
    expect(patterns.filter((pattern) => parsePattern(pattern).kind === 'error')).toEqual([])
    expect(keysIn(zone)).toEqual(entry.key === null ? [] : [entry.key])
    expect(whyRefused(zone)).toBe(null)
    expect([entry.url, entry.lookupUrl ?? 'https://{ip}'].every((url) => url.startsWith('https://'))).toBe(true)
    expect(entry.lookupUrl ?? '{ip}').toContain('{ip}')
    expect(
      [entry.termsOfUse, ...entry.codes.map(({ meaning }) => meaning)].filter((text) => !text.endsWith('.')),
    ).toEqual([])
  })

  it('stands there once', () => {
    const zones = catalogue.map(({ zone }) => zone)
    expect(new Set(zones).size).toBe(zones.length)
  })

  it('speaks for nobody unless it is an allow list, and never stops mail by itself', () => {
    const weights = catalogue.map(({ zone, use, defaultTerms }) => {
      const terms = defaultTerms.map(parseTerm).flatMap((term) => (term.kind === 'term' ? [term.weight] : []))
      return { zone, use, heaviest: Math.max(...terms), lightest: Math.min(...terms) }
    })
    expect(weights.filter(({ use, lightest }) => lightest < 0 !== (use === 'allow'))).toEqual([])
    expect(weights.filter(({ heaviest }) => heaviest >= 4)).toEqual([])
    expect(weights.filter(({ use, heaviest }) => use === 'collateral' && heaviest > 1)).toEqual([])
  })
})

describe('DNSWL', () => {
  const list = findList('list.dnswl.org')!
  const terms = list.defaultTerms.map(parseTerm).flatMap((term) => (term.kind === 'term' ? [term] : []))

  it('is never trusted for 127.0.10.x, which is its test entry, special cases, and its revenge on abusers', () => {
    const trusted = ['127.0.10.0', '127.0.10.1', '127.0.10.3', '127.0.0.255', '127.0.5.0'].filter((code) =>
      terms.some(({ pattern }) => matchesText(pattern, code)),
    )
    expect(trusted).toEqual([])
    expect(terms.filter(({ pattern }) => matchesText(pattern, '127.0.20.3')).map(({ weight }) => weight)).toEqual([-5])
  })

  it('refuses by 127.0.0.255, and by 127.0.10.3 for everybody', () => {
    expect(readAnswer(['127.0.0.255'], list)).toEqual({ kind: 'error-code', code: '127.0.0.255' })
    expect(readAnswer(['127.0.10.3'], list)).toEqual({ kind: 'error-code', code: '127.0.10.3' })
    expect(readAnswer(['127.0.10.0'], list)).toEqual({ kind: 'codes', codes: ['127.0.10.0'] })
    expect(list.listingCodes.some((pattern) => matchesText(pattern, '127.0.10.0'))).toBe(true)
  })
})

describe('meaningOf', () => {
  it('knows the codes that a list publishes, and no other', () => {
    expect(meaningOf('{dqs}.zen.dq.spamhaus.net', '127.0.0.4')).toBe('XBL: a hijacked machine.')
    expect(meaningOf('list.dnswl.org', '127.0.13.3')).toBe('Trust high: never any junk.')
    expect(meaningOf('hostkarma.junkemailfilter.com', '127.0.0.1')).toBe('White: trusted.')
    expect(meaningOf('bl.spamcop.net', '127.0.0.3')).toBe(null)
    expect(meaningOf('bl.example', '127.0.0.2')).toBe(null)
  })
})

describe('whyRefused', () => {
  it('says of what a dead list died and when, also below its name', () => {
    expect(whyRefused('dul.dnsbl.sorbs.net')).toBe('is dead: SORBS ended on 2024-06-05 and lists nobody since')
    expect(whyRefused('bl.spamcannibal.org')).toBe(
      'is dead: SpamCannibal ended on 2018-05-30 and went on to list the whole world',
    )
    expect(whyRefused('db.wpbl.info')).toBe('is dead: WPBL ended in 2024 and lists nobody since')
    expect(whyRefused('ix.dnsbl.manitu.net')).toContain('NiX Spam ended on 2025-01-17')
    expect(whyRefused('notsorbs.net')).toBe(null)
    expect(whyRefused('sorbs.net.example')).toBe(null)
  })

  it('sends the users of the public Spamhaus lists to a key', () => {
    expect(whyRefused('zen.spamhaus.org')).toContain('write {dqs}.zen.dq.spamhaus.net')
    expect(whyRefused('sbl.spamhaus.org')).toContain('127.255.255.254')
    expect(whyRefused('zen.dq.spamhaus.net')).toContain('it answers nobody without a key')
    expect(whyRefused('{dqs}.sbl.dq.spamhaus.net')).toBe(null)
    expect(whyRefused('combined.mail.abusix.zone')).toContain('{abusix}.combined.mail.abusix.zone')
    expect(whyRefused('{abusix}.combined.mail.abusix.zone')).toBe(null)
  })

  it('knows of every dead list when it died', () => {
    expect(deadLists.filter(({ died }) => !/^\d{4}(-\d\d(-\d\d)?)?$/.test(died))).toEqual([])
    const refused = [...deadLists, ...refusedLists].flatMap(({ zones }) => zones)
    expect(refused.filter((zone) => whyRefused(zone) === null)).toEqual([])
  })
})

describe('what cdk.json ships', () => {
  const { context } = JSON.parse(readFileSync('cdk.json', 'utf8')) as {
    context: { quietgate: { dnsbl: { zones: readonly string[] } } }
  }
  const lists = context.quietgate.dnsbl.zones.map((text) => {
    const term = parseTerm(text)
    return term.kind === 'term' ? findList(term.zone) : null
  })

  it('asks lists of the catalogue that need no key and refuse no cloud', () => {
    expect(lists.length).toBeGreaterThan(2)
    expect(lists.map((list) => [list?.key, list?.cloudResolvers])).toEqual(lists.map(() => [null, 'not-known']))
  })

  it('has two lists of two operators that can agree', () => {
    const operators = lists.flatMap((list) => (list?.use === 'score' ? [list.operator] : []))
    expect(new Set(operators).size).toBeGreaterThanOrEqual(2)
  })
})
