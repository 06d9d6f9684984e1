import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chooseEnvironment } from '../../lambda/config/environments.ts'

const where = 'cdk.json, context quietgate'
const one = { domains: ['example.com'] }
const several = { environments: { test: { domains: ['test.example'] }, production: one } }

const sentenceOf = (value: unknown, name: string | null): string => {
  const chosen = chooseEnvironment(value, name, where)
  return chosen.kind === 'problem' ? chosen.sentence : `chosen: ${chosen.stackName}`
}

describe('the environments of a configuration', () => {
  it('need not be: one configuration has no name', () => {
    expect(chooseEnvironment(one, null, where)).toEqual({
      kind: 'chosen',
      settings: one,
      where,
      stackName: 'Quietgate',
    })
  })

  it('are chosen by their name, which is part of the name of the stack', () => {
    expect(chooseEnvironment(several, 'production', where)).toEqual({
      kind: 'chosen',
      settings: one,
      where: 'cdk.json, context quietgate.environments.production',
      stackName: 'Quietgate-production',
    })
  })

  it.each([
    [
      several,
      null,
      'cdk.json, context quietgate holds several environments (test, production): say which one with -c env=NAME (quietgate: --env NAME).',
    ],
    [
      several,
      'prodction',
      'There is no environment "prodction" in cdk.json, context quietgate; did you mean production? There are: test, production.',
    ],
    [
      several,
      'constructor',
      'There is no environment "constructor" in cdk.json, context quietgate; did you mean production? There are: test, production.',
    ],
    [
      one,
      'test',
      'There is no environment "test": cdk.json, context quietgate holds one configuration and no "environments". Leave the name out.',
    ],
    [
      { ...several, mode: 'enforce' },
      'test',
      'mode (cdk.json, context quietgate) would be read by nobody: settings stand inside each of the "environments".',
    ],
    [
      { environments: [] },
      'test',
      'environments (cdk.json, context quietgate) is not an object with a configuration for each name, such as {"production": {...}}.',
    ],
    [
      { environments: { 'a b': one } },
      'a b',
      "environments.a b (cdk.json, context quietgate): expected a name of 1 to 40 letters, digits and hyphens, a letter first: it becomes part of the stack's name.",
    ],
  ])('say what is wrong: %j, %j', (value, name, sentence) => {
    expect(sentenceOf(value, name)).toBe(sentence)
  })

  it('never throw', () => {
    const name = fc.option(fc.string())
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.record({ environments: fc.jsonValue() })), name, (value, env) => {
        expect(sentenceOf(value, env).length).toBeLessThan(2000)
      }),
    )
  })
})
