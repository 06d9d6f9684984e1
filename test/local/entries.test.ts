import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeStack } from '../../local/local-stack-file.ts'
import type { Outgoing } from '../../local/send.ts'
import { quietgate } from '../cli/command.ts'
import { startedStack, type Delivered, type StartedStack } from './started-stack.ts'
import { withoutPermission } from './without-permission.ts'

const why = ['--owner', 'ops', '--reason', 'ticket 4711', '--days', '7']

const fromDave = Buffer.from('From: dave@partner.example\r\nTo: alice@example.com\r\nSubject: Lunch\r\n\r\nYours\r\n')

/** On two of the sample lists. */
const listed: Partial<Outgoing> = {
  clientIp: '203.0.113.66',
  helo: 'bulk.spammer.example',
  reversePath: 'offers@spammer.example',
  message: fromDave,
}

const inShort = ({ received, record }: Delivered): readonly unknown[] => [
  received.disposition,
  record?.reasons.map(({ code }) => code).filter((code) => /entry|entries|stopped/.test(code)),
]

describe('allow and block entries on one machine', () => {
  let world: StartedStack
  let folder: string
  beforeAll(async () => {
    world = await startedStack()
    folder = mkdtempSync(join(tmpdir(), 'quietgate-entries-'))
  })
  afterAll(async () => {
    await world.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('are written by the command line, and the filter obeys them', async () => {
    const file = join(folder, 'local-stack.json')
    writeFileSync(file, JSON.stringify(describeStack(world.stack)))
    const run = (...args: readonly string[]) => quietgate(['--local', ...args], { QUIETGATE_LOCAL: file })
    expect((await run('allow', 'add', '203.0.113.66', ...why)).exitCode).toBe(0)
    expect((await run('block', 'add', 'carol@partner.example', ...why)).exitCode).toBe(0)
    expect(inShort(await world.deliver(listed))).toEqual(['CONTINUE', ['allow-entry', 'dnsxl-stopped']])
    expect(inShort(await world.deliver())).toEqual(['STOP_RULE_SET', ['block-entry']])
    expect(inShort(await world.deliver({ reversePath: 'dave@partner.example', message: fromDave }))).toEqual([
      'CONTINUE',
      [],
    ])
    expect(world.log.filter((line) => line.includes('EntriesUnread'))).toEqual([])
  })
})

describe('a filter that may not list the bucket of the entries', () => {
  it('takes all mail for allowed, and says so, because it cannot tell that there are none', async () => {
    const world = await startedStack({ afterSynthesis: (given) => withoutPermission(given, 's3:ListBucket') })
    try {
      expect(inShort(await world.deliver(listed))).toEqual(['CONTINUE', ['entries-unavailable', 'dnsxl-stopped']])
      expect(world.log.some((line) => line.includes('"EntriesUnread":1'))).toBe(true)
    } finally {
      await world.close()
    }
  })

  it('stops what lists are for where it may, and nobody ever wrote an entry', async () => {
    const world = await startedStack()
    try {
      expect(inShort(await world.deliver(listed))).toEqual(['STOP_RULE_SET', ['dnsxl-stopped']])
    } finally {
      await world.close()
    }
  })
})
