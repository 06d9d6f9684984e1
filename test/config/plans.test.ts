import { describe, expect, it } from 'vitest'
import { parseConfig, type Config } from '../../lambda/config.ts'
import { digestPlanOf } from '../../lambda/config/digest-plan.ts'
import { widgetPlanOf } from '../../lambda/config/widget-plan.ts'

const topicArn = 'arn:aws:sns:eu-west-1:111122223333:mail-digest'
const domains = ['Example.com', 'b\u00fccher.example', { name: 'alias.example', aliasOf: 'example.com' }]

describe('the plan of the widgets', () => {
  it('has all domains, and those of them that have a list of their own', () => {
    expect(widgetPlanOf(configOf({ domains }))).toMatchObject({
      domains: ['example.com', 'xn--bcher-kva.example', 'alias.example'],
      listed: ['example.com', 'xn--bcher-kva.example'],
      recordsDays: 400,
      mailDays: 30,
    })
  })

  it('does not know where a key is kept', () => {
    const dnsbl = {
      zones: [{ term: '{one}.bl.example=127.0.0.2*2', operator: 'One' }],
      keys: { one: { ssm: '/secret/place' } },
    }
    const plan = JSON.stringify(widgetPlanOf(configOf({ domains, dnsbl })))
    expect(plan).toContain('{one}.bl.example')
    expect(plan).not.toContain('/secret/place')
  })
})

describe('the plan of the digest', () => {
  it('is for all domains at six, unless something else was asked for', () => {
    expect(digestPlanOf(configOf({ domains, digest: { topicArn } }))).toEqual({
      atMinute: 360,
      domains: ['example.com', 'xn--bcher-kva.example', 'alias.example'],
      mailDays: 30,
      handsOver: false,
    })
    const handOver = { sqs: 'arn:aws:sqs:eu-west-1:111122223333:mail' }
    const digest = { topicArn, at: '22:45', domains: ['alias.example'] }
    expect(digestPlanOf(configOf({ domains, digest, handOver }))).toMatchObject({
      atMinute: 1365,
      domains: ['alias.example'],
      handsOver: true,
    })
  })

  it('is none where nobody gets one', () => {
    expect(digestPlanOf(configOf({ domains }))).toBeNull()
  })
})

function configOf(settings: object): Config {
  const parsed = parseConfig(settings, 'the test')
  if (parsed.kind === 'problems') throw new Error(parsed.problems.join('\n'))
  return parsed.config
}
