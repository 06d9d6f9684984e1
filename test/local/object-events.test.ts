import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { InvocationAnswer } from '../../local/lambda/function.ts'
import { startObjectEvents } from '../../local/object-events.ts'
import type { ObjectTarget } from '../../local/template/object-rules.ts'

const returned: InvocationAnswer = { answer: 'returned', payload: null, ms: 1, coldStart: false, initMs: null }
const failed: InvocationAnswer = {
  answer: 'failed',
  kind: 'thrown',
  error: { type: 'Error', message: 'the table was throttled' },
}
const list = { bucket: 'records', key: 'in/a b.csv', size: 12, etag: 'abc', reason: 'PutObject' } as const

beforeEach(() => void vi.useFakeTimers({ now: Date.parse('2026-11-21T10:00:00.250Z') }))
afterEach(() => void vi.useRealTimers())

describe('what is put into a bucket', () => {
  it('runs the functions whose rule waits for its key, with the event that EventBridge makes', async () => {
    const { created, idle, invoked } = started(() => Promise.resolve(returned))
    created({ ...list, key: 'other/a.csv' })
    created({ ...list, bucket: 'mail' })
    created(list)
    await idle()
    const event = {
      version: '0',
      id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      'detail-type': 'Object Created',
      source: 'aws.s3',
      account: '123456789012',
      time: '2026-11-21T10:00:00Z',
      region: 'eu-west-1',
      resources: ['arn:aws:s3:::records'],
      detail: {
        version: '0',
        bucket: { name: 'records' },
        object: {
          key: 'in/a b.csv',
          size: 12,
          etag: 'abc',
          sequencer: expect.stringMatching(/^[0-9A-F]{16}$/) as string,
        },
        'request-id': 'LOCAL',
        requester: '123456789012',
        'source-ip-address': '127.0.0.1',
        reason: 'PutObject',
      },
    }
    expect(invoked).toEqual([['arn:import', event]])
  })

  it('is tried again after one minute and after two more, and then told to have failed for good', async () => {
    const { created, invoked, reports } = started(() => Promise.resolve(failed))
    created(list)
    await vi.advanceTimersByTimeAsync(59_999)
    expect(invoked).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(invoked).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(120_000)
    expect(invoked).toHaveLength(3)
    await vi.advanceTimersByTimeAsync(3_600_000)
    expect(invoked).toHaveLength(3)
    expect(new Set(invoked.map(([, event]) => event)).size).toBe(1)
    expect(reports).toEqual([
      'What Rule started failed, and is tried again in 60 s: the table was throttled',
      'What Rule started failed, and is tried again in 120 s: the table was throttled',
      'What Rule started failed for good after 3 tries: the table was throttled',
    ])
  })

  it('is tried once where the function says so, and never after the end', async () => {
    const once = started(() => Promise.reject(new Error('no such function')), { retries: 0 })
    once.created(list)
    await vi.advanceTimersByTimeAsync(600_000)
    expect(once.reports).toEqual(['What Rule started failed for good after 1 try: Error: no such function'])
    const ended = started(() => Promise.resolve(failed))
    ended.created(list)
    await vi.advanceTimersByTimeAsync(1)
    ended.close()
    await vi.advanceTimersByTimeAsync(600_000)
    expect(ended.invoked).toHaveLength(1)
  })
})

function started(answer: () => Promise<InvocationAnswer>, changes: Partial<ObjectTarget> = {}) {
  const invoked: (readonly [string, unknown])[] = []
  const reports: string[] = []
  const target = { functionArn: 'arn:import', input: null, retries: 2, ...changes }
  const events = startObjectEvents({
    rules: [{ logicalId: 'Rule', buckets: ['records'], keys: [{ kind: 'prefix', text: 'in/' }], targets: [target] }],
    accountId: '123456789012',
    region: 'eu-west-1',
    secondMs: 1000,
    invoke: (functionArn, event) => {
      invoked.push([functionArn, event])
      return answer()
    },
    onReport: (sentence) => void reports.push(sentence),
  })
  return { ...events, invoked, reports }
}
