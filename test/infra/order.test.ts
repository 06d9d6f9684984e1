import { describe, expect, it } from 'vitest'
import { activateRuleSet } from '../../lambda/activate-rule-set.ts'
import type { Displaced } from '../../lambda/ports/activation-memory.ts'
import type { RuleSets } from '../../lambda/ports/rule-sets.ts'
import { templateOf } from './synthesized.ts'

type Resource = { readonly Type: string; readonly Properties?: unknown; readonly DependsOn?: readonly string[] }
type Resources = Readonly<Record<string, Resource>>

const zone = { receiving: { hostedZones: { 'example.com': 'Z1' } } }
const shared = { mode: 'enforce', receiving: { ruleSet: { name: 'inbound' } } }

function resourcesOf(settings: object): Resources {
  return templateOf(settings).toJSON()['Resources'] as Resources
}

/** What CloudFormation makes before a resource, and deletes after it. */
function before(resources: Resources, id: string, met = new Set<string>()): ReadonlySet<string> {
  const { Properties, DependsOn = [] } = resources[id] ?? { Properties: {} }
  const direct = [...[DependsOn].flat(), ...referred(Properties)].filter((name) => name in resources)
  for (const name of direct) {
    if (met.has(name)) continue
    met.add(name)
    before(resources, name, met)
  }
  return met
}

function referred(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(referred)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
    if (key === 'Ref') return [String(inner)]
    return key === 'Fn::GetAtt' ? [String((inner as readonly unknown[])[0])] : referred(inner)
  })
}

const idOf = (resources: Resources, type: string, start = ''): string =>
  Object.entries(resources).find(([id, resource]) => resource.Type === type && id.startsWith(start))?.[0] ?? ''

describe('the order of a deploy', () => {
  const resources = resourcesOf(zone)
  const steps = [
    idOf(resources, 'AWS::Lambda::Version'),
    idOf(resources, 'Custom::QuietgateTrial'),
    idOf(resources, 'AWS::Lambda::Alias'),
    idOf(resources, 'AWS::SES::ReceiptRule'),
    idOf(resources, 'Custom::QuietgateActivation'),
    idOf(resources, 'AWS::Route53::RecordSet'),
  ]

  it('is: version, trial, alias, rule, activation, MX record', () => {
    expect(steps).not.toContain('')
    const wrong = steps.filter((id, index) => index > 0 && !before(resources, id).has(steps[index - 1] ?? ''))
    expect(wrong).toEqual([])
  })

  it('has the zero of the compaction before its alarm, which takes silence for trouble', () => {
    const alarm = idOf(resources, 'AWS::CloudWatch::Alarm', 'Compaction')
    expect(resources[alarm]?.Properties).toMatchObject({ TreatMissingData: 'breaching', EvaluationPeriods: 6 })
    expect(before(resources, alarm)).toContain(idOf(resources, 'Custom::QuietgateActivation'))
  })

  it('asks whether a set may be shared before a version that enforces goes live', () => {
    const sharing = resourcesOf(shared)
    const alias = idOf(sharing, 'AWS::Lambda::Alias')
    expect(before(sharing, alias)).toContain(idOf(sharing, 'Custom::QuietgateSharedSet'))
    expect(Object.values(sharing).filter(({ Type }) => Type === 'AWS::SES::ReceiptRuleSet')).toEqual([])
  })

  it('gives custom resources their permissions first, and takes them away last', () => {
    for (const type of ['Custom::QuietgateActivation', 'Custom::QuietgateTrial']) {
      const needed = [...before(resources, idOf(resources, type))].map((id) => resources[id]?.Type)
      expect(needed).toEqual(expect.arrayContaining(['AWS::Lambda::Function', 'AWS::IAM::Role', 'AWS::IAM::Policy']))
    }
  })
})

describe('cdk destroy', () => {
  it.each([
    ['ours is active', 'ours', 'none'],
    ['another set is active', 'theirs', 'theirs'],
  ])('works the first time where %s, in every order that CloudFormation may take', async (_what, active, after) => {
    const resources = resourcesOf(zone)
    for (const backwards of [false, true]) {
      const ids = Object.keys(resources)
      expect(await destroyed(resources, backwards ? ids.reverse() : ids, active)).toEqual({ failed: [], active: after })
    }
  })
})

/** Deletes what nothing that is left depends on, the way CloudFormation does, with SES's refusals. */
async function destroyed(resources: Resources, ids: readonly string[], active: string) {
  const account = { active: active === 'none' ? null : active, sets: new Set(['ours', 'theirs']) }
  const failed: string[] = []
  let left = [...ids]
  const needs = new Map(left.map((id) => [id, before(resources, id)]))
  while (left.length > 0) {
    const id = left.find((candidate) => !left.some((other) => needs.get(other)?.has(candidate) === true))
    if (id === undefined) throw new Error('resources that depend on each other in a circle')
    left = left.filter((other) => other !== id)
    const { Type } = resources[id] ?? { Type: '' }
    if (Type === 'Custom::QuietgateActivation') await withdraw(account)
    if (Type === 'AWS::SES::ReceiptRule' && account.active === 'ours') failed.push('an empty set is live')
    if (Type === 'AWS::SES::ReceiptRuleSet' && account.active === 'ours') failed.push('CannotDelete')
  }
  return { failed, active: account.active ?? 'none' }
}

async function withdraw(account: { active: string | null; readonly sets: ReadonlySet<string> }): Promise<void> {
  const displaced = new Map<string, Displaced>([['ours', { previous: null }]])
  const ruleSets: RuleSets = {
    active: () => Promise.resolve(account.active),
    rulesOf: () => Promise.resolve([]),
    activate: (name) => {
      account.active = name
      return Promise.resolve('activated')
    },
  }
  const memory = {
    recall: (name: string) => Promise.resolve(displaced.get(name) ?? null),
    remember: () => Promise.resolve(),
    forget: () => Promise.resolve(),
  }
  const wanted = { ruleSet: 'ours', rule: 'filter', own: true, activate: true, replaceActive: false }
  await activateRuleSet({ kind: 'delete', before: wanted }, { ruleSets, memory })
}
