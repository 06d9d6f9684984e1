import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { InvocationAnswer } from '../../local/lambda/function.ts'
import { startScheduler } from '../../local/schedule.ts'

const returned: InvocationAnswer = { answer: 'returned', payload: null, ms: 1, coldStart: false, initMs: null }
const schedule = {
  logicalId: 'ProbeSchedule',
  arn: 'arn:aws:events:eu-west-1:123456789012:rule/probe',
  every: 60_000,
  targets: [{ functionArn: 'arn:probe', input: null }],
}

beforeEach(() => void vi.useFakeTimers({ now: Date.parse('2026-11-21T10:00:00.250Z') }))
afterEach(() => void vi.useRealTimers())

describe('the scheduler', () => {
  it('runs a function when its period is over, with the event that EventBridge makes, until it is ended', async () => {
    const { invoked, stop } = started(() => Promise.resolve(returned))
    await vi.advanceTimersByTimeAsync(59_999)
    expect(invoked).toEqual([])
    await vi.advanceTimersByTimeAsync(60_001)
    stop()
    await vi.advanceTimersByTimeAsync(600_000)
    const event = (time: string) => ({
      version: '0',
      id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      account: '123456789012',
      time,
      region: 'eu-west-1',
      resources: [schedule.arn],
      detail: {},
    })
    expect(invoked).toEqual([
      ['arn:probe', event('2026-11-21T10:01:00Z')],
      ['arn:probe', event('2026-11-21T10:02:00Z')],
    ])
  })

  it('hands over the event that the rule sets', async () => {
    const { invoked, stop } = started(() => Promise.resolve(returned), { all: true })
    await vi.advanceTimersByTimeAsync(60_000)
    stop()
    expect(invoked).toEqual([['arn:probe', { all: true }]])
  })

  it('goes on, and says so, when a run fails or the function is gone', async () => {
    const error = { type: 'Error', message: 'no such table' }
    const answers = [
      () => Promise.resolve({ answer: 'failed', kind: 'thrown', error } as const),
      () => Promise.reject(new Error('the pool is closed')),
    ]
    const { reports, stop } = started(() => answers.shift()?.() ?? Promise.resolve(returned))
    await vi.advanceTimersByTimeAsync(180_000)
    stop()
    expect(reports).toEqual([
      'The scheduled run of ProbeSchedule failed: no such table',
      'The scheduled run of ProbeSchedule failed: Error: the pool is closed',
    ])
  })
})

function started(answer: () => Promise<InvocationAnswer>, input: { readonly all: boolean } | null = null) {
  const invoked: (readonly [string, unknown])[] = []
  const reports: string[] = []
  const stop = startScheduler({
    schedules: [{ ...schedule, targets: [{ functionArn: 'arn:probe', input }] }],
    accountId: '123456789012',
    region: 'eu-west-1',
    invoke: (functionArn, event) => {
      invoked.push([functionArn, event])
      return answer()
    },
    onReport: (sentence) => void reports.push(sentence),
  })
  return { invoked, reports, stop }
}
