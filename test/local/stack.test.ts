import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createDirectoryEditor } from '../../lambda/adapters/directory-editor.ts'
import { faultNames } from '../../local/faults.ts'
import { readRecord } from '../../local/records.ts'
import { asExpected } from '../../local/report.ts'
import { samples } from '../../local/samples.ts'
import { send } from '../../local/send.ts'
import { assertValidRecord } from '../record-schema.ts'
import { letter, startedStack, type StartedStack } from './started-stack.ts'
import { withoutPermission } from './without-permission.ts'

const toNobody = { recipients: ['nobody@example.com'] }

describe('the stack on one machine', () => {
  let world: StartedStack
  beforeAll(async () => {
    world = await startedStack()
  })
  afterEach(() => {
    for (const name of faultNames) world.faults.set(name, 0)
  })
  afterAll(() => world.close())

  it.each(samples.map((sample) => [sample.title, sample] as const))('tells the story: %s', async (_title, sample) => {
    const { record } = await world.deliver(sample)
    expect({ action: record?.action, reasons: record?.reasons }).toSatisfy(() => asExpected(sample, record))
  })

  it('delivers to two recipients, one of them unknown, and records both results', async () => {
    const { record, received } = await world.deliver({ recipients: ['alice@example.com', 'nobody@example.com'] })
    expect(received.disposition).toBe('CONTINUE')
    expect(record?.recipients.map(({ address, answer, action }) => [address, answer, action])).toEqual([
      ['alice@example.com', 'known', 'deliver'],
      ['nobody@example.com', 'unknown', 'discard'],
    ])
  })

  it('stops a message whose recipients are all unknown, and keeps the raw mail in the bucket', async () => {
    const { messageId, record, received } = await world.deliver(toNobody)
    expect([received.disposition, record?.disposition]).toEqual(['STOP_RULE_SET', 'STOP_RULE_SET'])
    expect(await world.isKept(messageId)).toBe(true)
  })

  it('counts what it decided, in lines that CloudWatch reads as metrics', async () => {
    const before = world.log.length
    await world.deliver(toNobody)
    const metrics = world.log.slice(before).map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(metrics).toContainEqual(
      expect.objectContaining({ Action: 'discard', WouldBeAction: 'discard', Mode: 'enforce', Messages: 1 }),
    )
    expect(metrics).toContainEqual(expect.objectContaining({ Reason: 'recipient-unknown', Reasons: 1 }))
  })

  it('refuses during SMTP what no receipt rule takes', async () => {
    const sent = await send(world.stack.smtpPort, { ...letter, recipients: ['alice@elsewhere.example'] })
    expect(sent).toMatchObject({ answer: 'refused', reply: expect.stringMatching(/^550 /) as string })
  })

  it('gives the first answer again when the event comes back after the directory has changed', async () => {
    const event = eventTo(['late@example.com'], 'once')
    const first = await invoke(world, event)
    await editorOf(world).add('late@example.com', 'example.com', { kind: 'mailbox', target: null, removedAt: null })
    const again = await invoke(world, event)
    expect([first.payload, again.payload]).toEqual([{ disposition: 'STOP_RULE_SET' }, { disposition: 'STOP_RULE_SET' }])
    expect(again.record).toEqual(first.record)
    const other = await invoke(world, eventTo(['late@example.com'], 'another'))
    expect(other.payload).toEqual({ disposition: 'CONTINUE' })
  })

  it('answers for 101 recipients, with a duplicate, a catch-all many times and an address that no directory can hold', async () => {
    const others = Array.from({ length: 98 }, (_, i) => `user${i}@example.com`)
    const long = `${'x'.repeat(2100)}@example.com`
    const recipients = ['alice@example.com', 'alice@example.com', ...others, long]
    const matched = async (messageId: string): Promise<readonly (string | undefined)[]> => {
      const { record } = await invoke(world, eventTo(recipients, messageId))
      return record.recipients.map(({ answer, matched_by }) => matched_by ?? answer)
    }
    expect(await matched('without')).toEqual(['exact', 'exact', ...others.map(() => 'unknown'), 'unknown'])
    await editorOf(world).add('@example.com', 'example.com', { kind: 'catch-all', target: null, removedAt: null })
    try {
      expect(await matched('with')).toEqual(['exact', 'exact', ...others.map(() => 'catch-all'), 'catch-all'])
    } finally {
      await editorOf(world).remove('@example.com', 'example.com')
    }
  })

  it('takes a recipient whose key DynamoDB never processes for unavailable, and answers for the others', async () => {
    world.faults.set('unprocessed-keys', 1)
    const recipients = Array.from({ length: 20 }, (_, i) => `nobody${i}@example.com`)
    const { payload, record } = await invoke(world, eventTo(recipients, 'unprocessed'))
    expect(payload).toEqual({ disposition: 'CONTINUE' })
    const answers = record.recipients.map(({ answer }) => answer)
    // One key is processed in each of six tries; the domain's own is asked last, so that nobody can be unknown.
    expect(new Set(answers)).toEqual(new Set(['unavailable']))
    expect(record.reasons).toContainEqual({ code: 'recipients-unavailable', cause: 'unprocessed' })
  })

  it('delivers every message while DynamoDB is down, says why in each record, and is back when it is', async () => {
    await world.stack.dynamoDb.stop()
    try {
      const delivered = await Promise.all(Array.from({ length: 6 }, () => world.deliver(toNobody)))
      for (const { record, received } of delivered) {
        expect(received.disposition).toBe('CONTINUE')
        expect(record?.reasons).toEqual([{ code: 'recipients-unavailable', cause: 'unreachable' }])
        expect(record?.timings_ms.total).toBeLessThan(8000)
      }
    } finally {
      await world.stack.dynamoDb.start()
    }
    expect((await world.deliver(toNobody)).record?.action).toBe('discard')
  })

  it('delivers within its deadline when DynamoDB hangs', async () => {
    world.stack.dynamoDb.setFault(() => ({ kind: 'hang' }))
    try {
      const { record, received } = await world.deliver(toNobody)
      expect([received.disposition, record?.reasons]).toEqual([
        'CONTINUE',
        [{ code: 'recipients-unavailable', cause: expect.stringMatching(/timeout|aborted/) as string }],
      ])
      expect(record?.timings_ms.total).toBeLessThan(8000)
    } finally {
      world.stack.dynamoDb.setFault(null)
    }
  })

  it('delivers instead of stopping when S3 refuses the record, and loses nothing', async () => {
    world.faults.set('records-refused', 1)
    const { messageId, record, received } = await world.deliver(toNobody)
    expect([received.disposition, record]).toEqual(['CONTINUE', null])
    expect(await world.isKept(messageId)).toBe(true)
  })

  it('decides a message once that SES delivers twice', async () => {
    world.faults.set('duplicate-delivery', 1)
    const { received } = await world.deliver(toNobody)
    const [, lambda] = received.rules[0]?.actions ?? []
    const answers = lambda?.kind === 'lambda' && lambda.outcome === 'returned' ? lambda.invocations : []
    expect(answers).toMatchObject([
      { answer: 'returned', payload: { disposition: 'STOP_RULE_SET' } },
      { answer: 'returned', payload: { disposition: 'STOP_RULE_SET' } },
    ])
  })

  it.each(['function-throws', 'function-killed', 'function-fails-at-load', 'function-out-of-memory'] as const)(
    'keeps the raw mail, reports it and drops nothing when %s, as often as SES tries',
    async (fault) => {
      world.faults.set(fault, 1)
      const { messageId, received } = await world.deliver(toNobody)
      expect(received.disposition).toBe('CONTINUE')
      expect(received.rules[0]?.end).toBe('expired')
      expect(await world.isKept(messageId)).toBe(true)
      world.faults.set(fault, 0)
      expect((await world.deliver(toNobody)).record?.action).toBe('discard')
    },
  )
})

