import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { createSmtpRelay, credentialsOf } from '../../lambda/adapters/smtp-relay.ts'
import type { HandOverJob } from '../../lambda/core/hand-over/job.ts'
import type { SmtpPlan } from '../../lambda/core/hand-over/plan.ts'
import type { MailOpened } from '../../lambda/ports/mail-stream.ts'
import { jobFor } from '../hand-over/builders.ts'
import { startSmartHost, type SmartHost } from '../hand-over/smart-host.ts'

const folder = mkdtempSync(join(tmpdir(), 'quietgate-relay-'))
const files = { key: join(folder, 'key.pem'), cert: join(folder, 'cert.pem') }
const subject = ['-subj', '/CN=mx', '-addext', 'subjectAltName=IP:127.0.0.1']
execFileSync(
  'openssl',
  ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-keyout', files.key, '-out', files.cert, ...subject],
  { stdio: 'ignore' },
)
const tls = { key: readFileSync(files.key, 'utf8'), cert: readFileSync(files.cert, 'utf8') }
const running: SmartHost[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((host) => host.close()))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const [alice, bob] = ['alice@example.com', 'bob@example.com']
const letter = 'From: a@b.example\r\n\r\n.Hello\r\n'

describe('an SMTP relay', () => {
  it('logs in over TLS with what the secret holds, and gives the message to all, the same address once', async () => {
    const host = await hostOf({
      ...tls,
      authMethods: ['PLAIN'],
      onAuth: ({ username, password }, _session, callback) =>
        password === 'p w"' ? callback(null, { user: username }) : callback(new Error('no')),
    })
    const credentials = { name: 'smtp', kept: 'secrets-manager', id: 'x' } as const
    const plan = planFor(host.port, { tls: 'starttls', ca: tls.cert, credentials })
    const secret = '{"username":"quietgate","password":"p w\\""}'
    expect(await relay(plan, letter, [alice, bob, alice], secret)).toMatchObject([
      { recipient: alice, outcome: 'taken' },
      { recipient: bob, outcome: 'taken' },
      { recipient: alice, outcome: 'taken' },
    ])
    expect(host.taken.map(({ to, secure, user }) => ({ to, secure, user }))).toEqual([
      { to: [alice, bob], secure: true, user: 'quietgate' },
    ])
    expect(host.taken[0]?.octets.toString()).toBe(`${top}${letter}`)
    // A password that has run out is no word on the message.
    expect(await relay(plan, letter, [alice], '{"username":"quietgate","password":"old"}')).toMatchObject([
      { outcome: 'later' },
    ])
    expect(await relay(plan, letter, [alice], 'not JSON')).toEqual([
      { recipient: alice, outcome: 'later', reply: 'the secret is no JSON with username and password' },
    ])
    expect(await relay(plan, letter, [alice], null)).toEqual([
      { recipient: alice, outcome: 'later', reply: 'the credentials could not be read' },
    ])
    expect(host.taken).toHaveLength(1)
  })

  it('puts nothing on top of what is released, and takes off what a sender forged all the same', async () => {
    const host = await hostOf({})
    const forged = letter.replace('\r\n', '\r\nX-Quietgate-Action: deliver\r\n\tfolded\r\n')
    for (const mail of [letter, forged]) await relay(planFor(host.port), mail, [alice], null, undefined, 'release')
    expect(host.taken.map(({ octets }) => octets.toString())).toEqual([letter, letter])
  })

  it('speaks TLS from the start on a port for that', async () => {
    const host = await hostOf({ ...tls, secure: true })
    const plan = planFor(host.port, { tls: 'implicit', ca: tls.cert })
    expect(await relay(plan)).toMatchObject([{ outcome: 'taken' }])
    expect(host.taken[0]?.secure).toBe(true)
  })

  it('gives nothing to a server that it cannot trust, or that has no TLS', async () => {
    const stranger = await hostOf(tls)
    const open = await hostOf({})
    expect(await relay(planFor(stranger.port, { tls: 'starttls' }))).toMatchObject([{ outcome: 'later' }])
    expect(await relay(planFor(open.port, { tls: 'starttls' }))).toMatchObject([{ outcome: 'later' }])
    expect([...stranger.taken, ...open.taken]).toEqual([])
  })

  it('tells apart who was refused, who was deferred, and who has it', async () => {
    const host = await hostOf({})
    host.answer = { rcpt: (to) => ({ [alice]: null, [bob]: '451 4.2.1 later' })[to] ?? null }
    expect(await relay(planFor(host.port), letter, [alice, bob])).toMatchObject([
      { recipient: alice, outcome: 'taken' },
      { recipient: bob, outcome: 'later', reply: '451 4.2.1 later' },
    ])
    host.answer = { rcpt: (to) => (to === alice ? '550 5.1.1 gone' : '451 4.2.1 later') }
    expect(await relay(planFor(host.port), letter, [alice, bob])).toEqual([
      { recipient: alice, outcome: 'refused', reply: '550 5.1.1 gone' },
      { recipient: bob, outcome: 'later', reply: '451 4.2.1 later' },
    ])
    host.answer = { data: () => '554 5.7.1 not wanted' }
    expect(await relay(planFor(host.port), letter, [alice, bob])).toEqual([
      { recipient: alice, outcome: 'refused', reply: '554 5.7.1 not wanted' },
      { recipient: bob, outcome: 'refused', reply: '554 5.7.1 not wanted' },
    ])
    host.answer = { mail: () => '452 4.3.1 full' }
    expect(await relay(planFor(host.port))).toEqual([{ recipient: alice, outcome: 'later', reply: '452 4.3.1 full' }])
  })

  it('takes a message for refused that is larger than the server says that it takes', async () => {
    const host = await hostOf({ size: 1000 })
    const outcomes = await relay(planFor(host.port), letter + 'x'.repeat(2000))
    expect(outcomes).toMatchObject([{ outcome: 'refused' }])
    expect(host.taken).toEqual([])
  })

  it('ends no message that it could not read to its end', async () => {
    const host = await hostOf({})
    const content = (async function* () {
      yield Buffer.from(letter)
      await Promise.resolve()
      throw new Error('the raw mail ended after 30 of 100 octets')
    })()
    const opened = { answer: 'mail', content, octets: 100 } as const
    const outcomes = await relay(planFor(host.port), opened)
    expect(outcomes).toMatchObject([{ outcome: 'later' }])
    expect(host.taken).toEqual([])
    expect(await relay(planFor(host.port), { answer: 'missing' })).toEqual([
      { recipient: alice, outcome: 'refused', reply: 'the raw mail is not there any more' },
    ])
  })

  it('waits no longer than it may for a server that says nothing, that hangs up, or that is not there', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1')
    const rude = createServer((socket) => socket.end('421 4.3.2 shutting down\r\n')).listen(0, '127.0.0.1')
    const ports = await Promise.all(
      [silent, rude].map(
        (server) =>
          new Promise<number>((resolve) =>
            server.on('listening', () => resolve((server.address() as AddressInfo).port)),
          ),
      ),
    )
    expect(await relay(planFor(ports[0]!), letter, [alice], null, AbortSignal.timeout(200))).toEqual([
      { recipient: alice, outcome: 'later', reply: 'the time for this try is up' },
    ])
    expect(await relay(planFor(ports[1]!))).toMatchObject([{ outcome: 'later' }])
    silent.close()
    rude.close()
    expect(await relay(planFor(ports[1]!))).toMatchObject([{ outcome: 'later' }])
  })
})

