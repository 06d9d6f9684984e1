import fc from 'fast-check'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { dispositionOf, readMessage } from '../../lambda/adapters/ses-event.ts'

const captured = new URL('../../../shared/ses-events/', import.meta.url)
const files = existsSync(captured) ? readdirSync(captured).filter((name) => name.endsWith('.json')) : []

describe('dispositionOf', () => {
  it('answers in the words of SES, in upper case, because any other word means CONTINUE', () => {
    expect([dispositionOf('deliver'), dispositionOf('quarantine'), dispositionOf('discard')]).toEqual([
      'CONTINUE',
      'STOP_RULE_SET',
      'STOP_RULE_SET',
    ])
  })
})

describe('readMessage', () => {
  it('reads an event', () => {
    expect(readMessage(eventOf())).toEqual({
      id: 'm1',
      receivedAt: '2026-11-21T10:00:00.000Z',
      reversePath: 'bob@partner.example',
      recipients: ['alice@example.com'],
      client: { kind: 'client', ip: '203.0.113.5', helo: 'mail.partner.example' },
      received: [],
      fromField: 'bob@partner.example',
      fromFields: 1,
      toField: [],
      headerMessageId: '1@partner.example',
      subject: 'Mittag für zwei',
      reportSigns: [],
      scans: { spam: 'pass', virus: 'pass', spf: 'pass', dkim: 'gray', dmarc: 'fail', dmarcPolicy: 'reject' },
      problems: [],
    })
  })

  it.each([
    ['an empty text', ''],
    ['angle brackets', '<>'],
    ['blanks', ' '],
  ])('takes %s for the null reverse-path', (_name, source) => {
    expect(readMessage(eventOf({ mail: { source } })).reversePath).toBeNull()
  })

  it('finds the null reverse-path in Return-Path when the event has no source', () => {
    const headers = [{ name: 'Return-Path', value: '<>' }]
    expect(readMessage(eventOf({ mail: { source: undefined, headers } })).reversePath).toBeNull()
    const address = [{ name: 'Return-Path', value: '<bob@partner.example>' }]
    expect(readMessage(eventOf({ mail: { source: undefined, headers: address } })).reversePath).toBe(
      'bob@partner.example',
    )
  })

  it.each([
    ['one address', ['Bob <bob@partner.example>'], 1],
    ['a name with a comma', ['Smith, Bob <bob@partner.example>'], 1],
    ['no address', ['MAILER-DAEMON'], 1],
    ['two addresses', ['bob@partner.example, "Eve" <eve@eve.example>'], 2],
    ['two fields', ['bob@partner.example', 'eve@eve.example'], 2],
    ['none', [], 0],
  ])('counts who a message says that it is from: %s', (_name, froms, count) => {
    const headers = [...own, ...froms.map((value) => ({ name: 'from', value }))]
    expect(readMessage(eventOf({ mail: { headers } })).fromFields).toBe(count)
  })

  it('reads whom it is addressed to, over all of its To fields, and no more than can matter', () => {
    const to = (count: number): string => Array.from({ length: count }, (_, i) => `u${i}@example.com`).join(', ')
    const headers = ['Alice <alice@example.com>', to(30)].map((value) => ({ name: 'To', value }))
    const { toField } = readMessage(eventOf({ mail: { headers } }))
    expect([toField.length, toField[0], toField[1]]).toEqual([20, 'alice@example.com', 'u0@example.com'])
  })

  it('keeps the trace below the line of SES, as long as it is worth reading', () => {
    const trace = ['from a by b with ESMTP; x', 'y'.repeat(5000), ...Array.from({ length: 50 }, (_, i) => `from ${i}`)]
    const headers = [...own, ...trace.map((value) => ({ name: 'received', value }))]
    const { received } = readMessage(eventOf({ mail: { headers } }))
    expect([received.length, received[0], received[1]?.length]).toEqual([30, 'from a by b with ESMTP; x', 2001])
  })

  it('takes recipients from the envelope and never from the header', () => {
    const event = eventOf({
      mail: { destination: ['list@other.example'] },
      receipt: { recipients: ['bcc@example.com'] },
    })
    expect(readMessage(event).recipients).toEqual(['bcc@example.com'])
  })

  it.each([
    ['no Received field', [{ name: 'From', value: 'bob@partner.example' }], 'no-received'],
    [
      'a Received field of somebody else on top',
      [{ name: 'Received', value: 'from a (b [203.0.113.5]) by mx.example with SMTP id m1; x' }],
      'not-by-ses',
    ],
    [
      'the id of another message',
      received(
        'from a (b [203.0.113.5]) by inbound-smtp.us-east-1.amazonaws.com with SMTP id other for x; y',
        '203.0.113.5',
      ),
      'wrong-id',
    ],
    [
      'two addresses that disagree',
      received(
        'from a (b [203.0.113.5]) by inbound-smtp.us-east-1.amazonaws.com with SMTP id m1 for x; y',
        '203.0.113.6',
      ),
      'disagree',
    ],
  ])('says that nobody knows the client when there is %s', (_name, headers, why) => {
    expect(readMessage(eventOf({ mail: { headers } })).client).toEqual({ kind: 'unknown', why })
  })

  it('keeps to its own line when the sender brings copies of every field that SES writes', () => {
    const forged = received(
      'from evil (evil [192.0.2.66]) by inbound-smtp.us-east-1.amazonaws.com with SMTP id m1 for x; y',
      '192.0.2.66',
    )
    const headers = [...own, ...forged, { name: 'Authentication-Results', value: 'amazonses.com; dkim=pass' }]
    expect(readMessage(eventOf({ mail: { headers } })).client).toMatchObject({ ip: '203.0.113.5' })
  })

  it('is not deceived by brackets in the HELO', () => {
    const headers = received(
      'from [8.8.8.8] (host (x [9.9.9.9]) [203.0.113.5]) by inbound-smtp.us-east-1.amazonaws.com with SMTP id m1 for x; y',
      '203.0.113.5',
    )
    expect(readMessage(eventOf({ mail: { headers } })).client).toMatchObject({ kind: 'client', ip: '203.0.113.5' })
  })

  it('reads what it can of an event whose fields are missing or strange, and says what was wrong', () => {
    const message = readMessage({
      Records: [{ ses: { mail: { timestamp: 7 }, receipt: { spamVerdict: { status: 'MAYBE' } } } }],
    })
    expect(message).toMatchObject({
      id: expect.stringMatching(/^unidentified-[0-9a-f]{32}$/) as string,
      receivedAt: '1970-01-01T00:00:00.000Z',
      reversePath: null,
      recipients: [],
      client: { kind: 'unknown', why: 'no-received' },
      scans: { spam: 'unrecognised', virus: 'absent' },
    })
    expect(message.problems.map(({ at, found }) => `${at}: ${found}`)).toEqual([
      'mail.headers: absent',
      'mail.messageId: absent',
      'mail.timestamp: 7',
      'receipt.recipients: absent',
      'receipt.spamVerdict.status: "MAYBE"',
    ])
  })

  it('gives an event without an id the same one each time it comes', () => {
    const event = eventOf({ mail: { messageId: undefined } })
    expect(readMessage(event).id).toBe(readMessage(structuredClone(event)).id)
  })

  it('never throws, whatever it is given', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), fc.jsonValue(), (mail, receipt, headers) => {
        readMessage(mail)
        readMessage({ Records: [{ ses: { mail, receipt } }] })
        readMessage(
          eventOf({
            mail: { headers, source: receipt, commonHeaders: headers },
            receipt: { recipients: mail, dmarcPolicy: headers },
          }),
        )
      }),
      { numRuns: 500 },
    )
  })

  it('reads addresses of 10 KB and 500 recipients', () => {
    const recipients = Array.from({ length: 500 }, (_, i) => `${'x'.repeat(10_000)}${i}@example.com`)
    expect(readMessage(eventOf({ receipt: { recipients } })).recipients).toEqual(recipients)
  })

  it.skipIf(files.length === 0)(
    'reads client, sender, recipients and scans of eight real events (skipped where the captured events are absent)',
    () => {
      const read = files.map((file) => {
        const { client, recipients, reversePath, scans, problems } = readMessage(
          JSON.parse(readFileSync(new URL(file, captured), 'utf8')),
        )
        expect(problems).toEqual([])
        const ip = client.kind === 'client' ? client.ip : client.why
        const { dmarcPolicy, ...statuses } = scans
        return [file, ip, reversePath, recipients.join(), Object.values(statuses).join(' '), dmarcPolicy]
      })
      const passed = 'pass pass pass pass pass'
      const proton = ['185.70.43.24', 'fxastage@protonmail.com'] as const
      const google = ['209.85.128.45', 'source@sender.com'] as const
      expect(read).toEqual([
        ['dmarc-failed-email.json', ...google, 'sender@test.com', 'pass pass fail pass fail', 'reject'],
        ['domain-recipient-email.json', ...proton, 'wildcard@subdomain.test.com', passed, null],
        ['replies-email.json', ...proton, 'replies@test.com', passed, null],
        ['s3-stored-email.json', ...google, 'sender@test.com', passed, null],
        ['s3-stored-replies-email.json', ...google, 'replies@test.com', passed, null],
        ['single-recipient-email.json', ...proton, 'ebsbdsan7@test.com', passed, null],
        // List-Unsubscribe stands above Return-Path here. The client still comes from the first Received: SES puts its own
        // on top of whatever a sender brings, so that no field above it can be a sender's Received.
        ['single-recipient-list-email.json', ...proton, 'ebsbdsan7@test.com', passed, null],
        ['spamVerdict-FAIL-email.json', ...proton, 'ebsbdsan7@test.com', 'fail pass pass pass pass', null],
      ])
    },
  )
})

