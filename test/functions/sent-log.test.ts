import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { startLedgerTable, type LedgerTable } from '../cli/ledger-table.ts'

let ledger: LedgerTable
let handler: (event: unknown) => Promise<void>
let printed: string[]

beforeEach(async () => {
  ledger = await startLedgerTable()
  vi.stubEnv('LEDGER_TABLE', ledger.table)
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', ledger.url)
  vi.stubEnv('AWS_REGION', 'eu-west-1')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'A')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'B')
  vi.resetModules()
  handler = (await import('../../lambda/functions/sent-log.ts')).handler
  printed = []
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => printed.push(String(line)) > 0)
})
afterEach(async () => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  await ledger.close()
})

const event = {
  'detail-type': 'Email Sent',
  source: 'aws.ses',
  region: 'eu-west-1',
  time: '2026-11-21T10:00:01Z',
  detail: {
    mail: {
      timestamp: '2026-11-21T10:00:00.250Z',
      source: 'alice@example.com',
      messageId: '0102-000000',
      destination: ['bob@example.org', 'carol@example.net'],
    },
  },
}
const item = (to: string) => `0102-000000@eu-west-1.amazonses.com ${to} alice@example.com 2026-11-21T10:00:00.250Z`
const counted = () => printed.map((line) => ({ ...(JSON.parse(line) as object), _aws: null }))

describe('the function that SES tells what it sent', () => {
  it('writes a recipient an item, once for an event that comes twice, and counts', async () => {
    await handler(event)
    await handler(event)
    expect(await ledger.items()).toEqual([item('bob@example.org'), item('carol@example.net')])
    expect(counted()).toEqual([1, 2].map(() => ({ _aws: null, SentLogEntries: 1, SentLogFailures: 0 })))
  })

  it('throws for what it could not write, so that Lambda tries again', async () => {
    ledger.setFault(() => ({ kind: 'refuse', status: 400, code: 'AccessDeniedException' }))
    await expect(handler(event)).rejects.toThrow('1 of 1 entries could not be written: refused')
    expect(counted()).toEqual([{ _aws: null, SentLogEntries: 0, SentLogFailures: 1 }])
  })

  it('does not throw for an event that no further try would read, and counts it', async () => {
    await handler({ ...event, region: undefined })
    expect(await ledger.items()).toEqual([])
    expect(counted()).toEqual([{ _aws: null, SentLogEventsUnread: 1 }])
  })
})
