import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createSmtpRelay } from '../../lambda/adapters/smtp-relay.ts'
import { takesInbox } from '../../local/hand-over-to-inbox.ts'
import { createInbox, type Inbox, type InboxMessage, type InboxOptions } from '../../local/inbox.ts'
import { jobFor } from '../hand-over/builders.ts'

const opened: Inbox[] = []
const folders: string[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map((inbox) => inbox.close()))
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

describe('the inbox of the laptop', () => {
  it('keeps what is handed over, octet by octet, and tells of it', async () => {
    const inbox = await opens()
    const heard: InboxMessage[] = []
    inbox.onMessage((message) => heard.push(message))
    const octets = Buffer.from(
      'Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\r\n.a dot\r\n..two\r\n\u0000 and 8 bits: \u00ff\r\n\r\n',
      'latin1',
    )
    await handOver(inbox, octets, ['alice@example.com', 'bob@example.com'])
    const [message] = inbox.messages()
    expect(message).toEqual({
      id: expect.stringMatching(/^[\w-]+$/) as string,
      receivedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
      from: null,
      to: ['alice@example.com', 'bob@example.com'],
      size: octets.length,
      subject: 'Grüße',
    })
    expect(heard).toEqual([message])
    expect(inbox.raw(message?.id ?? '')?.equals(octets)).toBe(true)
  })

  it('shows the newest first, finds all again after a restart, and takes nothing for a message that is half written', async () => {
    const dataDir = folder()
    const first = await opens({ dataDir })
    for (const subject of ['one', 'two']) await handOver(first, Buffer.from(`Subject: ${subject}\r\n\r\n`))
    await first.close()
    const half = join(dataDir, 'inbox', '20261121100000000-1-000000.eml')
    writeFileSync(half, 'killed in between')
    for (const [name, text] of Object.entries({
      '0-0-1': '{',
      '0-0-2': '{}',
      '0-0-3': 'null',
      '0-0-4': '{"id":"x","size":1}',
    })) {
      writeFileSync(join(dataDir, 'inbox', `${name}.json`), text)
    }
    const second = await opens({ dataDir })
    expect(second.messages().map(({ subject }) => subject)).toEqual(['two', 'one'])
    expect(existsSync(half)).toBe(false)
    expect(second.raw(second.messages()[1]?.id ?? '')?.toString()).toBe('Subject: one\r\n\r\n')
  })

  it('drops the oldest when there are too many, or too many octets, and its files with it', async () => {
    const dataDir = folder()
    const inbox = await opens({ dataDir, most: { messages: 3, octets: 1000 } })
    for (const n of [1, 2, 3, 4]) await handOver(inbox, Buffer.from(`Subject: ${n}\r\n\r\n`))
    expect(inbox.messages().map(({ subject }) => subject)).toEqual(['4', '3', '2'])
    await handOver(inbox, Buffer.from(`Subject: big\r\n\r\n${'x'.repeat(970)}\r\n`))
    expect(inbox.messages().map(({ subject }) => subject)).toEqual(['big'])
    expect(readdirSync(join(dataDir, 'inbox'))).toHaveLength(2)
  })

  it('has nothing under an id that is none of its own, whatever file it names', async () => {
    const dataDir = folder()
    const inbox = await opens({ dataDir })
    writeFileSync(join(dataDir, 'secret.eml'), 'secret')
    expect([inbox.raw('../secret'), inbox.raw('')]).toEqual([null, null])
  })

  it('says that it could not keep a message, so that it is tried again', async () => {
    const dataDir = folder()
    const reports: string[] = []
    const inbox = await opens({ dataDir, onReport: (sentence) => reports.push(sentence) })
    rmSync(join(dataDir, 'inbox'), { recursive: true })
    const [outcome] = await handOver(inbox, Buffer.from('Subject: lost\r\n\r\n'))
    expect(outcome).toMatchObject({ outcome: 'later', reply: '452 4.3.1 the message could not be kept' })
    expect(reports).toEqual([expect.stringContaining('ENOENT')])
    expect(inbox.messages()).toEqual([])
  })
})

async function opens(options: Partial<InboxOptions> = {}): Promise<Inbox> {
  const inbox = await createInbox({ dataDir: folder(), ...options })
  opened.push(inbox)
  return inbox
}

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'quietgate-inbox-'))
  folders.push(made)
  return made
}

/** By the very relay that hands over, as a release, which puts nothing on top. */
function handOver({ port }: Inbox, octets: Buffer, recipients: readonly string[] = ['alice@example.com']) {
  const plan = { kind: 'smtp', host: '127.0.0.1', port, tls: 'none', ca: null, credentials: null } as const
  const content = async function* () {
    yield await Promise.resolve(octets)
  }
  const relay = createSmtpRelay(
    plan,
    () => Promise.resolve({ answer: 'mail', content: content(), octets: octets.length }),
    () => Promise.resolve(null),
  )
  const survivors = recipients.map((recipient) => ({ recipient, to: recipient }))
  const job = { ...jobFor(...recipients), origin: 'release' } as const
  return relay({ job, record: null, survivors }, AbortSignal.timeout(5000))
}

describe('the inbox of npm start', () => {
  it.each([
    ['a configuration that hands over to nobody', {}, true],
    ['one that hands over elsewhere', { handOver: { sqs: 'arn:aws:sqs:eu-west-1:123456789012:mail' } }, false],
    ['one that keeps mail too short for a hand-over', { retention: { mailDays: 1 } }, false],
  ])('has what is let through of %s: %s', (_what, settings, takes) => {
    expect(takesInbox({ domains: ['example.com'], ...settings })).toBe(takes)
  })
})