describe('a stack right after its deployment', () => {
  it('drops nothing in enforce, because a directory that was never imported cannot say who does not exist', async () => {
    const world = await startedStack({ directory: null })
    try {
      const { record, received } = await world.deliver(toNobody)
      expect([received.disposition, record?.reasons]).toEqual([
        'CONTINUE',
        [{ code: 'directory-incomplete', domain: 'example.com', why: 'never-imported' }],
      ])
    } finally {
      await world.close()
    }
  })

  it.each([
    // Two tries of 1.5 s end together with the budget of 3 s: whichever is first says why.
    ['zone-silent', /^(timeout|aborted)$/],
    ['zone-error-code', /^error-code$/],
  ] as const)('delivers from a listed client, and says which zones were silent, under %s', async (fault, cause) => {
    // A stack of its own: what a zone said is remembered, and one that refused is left alone for minutes.
    const world = await startedStack()
    try {
      world.faults.set(fault, 1)
      const { record } = await world.deliver({ clientIp: '203.0.113.66', helo: 'bulk.spammer.example' })
      expect(record?.action).toBe('deliver')
      expect(record?.reasons).toMatchObject(
        ['bl.example', 'bl2.example', 'wl.example'].map((zone) => ({
          code: 'zone-silent',
          zone,
          cause: expect.stringMatching(cause) as string,
        })),
      )
    } finally {
      await world.close()
    }
  })

  it('stops nobody when every zone begins to list the world, from the first wrong answer on', async () => {
    const world = await startedStack()
    try {
      await world.deliver({ clientIp: '203.0.113.66', helo: 'bulk.spammer.example' })
      world.faults.set('zone-lists-everything', 1)
      const { record } = await world.deliver({ clientIp: '198.51.100.11' })
      expect(record?.action).toBe('deliver')
      expect(record?.reasons.slice(0, 2)).toMatchObject(
        ['bl.example', 'bl2.example'].map((zone) => ({ code: 'zone-unsound', zone, state: 'lists-the-world' })),
      )
    } finally {
      await world.close()
    }
  })

  it('delivers, records and counts that it failed, when a bug strikes in the middle of the filter', async () => {
    const world = await startedStack({ afterSynthesis: breakPolicy })
    try {
      const { record, received } = await world.deliver(toNobody)
      expect([received.disposition, record?.action, record?.reasons]).toEqual([
        'CONTINUE',
        'deliver',
        [{ code: 'filter-failed', error: expect.stringContaining('TypeError') as string }],
      ])
      expect(world.log.some((line) => line.includes('"FilterFailures":1'))).toBe(true)
    } finally {
      await world.close()
    }
  })

  it('finds its directory and its records again after a restart in the same folder', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'quietgate-test-'))
    try {
      const first = await startedStack({ dataDir })
      const { messageId } = await first.deliver(toNobody)
      await first.close()
      const second = await startedStack({ dataDir, directory: null })
      expect((await second.deliver(toNobody)).record?.action).toBe('discard')
      expect(await second.isKept(messageId)).toBe(true)
      await second.close()
    } finally {
      rmSync(dataDir, { recursive: true, force: true })
    }
  })

  it.each([
    ['dynamodb:BatchGetItem', { disposition: 'CONTINUE', reasons: ['recipients-unavailable'] }],
    ['s3:PutObject', { disposition: 'CONTINUE', reasons: null }],
    ['s3:GetObject', { disposition: 'STOP_RULE_SET', reasons: ['recipient-unknown'], again: 'CONTINUE' }],
  ] as const)('shows that %s is missing when the template no longer grants it', async (action, shows) => {
    const world = await startedStack({ afterSynthesis: (folder) => withoutPermission(folder, action) })
    try {
      world.faults.set('duplicate-delivery', 1)
      const { record, received } = await world.deliver(toNobody)
      const [, lambda] = received.rules[0]?.actions ?? []
      const answers = lambda?.kind === 'lambda' && lambda.outcome === 'returned' ? lambda.invocations : []
      const words = answers.map((answer) => (answer.answer === 'returned' ? answer.payload : answer.error))
      expect(record?.reasons.map(({ code }) => code) ?? null).toEqual(shows.reasons)
      expect(words).toEqual([
        { disposition: shows.disposition },
        { disposition: 'again' in shows ? shows.again : shows.disposition },
      ])
    } finally {
      await world.close()
    }
  })
})

