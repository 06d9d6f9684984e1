import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDynamoDbKnownKeys } from '../../lambda/adapters/dynamodb-known-keys.ts'
import { sampleRecords } from '../../local/dns/sample-zones.ts'
import { parseZoneFile } from '../../local/dns/zone-file.ts'
import { sampleConfig } from '../../local/samples.ts'
import type { Outgoing } from '../../local/send.ts'
import { keyName, noticeOf, ourKey, sentMail } from '../filter/bounce-world.ts'
import { startedStack, type Delivered, type StartedStack } from './started-stack.ts'
import { withoutPermission } from './without-permission.ts'

const domains = [{ name: 'example.com', allOutboundSigned: true, dkimSelectors: ['k1'] }]
const zone = parseZoneFile(`${keyName}. 300 IN TXT "${ourKey.record}"`, 'the key of these tests')
const options = {
  config: { ...sampleConfig, domains },
  records: [...sampleRecords(), ...(zone.kind === 'records' ? zone.records : [])],
}

/** SES stamps the time at which it receives, which is now. */
const hourAgo = (): string => new Date(Date.now() - 3_600_000).toISOString()
const bounce = (message: Buffer): Partial<Outgoing> => ({ reversePath: null, message })
const genuine = (): Partial<Outgoing> => bounce(noticeOf(sentMail({ at: hourAgo() })))
const forged = (): Partial<Outgoing> =>
  bounce(noticeOf(sentMail({ at: hourAgo(), key: null, id: 'made-up@example.com' })))

const inShort = ({ received, record }: Delivered): readonly unknown[] => [
  received.disposition,
  record?.action,
  record?.reasons.map(({ code }) => code),
]

describe('bounces on one machine', () => {
  let world: StartedStack
  beforeAll(async () => {
    world = await startedStack(options)
  })
  afterAll(() => world.close())

  it('are read from the bucket: a genuine one is delivered, and the key that proved it is remembered', async () => {
    expect(inShort(await world.deliver(genuine()))).toEqual([
      'CONTINUE',
      'deliver',
      ['report-recognised', 'bounce-authentic'],
    ])
    const { clients, outputs } = world.stack
    const keys = createDynamoDbKnownKeys(clients.dynamoDb, outputs['LedgerTable'] ?? '')
    expect(await keys.recall([keyName], AbortSignal.timeout(5000))).toEqual({
      answer: 'known',
      keys: new Map([[keyName, [[ourKey.record]]]]),
    })
  })

  it('are quarantined where they return what we never signed, and counted', async () => {
    const before = world.log.length
    expect(inShort(await world.deliver(forged()))).toEqual([
      'STOP_RULE_SET',
      'quarantine',
      ['report-recognised', 'bounce-backscatter'],
    ])
    const metrics = world.log.slice(before).map((line) => JSON.parse(line) as object)
    expect(metrics).toContainEqual(expect.objectContaining({ Verdict: 'backscatter', Bounces: 1 }))
  })
})

describe('a filter that may not do all that bounces need', () => {
  it.each([
    [
      'dynamodb:UpdateItem',
      ['CONTINUE', 'deliver', ['report-recognised', 'bounce-authentic', 'bounce-memory-unavailable']],
      'BounceMemoryFailures',
    ],
    ['dynamodb:PutItem', ['CONTINUE', 'deliver', ['report-recognised', 'bounce-authentic']], 'BounceMemoryFailures'],
    ['s3:GetObject', ['CONTINUE', 'deliver', ['entries-unavailable', 'bounce-unread']], 'MailUnread'],
  ])('delivers a genuine one without %s, and an alarm can see it', async (action, outcome, metric) => {
    const world = await startedStack({ ...options, afterSynthesis: (folder) => withoutPermission(folder, action) })
    try {
      expect(inShort(await world.deliver(genuine()))).toEqual(outcome)
      expect(world.log.some((line) => line.includes(`"${metric}":1`))).toBe(true)
    } finally {
      await world.close()
    }
  })
})
