import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { templateOf } from './synthesized.ts'

type Resource = { readonly Type: string; readonly DeletionPolicy?: string }

const written = readFileSync(new URL('kept-resources.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))

/** Of these a new one is not as good as the old one. */
const holdsSomething =
  /^AWS::(DynamoDB::Table|S3::Bucket|KMS::Key|SQS::Queue|Logs::LogGroup|SES::ReceiptRule|SES::ReceiptRuleSet|Lambda::Alias) /

/** With everything that a configuration can switch on. */
const whole = {
  bounces: { sentLog: 'ses-events' },
  scim: { token: { ssm: '/quietgate/scim' } },
  handOver: { sqs: 'arn:aws:sqs:eu-west-1:123456789012:mail' },
  digest: { topicArn: 'arn:aws:sns:eu-west-1:123456789012:digests' },
}

function resourcesOf(settings: object = {}): readonly string[] {
  const resources = templateOf({ ...whole, ...settings }).toJSON()['Resources'] as Record<string, Resource>
  return Object.entries(resources).map(([id, { Type }]) => `${Type} ${id}`)
}

describe('what is kept', () => {
  it('has the logical ids of the last release, whatever the configuration', () => {
    for (const settings of [{}, { mode: 'enforce', receiving: { activate: false } }, { region: 'eu-west-1' }]) {
      const resources = resourcesOf(settings)
      expect(written.filter((line) => !resources.includes(line))).toEqual([])
    }
  })

  it('stands in the list, all of it', () => {
    expect(resourcesOf().filter((line) => holdsSomething.test(line) && !written.includes(line))).toEqual([])
  })

  it('stays when the stack goes, where it is the only copy', () => {
    const resources = templateOf(whole).toJSON()['Resources'] as Record<string, Resource>
    const only = written.filter((line) => /DynamoDB|S3|Logs/.test(line)).map((line) => line.split(' ')[1] ?? '')
    expect(only.filter((id) => resources[id]?.DeletionPolicy !== 'Retain')).toEqual([])
    expect(only).toHaveLength(20)
  })
})