function editorOf({ stack }: StartedStack) {
  return createDirectoryEditor(stack.clients.dynamoDb, stack.outputs['DirectoryTable'] ?? '')
}

/** Ships a policy that lacks a part which every decision needs. */
function breakPolicy(folder: string): void {
  for (const asset of readdirSync(folder).filter((name) => name.startsWith('asset.'))) {
    const path = join(folder, asset, 'policy.json')
    if (!existsSync(path)) continue
    const policy = JSON.parse(readFileSync(path, 'utf8')) as object
    writeFileSync(path, JSON.stringify({ ...policy, recipients: null }))
  }
}

function eventTo(recipients: readonly string[], messageId: string) {
  const mail = { timestamp: '2026-11-21T10:00:00.000Z', source: 'carol@partner.example', messageId, headers: [] }
  return { Records: [{ ses: { mail, receipt: { recipients } } }] }
}

/** Invokes the function as a receipt rule does, and reads the record that it left. */
async function invoke({ stack }: StartedStack, event: ReturnType<typeof eventTo>) {
  const answer = await stack.invoke(stack.outputs['FilterFunction'] ?? '', event)
  if (answer.answer !== 'returned') throw new Error(`The function failed: ${JSON.stringify(answer)}`)
  const { messageId, timestamp } = event.Records[0]?.ses.mail ?? { messageId: '', timestamp: '' }
  const record = await readRecord(stack.clients.s3, stack.outputs['RecordBucket'] ?? '', {
    message_id: messageId,
    received_at: timestamp,
  })
  assertValidRecord(record)
  return { payload: answer.payload, record }
}