const own = received(
  'from mail.partner.example (mail.partner.example [203.0.113.5]) by inbound-smtp.us-east-1.amazonaws.com with SMTP id m1 for alice@example.com; Sat, 21 Nov 2026 10:00:00 +0000 (UTC)',
  '203.0.113.5',
)

function received(line: string, spf: string) {
  return [
    { name: 'Return-Path', value: '<bob@partner.example>' },
    { name: 'Received', value: line },
    {
      name: 'Received-SPF',
      value: `pass (spfCheck: domain of partner.example designates ${spf} as permitted sender) client-ip=${spf}; envelope-from=bob@partner.example; helo=x;`,
    },
  ]
}

function eventOf(changes: { readonly mail?: object; readonly receipt?: object } = {}) {
  const mail = {
    timestamp: '2026-11-21T10:00:00.000Z',
    source: 'bob@partner.example',
    messageId: 'm1',
    destination: ['alice@example.com'],
    headersTruncated: false,
    headers: [
      ...own,
      { name: 'From', value: 'Bob <bob@partner.example>' },
      { name: 'Message-ID', value: '<1@partner.example>' },
      { name: 'Subject', value: '=?utf-8?Q?Mittag_f=C3=BCr_zwei?=' },
    ],
    commonHeaders: {},
    ...changes.mail,
  }
  const receipt = {
    timestamp: '2026-11-21T10:00:00.000Z',
    recipients: ['alice@example.com'],
    spamVerdict: { status: 'PASS' },
    virusVerdict: { status: 'PASS' },
    spfVerdict: { status: 'PASS' },
    dkimVerdict: { status: 'GRAY' },
    dmarcVerdict: { status: 'FAIL' },
    dmarcPolicy: 'reject',
    action: {
      type: 'Lambda',
      functionArn: 'arn:aws:lambda:us-east-1:123456789012:function:f',
      invocationType: 'RequestResponse',
    },
    ...changes.receipt,
  }
  return { Records: [{ eventSource: 'aws:ses', eventVersion: '1.0', ses: { mail, receipt } }] }
}
