import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../lambda/config.ts'
import { handOverPlanOf } from '../../lambda/config/hand-over-plan.ts'

const where = 'cdk.json, context quietgate'
const smtp = { host: 'mx.example.com' }
const queue = 'arn:aws:sqs:eu-west-1:123456789012:mail'

describe('where delivered mail goes', () => {
  it('is nowhere unless the configuration says so', () => {
    expect(planOf(null)).toBe(null)
    expect(planOf(undefined)).toBe(null)
  })

  it('is a server with TLS, by STARTTLS or on 465 from the start, and its password is named and not shown', () => {
    const credentials = { secretsManager: 'quietgate/relay' }
    expect(planOf({ smtp: { ...smtp, credentials }, postmaster: 'admin@example.com' })).toEqual({
      target: {
        kind: 'smtp',
        host: 'mx.example.com',
        port: 587,
        tls: 'starttls',
        ca: null,
        credentials: { name: 'smtp', kept: 'secrets-manager', id: 'quietgate/relay' },
      },
      postmaster: 'admin@example.com',
      rememberedDays: 44,
    })
    expect(planOf({ smtp: { ...smtp, port: 465 } })).toMatchObject({ target: { port: 465, tls: 'implicit' } })
  })

  it('remembers who has a message for longer than it can be released, and queued', () => {
    expect(planOf({ sqs: queue }, { mailDays: 90 })).toMatchObject({ rememberedDays: 104 })
  })

  it('is a topic, a queue or a bus', () => {
    const topicArn = 'arn:aws:sns:eu-west-1:123456789012:mail'
    const busArn = 'arn:aws:events:eu-west-1:123456789012:event-bus/mail'
    expect([{ sns: topicArn }, { sqs: queue }, { eventBridge: busArn }].map((to) => planOf(to)?.target)).toEqual([
      { kind: 'sns', topicArn },
      { kind: 'sqs', queueArn: queue },
      { kind: 'eventbridge', busArn },
    ])
  })

  it.each([
    [{}, 'handOver names no target: give one of sns, sqs, eventBridge, smtp, or null to hand nothing over'],
    [{ sqs: queue, smtp }, 'handOver names sqs and smtp: a message is handed over to one of them'],
    [
      { smtp: { ...smtp, port: 25 } },
      'handOver.smtp.port 25 cannot be reached: no function outside a VPC gets out to it. Use 587 (STARTTLS) or 465 (TLS)',
    ],
    [
      { smtp: { ...smtp, tls: 'none' } },
      'handOver.smtp.tls "none" would send mail and password in the clear; it is for a server at 127.0.0.1 alone',
    ],
    [
      { smtp: { host: 'smtp://mx' } },
      'handOver.smtp.host "smtp://mx" is not the name of a host, such as "mail.example.com"',
    ],
    [{ sqs: 'https://sqs/mail' }, `handOver.sqs "https://sqs/mail" is not an ARN such as "${queue}"`],
    [{ sqs: queue, postmaster: 'admin' }, 'handOver.postmaster "admin" is not an address such as "admin@example.com"'],
    [{ smpt: smtp }, 'handOver.smpt is not a setting; did you mean handOver.smtp?'],
  ])('is refused, with its path, the value found and what was expected: %j', (handOver, sentence) => {
    expect(problemsOf({ handOver })).toContain(`${sentence} (${where})`)
  })

  it('is refused where the mail would be gone before the last try', () => {
    expect(problemsOf({ handOver: { sqs: queue }, retention: { mailDays: 7 } })).toEqual([
      'retention.mailDays 7 is too short: a target that is down is tried for 10 days, and the mail must be there on the ' +
        `last; at least 11 (${where})`,
    ])
  })
})

function planOf(handOver: unknown, retention: object = {}) {
  const parsed = parseConfig({ domains: ['example.com'], handOver, retention }, where)
  if (parsed.kind === 'problems') throw new Error(parsed.problems.join('\n'))
  return handOverPlanOf(parsed.config)
}

function problemsOf(settings: object): readonly string[] {
  const parsed = parseConfig({ domains: ['example.com'], ...settings }, where)
  return parsed.kind === 'problems' ? parsed.problems : []
}
