import { GetObjectCommand } from '@aws-sdk/client-s3'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ownerField, whyField } from '../../lambda/core/widget/release-form.ts'
import type { ReleaseSeen } from '../../lambda/core/release/request.ts'
import { drained, handingOverTo } from '../../local/hand-over-to-inbox.ts'
import { createInbox, type Inbox } from '../../local/inbox.ts'
import { describeStack } from '../../local/local-stack-file.ts'
import { sampleConfig, samples } from '../../local/samples.ts'
import { quietgate } from '../cli/command.ts'
import { startedStack, type StartedStack } from './started-stack.ts'

/** The whole way: a message is stopped, released by the command line, and arrives in the inbox of the laptop. */
let inbox: Inbox
let started: StartedStack
let folder: string
let env: { readonly QUIETGATE_LOCAL: string }

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'quietgate-release-'))
  inbox = await createInbox({ dataDir: folder })
  started = await startedStack({ config: handingOverTo(inbox.port, sampleConfig), queueSecondMs: 10 })
  env = { QUIETGATE_LOCAL: join(folder, 'local-stack.json') }
  writeFileSync(env.QUIETGATE_LOCAL, JSON.stringify(describeStack(started.stack, { inbox, page: null })))
})
afterAll(async () => {
  await started.close()
  await inbox.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('a message that a list has stopped', () => {
  const spam = samples.find(({ expected }) => expected.reasons.includes('dnsxl-stopped'))
  const message = Buffer.from(
    'From: offers@spammer.example\r\nX-Quietgate-Action: deliver\r\nSubject: An invoice\r\n\r\n.dot\r\n\u00ff\r\n',
    'latin1',
  )

  it('arrives byte by byte as it was kept when it is released, once, with the trail of who asked for it', async () => {
    const { messageId, record } = await started.deliver({ ...spam, message, recipients: ['bob@example.com'] })
    expect(record?.action).toBe('quarantine')
    expect(await drained(started.stack, 10_000)).toBe(true)
    expect(inbox.messages()).toEqual([])

    const released = await run('release', messageId, '--reason', 'TICKET-7', '--owner', 'dora')
    expect([released.exitCode, released.stderr]).toEqual([0, ''])
    expect(released.stdout).toMatch(
      new RegExp(
        `^${messageId} is in the queue of the hand-over for bob@example\\.com \\(request [0-9a-f-]{36}\\)\\.\\n$`,
      ),
    )
    expect(await drained(started.stack, 10_000)).toBe(true)
    const [arrived] = inbox.messages()
    expect(arrived).toMatchObject({ from: spam?.reversePath, to: ['bob@example.com'], subject: 'An invoice' })
    const kept = await rawOf(messageId)
    expect(kept.toString('latin1')).toContain('X-Quietgate-Action: deliver\r\n')
    const expected = kept.toString('latin1').replace('X-Quietgate-Action: deliver\r\n', '')
    expect(sha256(inbox.raw(arrived?.id ?? ''))).toBe(sha256(Buffer.from(expected, 'latin1')))

    const again = await run('release', messageId, '--reason', 'once more')
    expect([again.exitCode, again.stdout]).toEqual([3, ''])
    expect(again.stderr).toMatch(
      /^\S+ was released for bob@example\.com at \S+Z by dora \("TICKET-7"\), request [0-9a-f-]{36} of a command\.\n$/,
    )
    expect(await drained(started.stack, 10_000)).toBe(true)
    expect(inbox.messages()).toHaveLength(1)
  })

  it('has the very same octets in the inbox and in a saved file where no field of ours was forged', async () => {
    const clean = Buffer.from(message.toString('latin1').replace(/^X-Quietgate.*\r\n/m, ''), 'latin1')
    const { messageId } = await started.deliver({ ...spam, message: clean, recipients: ['bob@example.com'] })
    await run('release', messageId, '--reason', 'TICKET-8')
    expect(await drained(started.stack, 10_000)).toBe(true)
    const file = join(folder, 'saved.eml')
    const saved = await run('save', messageId, file)
    expect([saved.exitCode, saved.stderr]).toEqual([0, ''])
    const [arrived] = inbox.messages()
    const hashes = [inbox.raw(arrived?.id ?? ''), readFileSync(file), await rawOf(messageId)].map(sha256)
    expect(new Set(hashes).size).toBe(1)
    expect(saved.stdout).toContain(`SHA-256 ${hashes[0] ?? ''}`)
    const overwritten = await run('save', messageId, file)
    expect([overwritten.exitCode, overwritten.stderr]).toEqual([
      3,
      `${file} is there already, and is not overwritten.\n`,
    ])
  })

  it('is told as released by a trace, with when it went into the queue', async () => {
    const { messageId } = await started.deliver({ ...spam, message, recipients: ['alice@example.com'] })
    await run('release', messageId, '--reason', 'TICKET-9')
    const traced = await quietgate(['--local', '--json', 'trace', '--id', messageId], env)
    const { headline, messages } = JSON.parse(traced.stdout) as {
      readonly headline: string
      readonly messages: readonly { readonly released?: ReleaseSeen }[]
    }
    const [{ released } = {}] = messages
    expect(released).toMatchObject({ recipient: 'alice@example.com', reason: 'TICKET-9', by: { kind: 'command' } })
    expect(Date.parse(released?.queued_at ?? '')).toBeGreaterThan(0)
    expect(headline).toMatch(/was put into quarantine: .* It was released at \S+Z\.$/)
  })

  it('is released with all that its list has stopped, and what was released before is left alone', async () => {
    await started.deliver({ ...spam, message, recipients: ['alice@example.com', 'nobody@example.com'] })
    const before = inbox.messages().length
    const options = ['release', '--zone', 'bl.example', '--since', '2026-01-01', '--reason', 'the list went wrong']
    const dry = await run(...options, '--dry-run')
    expect([dry.exitCode, dry.stdout.split('\n').length]).toEqual([0, 5])
    const done = await run(...options)
    expect([done.exitCode, done.stderr.split('\n')[1]?.replace(/request.*/, '')]).toEqual([
      0,
      '1 released, 3 had been before, 0 refused, 0 failed, 0 not tried (',
    ])
    expect(await drained(started.stack, 10_000)).toBe(true)
    expect(inbox.messages().length).toBe(before + 1)
    expect(inbox.messages()[0]?.to).toEqual(['alice@example.com'])
  })

  it('is released by the function behind the button of the dashboard, with its own role, and its sender is allowed', async () => {
    const { messageId, received } = await started.deliver({ ...spam, message, recipients: ['alice@example.com'] })
    const asks = { id: messageId, at: received.receivedAt.toISOString(), to: 'stopped', days: '30' }
    const forms = { all: { [ownerField]: 'dora', [whyField]: 'TICKET-10' } }
    const event = { ...asks, widgetContext: { params: { view: 'quarantine' }, forms } }
    const { stack } = started
    const answer = await stack.invoke(stack.outputs['WidgetRelease']?.split(':').at(-1) ?? '', event)
    if (answer.answer !== 'returned') throw new Error(JSON.stringify(answer))
    expect(answer.payload).toContain('it is queued for the hand-over')
    expect(answer.payload).toContain('offers@spammer.example is allowed until')
    expect(await drained(stack, 10_000)).toBe(true)
    expect(inbox.messages()[0]?.to).toEqual(['alice@example.com'])
    const { stdout } = await quietgate(['--local', '--json', 'trace', '--id', messageId], env)
    expect(stdout).toContain('"kind":"widget"')
  })

  it('with a virus is released only by somebody who says so', async () => {
    const { messageId } = await started.deliver({
      ...samples.find(({ title }) => title.includes('virus')),
      recipients: ['alice@example.com'],
    })
    const refused = await run('release', messageId, '--reason', 'a test')
    expect([refused.exitCode, refused.stderr]).toEqual([
      3,
      `SES found a virus in ${messageId}: it is released only to somebody who asks for it even so. Say --even-virus.\n`,
    ])
    expect((await run('release', messageId, '--reason', 'a test', '--even-virus')).exitCode).toBe(0)
  })

  it('needs no more than what the roles allow, and reports nothing', () => {
    expect(started.reports).toEqual([])
    expect(started.log.filter((line) => !line.startsWith('{"_aws"'))).toEqual([])
  })
})

function run(...args: readonly string[]) {
  return quietgate(['--local', 'quarantine', ...args], env)
}

async function rawOf(messageId: string): Promise<Buffer> {
  const { outputs, clients } = started.stack
  const command = new GetObjectCommand({ Bucket: outputs['MailBucket'], Key: `mail/${messageId}` })
  return Buffer.from((await (await clients.s3.send(command)).Body?.transformToByteArray()) ?? [])
}

function sha256(octets: Uint8Array | null): string {
  return createHash('sha256')
    .update(octets ?? 'none')
    .digest('hex')
}