describe('the secret', () => {
  it('is JSON with a user name and a password', () => {
    expect(credentialsOf('{"username":"a","password":"b"}')).toEqual({ user: 'a', pass: 'b' })
    expect(['', 'a:b', '{}', '{"username":"a"}', 'null'].map(credentialsOf)).toEqual([null, null, null, null, null])
  })
})

const top = 'X-Quietgate-Message-Id: id1\r\nX-Quietgate-Action: deliver\r\nX-Quietgate-Reasons: no-record\r\n'

async function hostOf(options: Parameters<typeof startSmartHost>[0]): Promise<SmartHost> {
  const host = await startSmartHost(options)
  running.push(host)
  return host
}

function planFor(port: number, changes: Partial<SmtpPlan> = {}): SmtpPlan {
  return { kind: 'smtp', host: '127.0.0.1', port, tls: 'none', ca: null, credentials: null, ...changes }
}

function relay(
  plan: SmtpPlan,
  mail: string | MailOpened = letter,
  recipients: readonly string[] = [alice],
  secret: string | null = null,
  signal = AbortSignal.timeout(20_000),
  origin: HandOverJob['origin'] = 'receipt',
) {
  const opened: MailOpened =
    typeof mail === 'string' ? { answer: 'mail', content: piecesOf(mail), octets: mail.length } : mail
  const survivors = recipients.map((recipient) => ({ recipient, to: recipient }))
  const target = createSmtpRelay(
    plan,
    () => Promise.resolve(opened),
    () => Promise.resolve(secret),
  )
  return target({ job: { ...jobFor(...recipients), origin }, record: null, survivors }, signal)
}

async function* piecesOf(text: string): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < text.length; at += 5) yield await Promise.resolve(Buffer.from(text.slice(at, at + 5), 'latin1'))
}
