import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { startObservedStack, told, type ObservedStack, type Outcome } from './stack.ts'
import { swaks, type Session } from './swaks.ts'

let observed: ObservedStack

beforeAll(async () => {
  observed = await startObservedStack()
  return () => observed.close()
})
afterEach(() => {
  expect(observed.complaints).toEqual([])
})

const fromPartner = [
  '--from',
  'carol@partner.example',
  '--helo',
  'mail.partner.example',
  '--xclient-addr',
  '198.51.100.10',
]
const fromSpammer = [
  '--from',
  'offers@spammer.example',
  '--helo',
  'bulk.spammer.example',
  '--xclient-addr',
  '203.0.113.66',
]
const partner = { mail_from: 'carol@partner.example', null_sender: false, client_ip: '198.51.100.10' }
const spammer = { mail_from: 'offers@spammer.example', null_sender: false, client_ip: '203.0.113.66' }

describe('mail that swaks brings', () => {
  it('is delivered to a recipient who exists', async () => {
    const { session, outcome } = await sent('--to', 'alice@example.com', ...fromPartner)
    expect(told(outcome)).toEqual({
      disposition: 'CONTINUE',
      action: 'deliver',
      recipients: ['alice@example.com: known, deliver'],
      reasons: [],
      ...partner,
    })
    expectKept(outcome, session)
  })

  it('is stopped in silence when nobody of its recipients exists, and lies in the bucket nevertheless', async () => {
    observed.stack.dns.clearQuestions()
    const to = ['--to', 'nobody@example.com,noone@example.com']
    const { session, outcome } = await sent(...to, ...fromSpammer)
    expect(told(outcome)).toEqual({
      disposition: 'STOP_RULE_SET',
      action: 'discard',
      recipients: ['nobody@example.com: unknown, discard', 'noone@example.com: unknown, discard'],
      reasons: ['recipient-unknown', 'recipient-unknown'],
      ...spammer,
    })
    expectKept(outcome, session)
    // A flood to names that do not exist must stay cheap: no list is asked.
    expect(listsAsked()).toEqual([])
  })

  it('is delivered for the one who exists when another does not, and the record has both', async () => {
    const { session, outcome } = await sent('--to', 'bob@example.com,nobody@example.com', ...fromPartner)
    expect(told(outcome)).toEqual({
      disposition: 'CONTINUE',
      action: 'deliver',
      recipients: ['bob@example.com: known, deliver', 'nobody@example.com: unknown, discard'],
      reasons: ['recipient-unknown'],
      ...partner,
    })
    expectKept(outcome, session)
  })

  it('is delivered to a sub-address of somebody who exists', async () => {
    const { outcome } = await sent('--to', 'alice+news+weekly@example.com', ...fromPartner)
    expect(told(outcome)).toEqual({
      disposition: 'CONTINUE',
      action: 'deliver',
      recipients: ['alice+news+weekly@example.com: known, deliver'],
      reasons: [],
      ...partner,
    })
  })

  it('is quarantined when the address stated by XCLIENT is on two lists', async () => {
    observed.stack.dns.clearQuestions()
    const { session, outcome } = await sent('--to', 'alice@example.com', ...fromSpammer)
    expect(told(outcome)).toEqual({
      disposition: 'STOP_RULE_SET',
      action: 'quarantine',
      recipients: ['alice@example.com: known, quarantine'],
      reasons: ['zone-listed', 'zone-listed', 'dnsxl-stopped'],
      ...spammer,
    })
    expectKept(outcome, session)
    expect(listsAsked()).toEqual(['66.113.0.203.bl.example', '66.113.0.203.bl2.example', '66.113.0.203.wl.example'])
  })

  it('is quarantined when its IPv6 address is on two lists', async () => {
    const client = ['--from', 'offers@spammer.example', '--xclient-addr', 'IPV6:2001:db8:66::66']
    const { outcome } = await sent('--to', 'alice@example.com', ...client)
    expect(told(outcome)).toEqual({
      disposition: 'STOP_RULE_SET',
      action: 'quarantine',
      recipients: ['alice@example.com: known, quarantine'],
      reasons: ['zone-listed', 'zone-listed', 'dnsxl-stopped'],
      ...spammer,
      client_ip: '2001:db8:66::66',
    })
  })

  it('is delivered when it has a null sender: that alone is no reason to stop anything', async () => {
    const client = ['--helo', 'mail.partner.example', '--xclient-addr', '198.51.100.10']
    const { session, outcome } = await sent('--from', '<>', '--to', 'alice@example.com', ...client)
    expect(told(outcome)).toEqual({
      disposition: 'CONTINUE',
      action: 'deliver',
      recipients: ['alice@example.com: known, deliver'],
      reasons: [],
      mail_from: undefined,
      null_sender: true,
      client_ip: '198.51.100.10',
    })
    expect(outcome.raw.toString('latin1').split('\r\n')[0]).toBe('Return-Path: <>')
    expectKept(outcome, session)
  })

  it('is kept byte for byte with an attachment of 5 MB', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'quietgate-attachment-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    writeFileSync(join(folder, 'large.bin'), randomBytes(5 * 1024 * 1024))
    const attachment = ['--attach', `@${join(folder, 'large.bin')}`]
    const { session, outcome } = await sent('--to', 'alice@example.com', ...fromPartner, ...attachment)
    expect(session.message.length).toBeGreaterThan(6 * 1024 * 1024)
    expect(told(outcome).disposition).toBe('CONTINUE')
    expectKept(outcome, session)
  })

  it('is kept byte for byte when its lines begin with dots', async () => {
    const body = ['--body', '.\n..\n.two dots follow: ..\n...']
    const { session, outcome } = await sent('--to', 'alice@example.com', ...fromPartner, ...body)
    expect(session.message.toString('latin1')).toContain('\r\n\r\n.\r\n..\r\n.two dots follow: ..\r\n...\r\n')
    expectKept(outcome, session)
  })

  it('is refused with 550 during SMTP for a recipient whose domain no rule serves, and leaves no trace', async () => {
    const session = await swaks(observed.stack.smtpPort, '--to', 'alice@other.example', ...fromPartner)
    expect(session.refusals).toEqual(['550 5.1.1 mailbox unavailable: no receipt rule takes this recipient'])
    expect(session.accepted).toBeNull()
    expect(await observed.outcomes()).toEqual([])
  })

  it('goes to the recipients whose domain is served when another is refused', async () => {
    const { session, outcome } = await sent('--to', 'alice@other.example,alice@example.com', ...fromPartner)
    expect(session.refusals).toEqual(['550 5.1.1 mailbox unavailable: no receipt rule takes this recipient'])
    expect(told(outcome)).toEqual({
      disposition: 'CONTINUE',
      action: 'deliver',
      recipients: ['alice@example.com: known, deliver'],
      reasons: [],
      ...partner,
    })
  })
})

