import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { authorise, matchesPattern } from '../../../local/aws/authorise.ts'
import type { Statement } from '../../../local/aws/authorise.ts'

const statement = (effect: Statement['effect'], more: Partial<Statement>): Statement => ({
  effect,
  actions: [],
  notActions: [],
  resources: [],
  notResources: [],
  conditions: null,
  ...more,
})
const KEY = 'arn:aws:s3:::mail/inbound/1'
const allowed = { answer: 'allowed' }
const denied = { answer: 'denied', why: 'because no identity-based policy allows the s3:GetObject action' }
const forbidden = { answer: 'denied', why: 'with an explicit deny in an identity-based policy' }
const may = (...statements: readonly Statement[]) => authorise(statements, 's3:GetObject', KEY)

describe('authorise', () => {
  it('denies what nothing allows', () => {
    expect(may()).toEqual(denied)
    expect(may(statement('Allow', { actions: ['s3:PutObject'], resources: ['*'] }))).toEqual(denied)
    expect(may(statement('Allow', { actions: ['s3:GetObject'], resources: ['arn:aws:s3:::mail'] }))).toEqual(denied)
    expect(may(statement('Allow', { actions: ['s3:GetObject'], resources: ['arn:aws:s3:::MAIL/*'] }))).toEqual(denied)
  })

  it('allows by wildcards, and takes actions in any case', () => {
    expect(may(statement('Allow', { actions: ['S3:getobject'], resources: [KEY] }))).toEqual(allowed)
    expect(may(statement('Allow', { actions: ['s3:Get*'], resources: ['arn:aws:s3:::mail/*'] }))).toEqual(allowed)
    expect(may(statement('Allow', { actions: ['s3:Get?bject'], resources: ['arn:aws:s3:::mail/inbound/?'] }))).toEqual(
      allowed,
    )
    expect(may(statement('Allow', { actions: ['*'], resources: ['*'] }))).toEqual(allowed)
  })

  it('lets an explicit deny win, wherever it stands', () => {
    const all = statement('Allow', { actions: ['*'], resources: ['*'] })
    const deny = statement('Deny', { actions: ['s3:*'], resources: ['arn:aws:s3:::mail/*'] })
    expect(may(all, deny)).toEqual(forbidden)
    expect(may(deny, all)).toEqual(forbidden)
  })

  it('reads NotAction and NotResource', () => {
    expect(may(statement('Allow', { notActions: ['s3:Put*'], resources: ['*'] }))).toEqual(allowed)
    expect(may(statement('Allow', { notActions: ['s3:Get*'], resources: ['*'] }))).toEqual(denied)
    expect(may(statement('Allow', { actions: ['s3:*'], notResources: ['arn:aws:s3:::records/*'] }))).toEqual(allowed)
    expect(may(statement('Allow', { actions: ['s3:*'], notResources: ['arn:aws:s3:::mail/*'] }))).toEqual(denied)
  })

  it('never allows and always denies by a condition or a policy variable, because it does not evaluate them', () => {
    const conditions = { Bool: { 'aws:SecureTransport': 'true' } }
    const all = statement('Allow', { actions: ['*'], resources: ['*'] })
    expect(may({ ...all, conditions })).toEqual(denied)
    expect(may(all, { ...all, effect: 'Deny', conditions })).toEqual(forbidden)
    expect(may({ ...all, resources: ['arn:aws:s3:::${aws:username}/*'] })).toEqual(denied)
    expect(may(all, { ...all, effect: 'Deny', resources: ['arn:aws:s3:::${aws:username}/*'] })).toEqual(forbidden)
    expect(may(all, { ...all, effect: 'Deny', resources: ['arn:aws:s3:::other'], conditions })).toEqual(allowed)
    expect(may({ ...all, resources: [], notResources: ['${aws:username}'] })).toEqual(denied)
  })
})

describe('a policy pattern', () => {
  it('matches what the regular expression of the same meaning matches', () => {
    const pieces = fc.array(fc.constantFrom('a', 'b', '*', '?', '/')).map((parts) => parts.join(''))
    fc.assert(
      fc.property(pieces, pieces, (pattern, text) => {
        const meaning = new RegExp(`^${pattern.replaceAll('*', '[^]*').replaceAll('?', '[^]')}$`)
        expect(matchesPattern(pattern, text)).toBe(meaning.test(text))
      }),
      { numRuns: 2000 },
    )
  })

  it('ends, however many stars it has: a backtracking match would not within the age of the universe', () => {
    expect(matchesPattern('*a'.repeat(500), `${'a'.repeat(5000)}b`)).toBe(false)
  })
})
