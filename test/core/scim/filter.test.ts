import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { longestFilter, parseFilter, parsePath } from '../../../lambda/core/scim/filter.ts'
import { matches, valuesAt } from '../../../lambda/core/scim/match.ts'

const path = (name: string, sub: string | null = null) => ({ schema: null, name, where: null, sub })
const equal = (name: string, value: string) => ({ kind: 'compare', path: path(name), operator: 'eq', value })

describe('a filter', () => {
  it('binds "and" before "or", and parentheses before both (RFC 7644 3.4.2.2)', () => {
    const [a, b, c] = [equal('a', '1'), equal('b', '2'), equal('c', '3')]
    expect(parseFilter('a eq "1" or b eq "2" and c eq "3"')).toEqual({
      kind: 'or',
      left: a,
      right: { kind: 'and', left: b, right: c },
    })
    expect(parseFilter('(a EQ "1" OR b eq "2") AND NOT (c eq "3")')).toEqual({
      kind: 'and',
      left: { kind: 'or', left: a, right: b },
      right: { kind: 'not', term: c },
    })
  })

  it('reads the paths of extensions, whose versions have a dot', () => {
    const urn = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
    expect(parsePath(`${urn}:manager.value`)).toEqual({ schema: urn, name: 'manager', where: null, sub: 'value' })
    expect(parsePath(urn)).toEqual({ schema: urn, name: '', where: null, sub: null })
    expect(parsePath('urn:ietf:params:scim:schemas:core:2.0:User:name.familyName')).toEqual(path('name', 'familyName'))
    expect(parsePath('emails[type eq "work"].value')).toEqual({
      schema: null,
      name: 'emails',
      where: equal('type', 'work'),
      sub: 'value',
    })
  })

  it('takes a group of values for the question whether there is one', () => {
    const filter = parseFilter('emails[type eq "work" and value co "@example.com"] and active eq true')!
    const emails = [{ type: 'work', value: 'alice@example.com' }]
    expect(matches({ active: true, emails }, filter)).toBe(true)
    expect(matches({ active: true, emails: [{ type: 'home', value: 'alice@example.com' }] }, filter)).toBe(false)
  })

  it('compares a boolean with its word, as Entra writes it, and an id to the letter', () => {
    expect(matches({ roles: [{ primary: true }] }, parseFilter('roles[primary eq "True"]')!)).toBe(true)
    expect(matches({ externalId: 'a' }, parseFilter('externalId eq "A"')!)).toBe(false)
    expect(matches({ USERNAME: 'A' }, parseFilter('userName eq "a"')!)).toBe(true)
  })

  it.each([
    '',
    'userName',
    'userName eq',
    'userName eq alice',
    'userName is "alice"',
    'userName eq "alice',
    'userName eq "alice" and',
    'userName eq "alice") or (a pr',
    'emails[type eq "work"',
    'emails[type eq "work"].',
    'a.b.c eq "1"',
    '((((((((((a pr))))))))))',
    `userName eq "${'a'.repeat(longestFilter)}"`,
  ])('refuses %j', (text) => {
    expect(parseFilter(text)).toBeNull()
  })

  it('never throws, whatever it is made of', () => {
    const pieces = fc.constantFrom(
      'userName',
      'emails',
      '[',
      ']',
      '(',
      ')',
      '"',
      '\\',
      ' eq ',
      ' and ',
      ' or ',
      ' not ',
    )
    const more = fc.constantFrom('.value', 'urn:a:2.0:User', ':', ' pr', 'true', '1', '"a"', '\u0000', 'é', '$')
    const texts = fc.array(fc.oneof(pieces, more, fc.string())).map((parts) => parts.join(''))
    fc.assert(
      fc.property(texts, fc.object(), (text, object) => {
        const resource = JSON.parse(JSON.stringify(object)) as Parameters<typeof matches>[0]
        const filter = parseFilter(text)
        if (filter !== null) expect(typeof matches(resource, filter)).toBe('boolean')
        const read = parsePath(text)
        if (read !== null) expect(Array.isArray(valuesAt(resource, read))).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  it('is read in a time that grows with its length', () => {
    const text = `${'not ('.repeat(300)}a pr`.padEnd(longestFilter, ' ')
    const begun = performance.now()
    for (let i = 0; i < 100; i++) parseFilter(text)
    expect(performance.now() - begun).toBeLessThan(1000)
  })
})