/** Sends one message, and expects that it is accepted and that nothing else came in. */
async function sent(...args: readonly string[]): Promise<{ readonly session: Session; readonly outcome: Outcome }> {
  const session = await swaks(observed.stack.smtpPort, ...args)
  const [outcome, ...others] = await observed.outcomes()
  expect(others).toEqual([])
  expect(session.accepted).toBe(`250 OK ${outcome?.received.messageId ?? ''}`)
  return { session, outcome: outcome! }
}

/** The raw mail is SES's headers and then exactly what swaks sent, at the place that the record names. */
function expectKept({ raw, record, received }: Outcome, { message }: Session): void {
  const [stored] = received.storedAt
  expect(record.kept_key).toBe(`s3://${stored?.bucketName ?? ''}/${stored?.key ?? ''}`)
  const above = raw.subarray(0, raw.length - message.length)
  // `equals`: a difference of 7 MB is not for reading.
  expect(raw.subarray(above.length).equals(message)).toBe(true)
  expect(above.toString('latin1')).toMatch(
    /^Return-Path: <[^>]*>\r\nReceived: from [^]*\r\nX-SES-DKIM-SIGNATURE: [^\n]*\r\n$/,
  )
}

/** About the client; the control questions are about 127/8. */
function listsAsked(): readonly string[] {
  const names = observed.stack.dns.questions().map(({ name }) => name)
  return names.filter((name) => /(?<!\.127)\.(bl|bl2|wl)\.example\.?$/.test(name)).sort()
}
