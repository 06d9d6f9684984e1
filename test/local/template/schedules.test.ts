import { describe, expect, it } from 'vitest'
import type { Json } from '../../../local/template/json.ts'
import { schedulesOf } from '../../../local/template/schedules.ts'
import { templateOf } from './template-of.ts'

const fn = { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'probe', Role: 'role', Code: { ZipFile: '' } } }
const target = { Id: 'Target0', Arn: { 'Fn::GetAtt': ['Probe', 'Arn'] } }
const rule = (properties: Record<string, Json>) => ({
  Type: 'AWS::Events::Rule',
  Properties: { Name: 'rule', ...properties },
})
const functionArn = 'arn:aws:lambda:eu-west-1:123456789012:function:probe'

describe('schedules', () => {
  it.each([
    ['rate(1 minute)', 60_000],
    ['rate(15 minutes)', 900_000],
    ['rate(1 hour)', 3_600_000],
    ['rate(2 days)', 172_800_000],
    ['cron(0 * * * ? *)', 3_600_000],
    ['cron(59 * * * ? *)', 3_600_000],
  ])('reads %s as a period', (ScheduleExpression, every) => {
    const template = templateOf({ Probe: fn, Rule: rule({ ScheduleExpression, Targets: [target] }) })
    expect(schedulesOf(template)).toEqual([
      {
        logicalId: 'Rule',
        arn: 'arn:aws:events:eu-west-1:123456789012:rule/rule',
        every,
        targets: [{ functionArn, input: null }],
      },
    ])
  })

  it('gives a target the event that the rule sets for it', () => {
    const Targets = [{ ...target, Input: '{"all":true}' }]
    const [schedule] = schedulesOf(
      templateOf({ Probe: fn, Rule: rule({ ScheduleExpression: 'rate(1 day)', Targets }) }),
    )
    expect(schedule?.targets).toEqual([{ functionArn, input: { all: true } }])
  })

  it('leaves out a rule that is disabled, and one that waits for events', () => {
    const off = rule({ ScheduleExpression: 'rate(1 minute)', State: 'DISABLED', Targets: [target] })
    const pattern = rule({ EventPattern: { source: ['aws.s3'] }, Targets: [target] })
    expect(schedulesOf(templateOf({ Probe: fn, Off: off, Pattern: pattern }))).toEqual([])
  })

  it.each([
    'cron(0 8 * * ? *)',
    'cron(60 * * * ? *)',
    'rate(1 minutes)',
    'rate(5 minute)',
    'rate(0 minutes)',
    'every minute',
  ])('refuses %s rather than run it in AWS alone', (ScheduleExpression) => {
    const template = templateOf({ Probe: fn, Rule: rule({ ScheduleExpression, Targets: [target] }) })
    expect(() => schedulesOf(template)).toThrow(/Rule\.Properties\.ScheduleExpression: expected rate\(1 minute\)/)
  })

  it('refuses a target that is no function of the template', () => {
    const Targets = [{ Id: 'Target0', Arn: 'arn:aws:sqs:eu-west-1:123456789012:queue' }]
    const template = templateOf({ Probe: fn, Rule: rule({ ScheduleExpression: 'rate(1 minute)', Targets }) })
    expect(() => schedulesOf(template)).toThrow(/Targets\[0\]\.Arn: expected a function of this template/)
  })
})
