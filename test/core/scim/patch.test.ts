import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { deepest, readObject, type JsonObject } from '../../../lambda/core/scim/json.ts'
import { applyPatch, mostOperations } from '../../../lambda/core/scim/patch.ts'
import { mostMembers, readAttributes } from '../../../lambda/core/scim/resources.ts'

const patched = (attributes: JsonObject, ...Operations: readonly JsonObject[]) => {
  const result = applyPatch(attributes, { Operations })
  return result.answer === 'patched' ? result.attributes : result.error.scimType
}

describe('a patch', () => {
  it('takes the name of an attribute in any case, and keeps the one that is there', () => {
    expect(patched({ displayName: 'A' }, { op: 'replace', path: 'DISPLAYNAME', value: 'B' })).toEqual({
      displayName: 'B',
    })
  })

  it('adds to a list what is not there yet, and replaces a list whole', () => {
    const emails = [{ type: 'work', value: 'a@example.com' }]
    const home = { type: 'home', value: 'h@example.com' }
    expect(patched({ emails }, { op: 'add', path: 'emails', value: [home, ...emails] })).toEqual({
      emails: [...emails, home],
    })
    expect(patched({ emails }, { op: 'add', value: { emails: [home] } })).toEqual({ emails: [...emails, home] })
    expect(patched({ emails }, { op: 'replace', path: 'emails', value: [home] })).toEqual({ emails: [home] })
  })

  it('changes what a filter means, and makes it where there is none and the filter says what it is', () => {
    const emails = [
      { type: 'work', value: 'a@example.com' },
      { type: 'home', value: 'h@example.com' },
    ]
    const where = 'emails[type eq "home"]'
    expect(patched({ emails }, { op: 'remove', path: where })).toEqual({ emails: [emails[0]] })
    expect(patched({ emails }, { op: 'remove', path: `${where}.value` })).toEqual({
      emails: [emails[0], { type: 'home' }],
    })
    expect(patched({ emails }, { op: 'replace', path: where, value: { value: 'n@example.com' } })).toEqual({
      emails: [emails[0], { type: 'home', value: 'n@example.com' }],
    })
    expect(patched({}, { op: 'replace', path: `${where}.value`, value: 'n@example.com' })).toEqual({
      emails: [{ type: 'home', value: 'n@example.com' }],
    })
    expect(patched({}, { op: 'add', path: 'emails[value sw "a"].type', value: 'home' })).toBe('noTarget')
  })

  it('leaves everything as it was when one of its operations is refused', () => {
    const attributes = { displayName: 'A' }
    const operations = [{ op: 'replace', path: 'displayName', value: 'B' }]
    expect(patched(attributes, ...operations, { op: 'move', path: 'displayName' })).toBe('invalidSyntax')
    expect(patched(attributes, ...operations, { op: 'remove' })).toBe('noTarget')
    expect(patched(attributes, ...operations, { op: 'add', path: 'a b', value: 1 })).toBe('invalidPath')
    expect(patched(attributes, ...operations, { op: 'replace', path: 'id', value: 'other' })).toBe('mutability')
    expect(patched(attributes, ...operations, { op: 'add', value: 'B' })).toBe('invalidValue')
    expect(attributes).toEqual({ displayName: 'A' })
  })

  it('is refused where it has no operations, or too many', () => {
    expect(patched({})).toBe('invalidSyntax')
    const many = Array.from({ length: mostOperations + 1 }, () => ({ op: 'remove', path: 'a' }))
    expect(patched({}, ...many)).toBe('invalidSyntax')
  })

  it('never throws, and never changes what it was given', () => {
    const word = fc.constantFrom(
      'emails',
      'members[value eq "1"]',
      'name.x',
      'urn:a:b:2.0:User:c',
      '__proto__',
      'id',
      '',
    )
    const operation = fc.record(
      {
        op: fc.constantFrom('Add', 'replace', 'REMOVE', 'x'),
        path: fc.oneof(word, fc.string()),
        value: fc.jsonValue(),
      },
      { requiredKeys: ['op'] },
    )
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(operation), (attributes, operations) => {
        const before = JSON.stringify(attributes)
        applyPatch(attributes as JsonObject, { Operations: operations } as unknown as JsonObject)
        expect(JSON.stringify(attributes)).toBe(before)
        expect(({} as Record<string, unknown>)['c']).toBeUndefined()
      }),
      { numRuns: 300 },
    )
  })
})

describe('a resource', () => {
  it('keeps no more members than fit, and is accepted all the same', () => {
    const members = Array.from({ length: mostMembers + 10 }, (_, i) => ({ value: `u${i}`, display: `User ${i}` }))
    const read = readAttributes('Group', { displayName: 'Everybody', members })
    const kept = read.answer === 'attributes' ? read.attributes['members'] : null
    expect(kept).toEqual(members.slice(0, mostMembers).map(({ value }) => ({ value })))
  })

  it.each([
    ['User', { userName: ' ' }, 'invalidValue'],
    ['User', { userName: 7 }, 'invalidValue'],
    ['User', { userName: 'a', active: 'perhaps' }, 'invalidValue'],
    ['User', { userName: 'a', externalId: 7 }, 'invalidValue'],
    ['Group', { userName: 'a' }, 'invalidValue'],
    ['User', { userName: 'a', title: 'x'.repeat(70_000) }, null],
  ] as const)('is refused as %s %j', (type, body, scimType) => {
    expect(readAttributes(type, body)).toMatchObject({ answer: 'refused', error: { scimType } })
  })

  it('is not read where it is nested too deeply for whoever writes it again', () => {
    const nested = (depth: number) => `{"a":${'['.repeat(depth)}"]\\"["${']'.repeat(depth)}}`
    expect(readObject(nested(deepest - 1))).not.toBeNull()
    expect(readObject(nested(deepest))).toBeNull()
    expect(readObject(`{"a":${'['.repeat(500_000)}`)).toBeNull()
    expect([readObject('[]'), readObject('null'), readObject('{"a"')]).toEqual([null, null, null])
  })
})
