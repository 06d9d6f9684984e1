import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeStack } from '../../../local/local-stack-file.ts'
import { startedStack, type StartedStack } from '../../local/started-stack.ts'
import { linesOf, quietgate, type Ran } from '../command.ts'

let started: StartedStack
const folder = mkdtempSync(join(tmpdir(), 'quietgate-dnsbl-stack-'))
const file = join(folder, 'local-stack.json')
beforeAll(async () => {
  started = await startedStack()
  writeFileSync(file, JSON.stringify(describeStack(started.stack)))
})
afterAll(async () => {
  await started.close()
  rmSync(folder, { recursive: true, force: true })
})

/** `quietgate --local dnsbl ...` */
function dnsbl(...args: readonly string[]): Promise<Ran> {
  return quietgate(['--local', 'dnsbl', ...args], { QUIETGATE_LOCAL: file })
}

const today = new Date().toISOString().slice(0, 10)

describe('quietgate dnsbl and a running stack', () => {
  it('lists the mail that a zone touched, as the deployed filter recorded it', async () => {
    const clean = await started.deliver()
    const spam = await started.deliver({ clientIp: '203.0.113.66', reversePath: 'offers@spammer.example' })
    expect([clean.record?.action, spam.record?.action]).toEqual(['deliver', 'quarantine'])
    const { exitCode, stdout, stderr } = await dnsbl('cost', 'bl.example', '--from', today, '--json')
    expect({ exitCode, messages: linesOf(stdout).map((line) => JSON.parse(line) as unknown) }).toEqual({
      exitCode: 0,
      messages: [
        {
          touch: 'listed',
          received_at: spam.record?.received_at,
          message_id: spam.messageId,
          mode: 'enforce',
          action: 'quarantine',
          would_be_action: 'quarantine',
          return_codes: ['127.0.0.2'],
          weight: 2,
          mail_from: 'offers@spammer.example',
          client_ip: '203.0.113.66',
          recipients: ['alice@example.com'],
          kept_key: spam.record?.kept_key,
        },
      ],
    })
    expect(stderr).toMatch(/^bl\.example touched 1 of 2 messages received from .*: 1 listed \(1 quarantine\)\.\n$/)
  })

  it('asks the DNS of the stack, and comes to the same sum as the filter', async () => {
    const { exitCode, stdout } = await dnsbl('check', '203.0.113.66', '--json')
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ score: 4, action: 'quarantine' })
    const { record } = await started.deliver({ clientIp: '203.0.113.66' })
    expect((JSON.parse(stdout) as { readonly reasons: unknown }).reasons).toEqual(record?.reasons)
  })

  it('finds a zone that starts to list the world', async () => {
    expect((await dnsbl('health')).exitCode).toBe(0)
    started.stack.dns.setFault('bl2.example', { kind: 'lists-everything', address: '127.0.0.2' })
    const { exitCode, stdout } = await dnsbl('health', 'bl2.example')
    started.stack.dns.setFault('bl2.example', null)
    expect(exitCode).toBe(4)
    expect(stdout).toContain('lists the world')
  })
})
