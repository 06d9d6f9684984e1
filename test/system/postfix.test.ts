import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createDirectoryEditor } from '../../lambda/adapters/directory-editor.ts'
import type { Facts } from '../../lambda/core/facts.ts'
import { countObjects } from '../../local/records.ts'
import { startPostfix, type Postfix } from './postfix.ts'
import { startObservedStack, told, type ObservedStack } from './stack.ts'

let observed: ObservedStack
let postfix: Postfix

beforeAll(async () => {
  observed = await startObservedStack()
  return () => observed.close()
})
beforeAll(async () => {
  postfix = await startPostfix(observed.stack.smtpPort)
  return () => postfix.close()
})
beforeEach(() => postfix.clearLog())
afterEach(async () => {
  // Each test waits for all that it has caused, so that the next one counts nothing but its own.
  expect(await postfix.queue()).toEqual([])
  expect(await observed.outcomes()).toEqual([])
  expect(observed.complaints).toEqual([])
})

const relayed = { mail_from: 'carol@partner.example', null_sender: false, client_ip: '127.0.0.1' }
const bySendmail = (...to: readonly string[]) => ['-f', 'carol@partner.example', ...to]

describe('mail that Postfix relays', () => {
  it('is delivered, with the record and the raw mail in their buckets, and no list is asked about a private address', async () => {
    await injected(bySendmail('alice@example.com'), letter('Lunch on Friday?', 'Yours'))
    await postfix.removed(1)
    const [outcome, ...others] = await observed.outcomes()
    expect(others).toEqual([])
    expect(told(outcome!)).toEqual({
      disposition: 'CONTINUE',
      action: 'deliver',
      recipients: ['alice@example.com: known, deliver'],
      reasons: [],
      ...relayed,
    })
    const { zones } = JSON.parse(outcome!.record.facts) as Facts
    const answer = { answer: 'not-asked', why: 'client-not-public' }
    const control = { answer: 'not-asked', why: 'nothing-to-count' }
    expect(zones).toEqual(['bl.example', 'bl2.example', 'wl.example'].map((zone) => ({ zone, answer, control })))
    expect(outcome!.raw.toString('latin1')).toMatch(
      /\r\nReceived: by relay\.partner\.example \(Postfix, from userid 0\)\r\n[^]*\r\nSubject: Lunch on Friday\?\r\n[^]*\r\n\r\nYours\r\n$/,
    )
  })

  it('is accepted and stopped in silence for an unknown recipient: Postfix has nothing to return', async () => {
    await injected(bySendmail('nobody@example.com'), letter('Are you there?', 'Hello?'))
    await postfix.removed(1)
    const outcomes = await observed.outcomes()
    expect(outcomes.map(told)).toEqual([
      {
        disposition: 'STOP_RULE_SET',
        action: 'discard',
        recipients: ['nobody@example.com: unknown, discard'],
        reasons: ['recipient-unknown'],
        ...relayed,
      },
    ])
    expect(outcomes[0]!.raw.toString('latin1')).toMatch(/\r\n\r\nHello\?\r\n$/)
    expect(deliveries()).toEqual([`nobody@example.com sent (250 OK ${outcomes[0]!.received.messageId})`])
    expect(notifications()).toEqual([])
  })

  it('is delivered for the one who exists when it is for two, and Postfix has nothing to return for the other', async () => {
    await injected(bySendmail('bob@example.com', 'nobody@example.com'), letter('To both', 'Hello'))
    await postfix.removed(1)
    expect((await observed.outcomes()).map(told)).toEqual([
      {
        disposition: 'CONTINUE',
        action: 'deliver',
        recipients: ['bob@example.com: known, deliver', 'nobody@example.com: unknown, discard'],
        reasons: ['recipient-unknown'],
        ...relayed,
      },
    ])
    expect(notifications()).toEqual([])
  })

  it('is refused for a domain that no rule serves, and the report that Postfix then sends is delivered', async () => {
    await injected(['-f', 'alice@example.com', 'gone@other.example'], letter('Are you there?', 'Hello?'))
    // The message, and the report about it.
    await postfix.removed(2)
    const outcomes = await observed.outcomes()
    expect(outcomes.map(told)).toEqual([
      {
        disposition: 'CONTINUE',
        action: 'deliver',
        recipients: ['alice@example.com: known, deliver'],
        reasons: ['report-recognised', 'bounce-unverified'],
        mail_from: undefined,
        null_sender: true,
        client_ip: '127.0.0.1',
      },
    ])
    const raw = outcomes[0]!.raw.toString('latin1')
    expect(raw).toMatch(/^Return-Path: <>\r\n/)
    expect(raw).toMatch(/\r\nContent-Type: multipart\/report; report-type=delivery-status;/)
    expect(raw).toMatch(
      /\r\nFinal-Recipient: rfc822; gone@other\.example\r\n[^]*\r\nDiagnostic-Code: smtp; 550 5\.1\.1 /,
    )
    expect(deliveries()[0]).toMatch(
      /^gone@other\.example bounced \(host 127\.0\.0\.1\[127\.0\.0\.1\] said: 550 5\.1\.1 /,
    )
  })

  it('is stopped in silence when it is a report to somebody who does not exist: nothing goes back and forth', async () => {
    await injected(['-f', '<>', 'forged@example.com'], letter('Undelivered Mail Returned to Sender', 'Sorry'))
    await postfix.removed(1)
    expect((await observed.outcomes()).map(told)).toEqual([
      {
        disposition: 'STOP_RULE_SET',
        action: 'discard',
        recipients: ['forged@example.com: unknown, discard'],
        reasons: ['recipient-unknown'],
        mail_from: undefined,
        null_sender: true,
        client_ip: '127.0.0.1',
      },
    ])
    expect(notifications()).toEqual([])
  })

  it('comes with SMTPUTF8 (RFC 6531): addresses beyond ASCII are looked up and recorded as they are', async () => {
    const { clients, outputs } = observed.stack
    const editor = createDirectoryEditor(clients.dynamoDb, outputs['DirectoryTable']!)
    await editor.add('jürgen@example.com', 'example.com', { kind: 'mailbox', target: null, removedAt: null })
    const to = ['jürgen@example.com', 'älice@example.com']
    await injected(['-f', 'jörg@partner.example', ...to], letter('Grüße', 'Schönen Tag'))
    await postfix.removed(1)
    expect((await observed.outcomes()).map(told)).toEqual([
      {
        disposition: 'CONTINUE',
        action: 'deliver',
        recipients: ['jürgen@example.com: known, deliver', 'älice@example.com: unknown, discard'],
        reasons: ['recipient-unknown'],
        ...relayed,
        mail_from: 'jörg@partner.example',
      },
    ])
  })

  it('arrives whole under load: 200 messages in five sessions are 200 records and 200 raw mails', async () => {
    const { RecordBucket, MailBucket } = observed.stack.outputs
    const { s3 } = observed.stack.clients
    const stored = async () => [
      await countObjects(s3, RecordBucket!, 'in/'),
      await countObjects(s3, MailBucket!, 'mail/'),
    ]
    const before = await stored()
    const ran = await postfix.smtpSource(
      '-s',
      '5',
      '-m',
      '200',
      '-l',
      '4000',
      '-f',
      'carol@partner.example',
      '-t',
      'alice@example.com',
    )
    expect(ran).toEqual({ exitCode: 0, stdout: '', stderr: '' })
    await postfix.removed(200)
    const outcomes = await observed.outcomes()
    expect(outcomes.length).toBe(200)
    expect([...new Set(outcomes.map((outcome) => JSON.stringify(told(outcome))))]).toEqual([
      JSON.stringify({
        disposition: 'CONTINUE',
        action: 'deliver',
        recipients: ['alice@example.com: known, deliver'],
        reasons: [],
        ...relayed,
      }),
    ])
    expect(await stored()).toEqual(before.map((count) => count + 200))
    expect(new Set(outcomes.map(({ record }) => record.header_message_id)).size).toBe(200)
  })
})

function letter(subject: string, body: string): Buffer {
  return Buffer.from(`From: carol@partner.example\nTo: somebody\nSubject: ${subject}\n\n${body}\n`)
}

/** Hands a message to Postfix, and expects that it takes it. */
async function injected(args: readonly string[], message: Buffer): Promise<void> {
  expect(await postfix.sendmail(args, message)).toEqual({ exitCode: 0, stdout: '', stderr: '' })
}

/** What Postfix says of each recipient: `to status (reply)`. */
function deliveries(): readonly string[] {
  return postfix.log().flatMap((line) => {
    const [, to, status] = /: to=<([^>]*)>, relay=.*, status=(.*)$/.exec(line) ?? []
    return to === undefined || status === undefined ? [] : [`${to} ${status}`]
  })
}

/** Every report about a message that Postfix has made, to whomever. */
function notifications(): readonly string[] {
  return postfix.log().filter((line) => line.includes('notification: '))
}
