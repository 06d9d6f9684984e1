import { describe, expect, it } from 'vitest'
import { digestPrefix as keysBelow } from '../../lambda/digest/marks.ts'
import { digestPrefix } from '../../infra/digest.ts'
import { headingOf } from './operations.ts'
import { templateOf } from './synthesized.ts'

type Resource = { readonly Type: string; readonly Properties: Readonly<Record<string, unknown>> }
type Statement = { readonly Effect: string; readonly Action: string | readonly string[]; readonly Resource: unknown }

const topicArn = 'arn:aws:sns:eu-west-1:111122223333:mail-digest'
const resources = resourcesOf({ digest: { topicArn, at: '06:30' } })

describe('the digest', () => {
  it('is not there unless it is configured', () => {
    expect(Object.keys(resourcesOf({})).filter((id) => id.startsWith('Digest'))).toEqual([])
  })

  it('runs every hour at the minute that was asked for, and is never asked twice for one hour', () => {
    expect(only('AWS::Events::Rule')).toMatchObject({ ScheduleExpression: 'cron(30 * * * ? *)', State: 'ENABLED' })
    expect(only('AWS::Lambda::EventInvokeConfig')).toMatchObject({ MaximumRetryAttempts: 0 })
  })

  it('may read what happened, note that it went out, and tell this topic alone', () => {
    const { Statement } = only('AWS::IAM::Policy')['PolicyDocument'] as { readonly Statement: readonly Statement[] }
    expect(Statement.map(({ Effect, Action }) => [Effect, Action])).toEqual([
      ['Allow', 's3:ListBucket'],
      ['Allow', 's3:GetObject'],
      ['Allow', 's3:PutObject'],
      ['Allow', 'sns:Publish'],
      ['Allow', ['logs:CreateLogStream', 'logs:PutLogEvents']],
      ['Deny', 'ses:*'],
    ])
    const pathsIn = (at: number): readonly string[] =>
      Array.from(JSON.stringify(Statement[at]?.Resource).matchAll(/"(\/[^"]+)"/g), ([, path = '']) => path)
    expect(pathsIn(1)).toEqual(['/digests/*', '/directory/history/*', '/entries/*', '/events/*', '/in/*', '/records/*'])
    expect(pathsIn(2)).toEqual(['/digests/*'])
    expect(Statement[3]?.Resource).toBe(topicArn)
  })

  it('alarms when it did not go out for three hours, and when it does not run at all', () => {
    const alarm = only('AWS::CloudWatch::Alarm')
    expect(alarm).toMatchObject({
      ...{ MetricName: 'DigestsMissing', Period: 3600, EvaluationPeriods: 3 },
      TreatMissingData: 'breaching',
    })
    expect(headingOf(alarm['AlarmDescription'])).toBe('DigestsMissing')
  })

  it('keeps its marks where they are written, for a month', () => {
    const buckets = Object.values(resources).filter(({ Type }) => Type === 'AWS::S3::Bucket')
    const rules = buckets.flatMap(
      ({ Properties }) =>
        (Properties['LifecycleConfiguration'] as { readonly Rules: readonly Readonly<Record<string, unknown>>[] })
          .Rules,
    )
    expect(rules.find(({ Prefix }) => Prefix === keysBelow)).toMatchObject({ ExpirationInDays: 30 })
    expect(digestPrefix).toBe(keysBelow)
  })
})

function resourcesOf(settings: object): Readonly<Record<string, Resource>> {
  return templateOf(settings).toJSON()['Resources'] as Readonly<Record<string, Resource>>
}

/** Of the digest. */
function only(type: string): Resource['Properties'] {
  const found = Object.entries(resources).filter(([id, { Type }]) => Type === type && id.startsWith('Digest'))
  expect(found).toHaveLength(1)
  return found[0]![1].Properties
}
