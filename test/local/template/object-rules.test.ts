import { describe, expect, it } from 'vitest'
import type { Json } from '../../../local/template/json.ts'
import { objectRulesOf, waitsFor } from '../../../local/template/object-rules.ts'
import { templateOf } from './template-of.ts'

const fn = {
  Type: 'AWS::Lambda::Function',
  Properties: { FunctionName: 'import', Role: 'role', Code: { ZipFile: '' } },
}
const bucket = (NotificationConfiguration: Json = { EventBridgeConfiguration: { EventBridgeEnabled: true } }) => ({
  Type: 'AWS::S3::Bucket',
  Properties: { BucketName: 'records', NotificationConfiguration },
})
const detail = { bucket: { name: [{ Ref: 'Records' }] }, object: { key: [{ prefix: 'in/' }, 'one.csv'] } }
const pattern = { source: ['aws.s3'], 'detail-type': ['Object Created'], detail }
const rule = (EventPattern: Json, more: Record<string, Json> = {}) => ({
  Type: 'AWS::Events::Rule',
  Properties: {
    EventPattern,
    Targets: [{ Id: 'Target0', Arn: { 'Fn::GetAtt': ['Import', 'Arn'] }, DeadLetterConfig: { Arn: 'queue' } }],
    ...more,
  },
})
const place = { Import: fn, Records: bucket() }

describe('rules about objects', () => {
  it('name the bucket, the keys, and the function with its retries', () => {
    const invoke = (FunctionName: Json) => ({
      Type: 'AWS::Lambda::EventInvokeConfig',
      Properties: { FunctionName, Qualifier: '$LATEST', MaximumRetryAttempts: 1 },
    })
    const [read] = objectRulesOf(templateOf({ ...place, Rule: rule(pattern), Invoke: invoke({ Ref: 'Import' }) }))
    expect(read).toEqual({
      logicalId: 'Rule',
      buckets: ['records'],
      keys: [
        { kind: 'prefix', text: 'in/' },
        { kind: 'exact', text: 'one.csv' },
      ],
      targets: [{ functionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:import', input: null, retries: 1 }],
    })
    const other = objectRulesOf(templateOf({ ...place, Rule: rule(pattern), Invoke: invoke('other') }))
    expect(other[0]?.targets[0]?.retries).toBe(2)
  })

  it('wait for the keys that they name, and for all where they name none', () => {
    const [read] = objectRulesOf(templateOf({ ...place, Rule: rule(pattern) }))
    const [all] = objectRulesOf(templateOf({ ...place, Rule: rule({ ...pattern, detail: { bucket: detail.bucket } }) }))
    if (read === undefined || all === undefined) throw new Error('A rule was not read.')
    const keys = ['in/a.csv', 'one.csv', 'one.csv2', 'out/in/a.csv']
    expect(keys.map((key) => waitsFor(read, 'records', key))).toEqual([true, true, false, false])
    expect(keys.map((key) => waitsFor(all, 'records', key))).toEqual([true, true, true, true])
    expect(waitsFor(read, 'mail', 'in/a.csv')).toBe(false)
  })

  it('are left out where they are disabled, run by the clock, or wait for something else', () => {
    const template = templateOf({
      ...place,
      Off: rule(pattern, { State: 'DISABLED' }),
      Clock: { Type: 'AWS::Events::Rule', Properties: { ScheduleExpression: 'rate(1 minute)' } },
      Other: rule({ source: ['aws.health'] }),
    })
    expect(objectRulesOf(template)).toEqual([])
  })

  it.each([
    [{ ...pattern, 'detail-type': ['Object Created', 'Object Deleted'] }, /detail-type: expected \["Object Created"\]/],
    [{ ...pattern, region: ['eu-west-1'] }, /EventPattern: expected source, detail-type, detail, found "region"/],
    [{ ...pattern, detail: { ...detail, reason: ['PutObject'] } }, /detail: expected bucket, object, found "reason"/],
    [
      { ...pattern, detail: { ...detail, object: { key: [{ suffix: '.csv' }] } } },
      /key\[0\]: expected prefix, found "suffix"/,
    ],
    [
      { ...pattern, detail: { bucket: { name: ['others'] } } },
      /expected a bucket that notifies EventBridge, found "others"/,
    ],
  ])('are refused rather than run in AWS alone (%#)', (EventPattern, sentence) => {
    expect(() => objectRulesOf(templateOf({ ...place, Rule: rule(EventPattern) }))).toThrow(sentence)
  })

  it('are refused where the bucket tells EventBridge nothing', () => {
    const configurations: readonly Json[] = [{}, { EventBridgeConfiguration: { EventBridgeEnabled: false } }]
    for (const silent of configurations) {
      const template = templateOf({ Import: fn, Records: bucket(silent), Rule: rule(pattern) })
      expect(() => objectRulesOf(template)).toThrow(/expected a bucket that notifies EventBridge, found "records"/)
    }
  })
})
