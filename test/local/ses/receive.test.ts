import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { newMessageId } from '../../../local/ses/message-id.ts'
import { scan } from '../../../local/ses/scan.ts'
import {
  envelope,
  eventsIn,
  filter,
  functionArn,
  queue,
  receiverOf,
  returned,
  rule,
  store,
  thrown,
} from './receiver.ts'

const id = 'bjeaq8b6ultae1j07u2rjmh596k0k6japeqico01'
const message =
  'From: Anna <anna@sender.example>\r\nTo: Bob <bob@example.com>, c@example.com\r\nCc: d@example.com\r\nSubject: =?utf-8?Q?Hi?=\r\n\r\nHello.\r\n'

describe('what SES does to a message', () => {
  it('puts its headers above the bytes of the sender, in its order, and leaves those untouched', async () => {
    const { receive, asked } = receiverOf([rule('r', [store])])
    const strange = Buffer.concat([Buffer.from('X: bare\nlines\n\n.\n..\r\n\0'), Buffer.from([0xff, 0xfe])])
    const bytes: Buffer[] = []
    const raw = receiverOf(
      [rule('r', [store])],
      {},
      { putObject: (_b, _k, stored) => Promise.resolve(bytes.push(stored)) },
    )
    await raw.receive(strange)
    await receive(message)
    const stored = (asked[0] as { bytes: string }).bytes
    expect(namesIn(stored)).toEqual([
      'Return-Path',
      'Received',
      'X-SES-Spam-Verdict',
      'X-SES-Virus-Verdict',
      'Received-SPF',
      'Authentication-Results',
      'X-SES-RECEIPT',
      'X-SES-DKIM-SIGNATURE',
      'From',
      'To',
      'Cc',
      'Subject',
    ])
    expect(stored.endsWith(`;\r\n${message}`)).toBe(true)
    expect(bytes[0]?.subarray(-strange.length)).toEqual(strange)
    expect(stored.split('\r\n').slice(0, 9)).toEqual([
      'Return-Path: <anna@sender.example>',
      'Received: from helo.sender.example (mx.sender.example [192.0.2.10])',
      ` by inbound-smtp.eu-west-1.amazonaws.com with SMTP id ${id}`,
      ' for bob@example.com;',
      ' Sat, 21 Nov 2026 10:00:00 +0000 (UTC)',
      'X-SES-Spam-Verdict: PASS',
      'X-SES-Virus-Verdict: PASS',
      'Received-SPF: none (spfCheck: 192.0.2.10 is neither permitted nor denied by domain of sender.example) client-ip=192.0.2.10; envelope-from=anna@sender.example; helo=helo.sender.example;',
      'Authentication-Results: amazonses.com;',
    ])
  })

  it('says nothing of a scan that no rule asked for, and "unknown" for a client without a name', async () => {
    const { receive, asked } = receiverOf([rule('r', [store, filter], { scanEnabled: false })])
    await receive(message, { clientName: null, reversePath: null })
    const stored = (asked[0] as { bytes: string }).bytes
    expect(namesIn(stored).slice(0, 3)).toEqual(['Return-Path', 'Received', 'Received-SPF'])
    expect(stored.split('\r\n').slice(0, 2)).toEqual([
      'Return-Path: <>',
      'Received: from helo.sender.example (unknown [192.0.2.10])',
    ])
    expect(eventsIn(asked)[0]?.Records[0].ses.receipt).toMatchObject({
      spamVerdict: { status: 'DISABLED' },
      virusVerdict: { status: 'DISABLED' },
    })
  })

  it('lets nobody begin a header line through the envelope', async () => {
    const { receive, asked } = receiverOf([rule('r', [store])])
    await receive(message, {
      helo: 'x\r\nX-Forged: 1',
      clientName: 'y\nX-Forged: 2',
      recipients: ['a\r\nX-Forged: 3@x.example'],
    })
    expect(namesIn((asked[0] as { bytes: string }).bytes)).not.toContain('X-Forged')
  })

  it('gives ids of 40 characters that are all different', () => {
    const ids = Array.from({ length: 500 }, newMessageId)
    expect([ids.every((one) => /^[0-9a-v]{40}$/.test(one)), new Set(ids).size]).toEqual([true, 500])
  })
})

describe('the event', () => {
  it('has the shape that the function reads, for the recipients of its rule', async () => {
    const { receive, asked } = receiverOf([rule('r', [filter], { recipients: ['example.com'] })])
    await receive(message, { recipients: ['bob@example.com', 'x@other.example', 'eve+tag@example.com'] })
    const event = eventsIn(asked)[0]!
    const { mail, receipt } = event.Records[0].ses
    const { headers, ...rest } = mail
    expect({ ...event.Records[0], ses: { mail: rest, receipt } }).toEqual({
      eventSource: 'aws:ses',
      eventVersion: '1.0',
      ses: {
        mail: {
          timestamp: '2026-11-21T10:00:00.000Z',
          source: 'anna@sender.example',
          messageId: id,
          destination: ['bob@example.com', 'c@example.com', 'd@example.com'],
          headersTruncated: false,
          commonHeaders: {
            returnPath: 'anna@sender.example',
            from: ['Anna <anna@sender.example>'],
            to: ['Bob <bob@example.com>', 'c@example.com'],
            cc: ['d@example.com'],
            subject: '=?utf-8?Q?Hi?=',
          },
        },
        receipt: {
          timestamp: '2026-11-21T10:00:00.000Z',
          processingTimeMillis: 0,
          recipients: ['bob@example.com', 'eve+tag@example.com'],
          spamVerdict: { status: 'PASS' },
          virusVerdict: { status: 'PASS' },
          spfVerdict: { status: 'GRAY' },
          dkimVerdict: { status: 'GRAY' },
          dmarcVerdict: { status: 'GRAY' },
          action: { type: 'Lambda', functionArn, invocationType: 'RequestResponse' },
        },
      },
    })
    expect(headers.slice(0, 2)).toEqual([
      { name: 'Return-Path', value: '<anna@sender.example>' },
      {
        name: 'Received',
        value: `from helo.sender.example (mx.sender.example [192.0.2.10]) by inbound-smtp.eu-west-1.amazonaws.com with SMTP id ${id} for bob@example.com; Sat, 21 Nov 2026 10:00:00 +0000 (UTC)`,
      },
    ])
    expect(headers.find(({ name }) => name === 'Authentication-Results')?.value).toBe(
      'amazonses.com; spf=none (spfCheck: 192.0.2.10 is neither permitted nor denied by domain of sender.example) client-ip=192.0.2.10; envelope-from=anna@sender.example; helo=helo.sender.example; dkim=none; dmarc=none header.from=sender.example;',
    )
  })

  it.each([
    ['', { source: '' }],
    ['<>', { source: '<>' }],
    ['absent', {}],
  ] as const)('shows a null sender as %j when it is told to', async (nullSource, expected) => {
    const { receive, asked } = receiverOf([rule('r', [filter])], {}, { nullSource })
    await receive(message, { reversePath: null })
    const { mail } = eventsIn(asked)[0]!.Records[0].ses
    expect('source' in mail ? { source: mail['source'] } : {}).toEqual(expected)
  })

  it("leaves out headers over 50 KB and says so, SES's own never among them", async () => {
    const { receive, asked } = receiverOf([rule('r', [filter])])
    await receive(`A: ${'x'.repeat(30_000)}\r\nB: ${'y'.repeat(30_000)}\r\nTo: bob@example.com\r\n\r\n`)
    const { mail } = eventsIn(asked)[0]!.Records[0].ses
    expect([mail.headers.map(({ name }) => name), mail['headersTruncated'], mail['destination']]).toEqual([
      [
        'Return-Path',
        'Received',
        'X-SES-Spam-Verdict',
        'X-SES-Virus-Verdict',
        'Received-SPF',
        'Authentication-Results',
        'X-SES-RECEIPT',
        'X-SES-DKIM-SIGNATURE',
        'A',
      ],
      true,
      [],
    ])
  })

  it('is made from any message', async () => {
    const { receive, asked } = receiverOf([rule('r', [filter])])
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        asked.length = 0
        await receive(Buffer.from(bytes))
        const event = eventsIn(asked)[0]
        expect(JSON.parse(JSON.stringify(event))).toEqual(event)
      }),
      { numRuns: 50 },
    )
  })
})

describe('the rules', () => {
  it('run in their order, and their actions in theirs', async () => {
    const { receive, asked } = receiverOf([
      rule('first', [store, filter]),
      rule('not mine', [store], { recipients: ['other.example'] }),
      rule('second', [{ ...store, objectKeyPrefix: 'copy/' }]),
    ])
    const { receivedAt, ...received } = await receive(message)
    expect(receivedAt.toISOString()).toBe('2026-11-21T10:00:00.000Z')
    expect(asked.map((call) => ('put' in call ? call.put : call.invoke))).toEqual([
      `mail/raw/${id}`,
      functionArn,
      `mail/copy/${id}`,
    ])
    expect(received).toEqual({
      messageId: id,
      envelope,
      rules: [
        {
          name: 'first',
          recipients: ['bob@example.com'],
          actions: [
            { kind: 's3', outcome: 'stored', bucketName: 'mail', key: `raw/${id}`, attempts: 1 },
            {
              kind: 'lambda',
              outcome: 'returned',
              functionArn,
              disposition: 'CONTINUE',
              invocations: [returned(null)],
            },
          ],
          end: 'completed',
        },
        {
          name: 'second',
          recipients: ['bob@example.com'],
          actions: [{ kind: 's3', outcome: 'stored', bucketName: 'mail', key: `copy/${id}`, attempts: 1 }],
          end: 'completed',
        },
      ],
      rulesNotRun: [],
      disposition: 'CONTINUE',
      storedAt: [
        { bucketName: 'mail', key: `raw/${id}` },
        { bucketName: 'mail', key: `copy/${id}` },
      ],
    })
  })

  it.each([
    [{ disposition: 'STOP_RULE_SET' }, 'STOP_RULE_SET', ['first: stopped'], ['second']],
    [{ disposition: 'STOP_RULE' }, 'STOP_RULE', ['first: stopped', 'second: completed'], []],
    [{ disposition: 'CONTINUE' }, 'CONTINUE', ['first: completed', 'second: completed'], []],
    [{ disposition: 'stop_rule_set' }, 'CONTINUE', ['first: completed', 'second: completed'], []],
    [{ disposition: ' STOP_RULE_SET' }, 'CONTINUE', ['first: completed', 'second: completed'], []],
    [{ Disposition: 'STOP_RULE_SET' }, 'CONTINUE', ['first: completed', 'second: completed'], []],
    ['STOP_RULE_SET', 'CONTINUE', ['first: completed', 'second: completed'], []],
    [null, 'CONTINUE', ['first: completed', 'second: completed'], []],
  ])('honour %j as %s', async (payload, disposition, ran, notRun) => {
    const rules = [rule('first', [filter, store]), rule('second', [store])]
    const received = await receiverOf(rules, { invocations: [returned(payload)] }).receive(message)
    expect([
      received.disposition,
      received.rules.map(({ name, end }) => `${name}: ${end}`),
      received.rulesNotRun,
    ]).toEqual([disposition, ran, notRun])
  })

  it('end at a stop action, and an added header is seen by what comes later', async () => {
    const add = { kind: 'add-header', name: 'X-Passed', value: 'filter' } as const
    const { receive, asked } = receiverOf([
      rule('first', [add, store, filter, { kind: 'stop' }, store]),
      rule('second', [store]),
    ])
    const received = await receive(message)
    expect([received.rules.map(({ end }) => end), received.rulesNotRun, asked.length]).toEqual([
      ['stopped'],
      ['second'],
      2,
    ])
    expect(
      (asked[0] as { bytes: string }).bytes.endsWith('Subject: =?utf-8?Q?Hi?=\r\nX-Passed: filter\r\n\r\nHello.\r\n'),
    ).toBe(true)
    expect(eventsIn(asked)[0]?.Records[0].ses.mail.headers.at(-1)).toEqual({ name: 'X-Passed', value: 'filter' })
  })

  it('never send what a Bounce or SNS action would send, and say loudly that SES does', async () => {
    const { receive, reports } = receiverOf([
      rule('r', [
        { kind: 'bounce' },
        { kind: 'sns', topicArn: 't' },
        { kind: 'unsupported', type: 'WorkmailAction' },
        store,
      ]),
    ])
    const received = await receive(message)
    expect(received.rules[0]?.actions.map(({ kind, outcome }) => `${kind} ${outcome}`)).toEqual([
      'bounce not-run',
      'sns not-run',
      'unsupported not-run',
      's3 stored',
    ])
    expect(reports.map(({ kind }) => kind)).toEqual(['backscatter-hazard', 'backscatter-hazard', 'unsupported'])
    expect(reports[0]?.sentence).toBe(
      'rule r has a Bounce action: SES would send mail to a sender who may be forged (backscatter); nothing was sent',
    )
  })
})

describe('what fails', () => {
  it('is tried again: a put, and a function that throws', async () => {
    const { receive, reports } = receiverOf([rule('r', [store, filter])], {
      puts: ['fail', 'ok'],
      invocations: [thrown, thrown, returned({ disposition: 'STOP_RULE_SET' })],
    })
    const received = await receive(message)
    expect(received.rules[0]?.actions).toEqual([
      { kind: 's3', outcome: 'stored', bucketName: 'mail', key: `raw/${id}`, attempts: 2 },
      {
        kind: 'lambda',
        outcome: 'returned',
        functionArn,
        disposition: 'STOP_RULE_SET',
        invocations: [thrown, thrown, returned({ disposition: 'STOP_RULE_SET' })],
      },
    ])
    expect(reports.map(({ kind }) => kind)).toEqual(['retrying', 'retrying', 'retrying'])
  })

  it('expires in the end, with a report, and nothing runs after it', async () => {
    const { receive, reports, asked } = receiverOf([rule('first', [store, filter]), rule('second', [store])], {
      puts: ['fail', 'fail', 'fail'],
    })
    const received = await receive(message)
    expect(received.rules).toEqual([
      {
        name: 'first',
        recipients: ['bob@example.com'],
        actions: [
          { kind: 's3', outcome: 'expired', bucketName: 'mail', key: `raw/${id}`, attempts: 3, reason: 'SlowDown' },
        ],
        end: 'expired',
      },
    ])
    expect([received.rulesNotRun, received.storedAt, asked.length]).toEqual([['second'], [], 3])
    expect(reports.at(-1)).toEqual({
      kind: 'expired',
      messageId: id,
      ruleName: 'first',
      sentence: `storing s3://mail/raw/${id} failed until SES gave up, which it does after 36 hours: SlowDown`,
    })
  })

  it('expires for a function that never succeeds, with its error', async () => {
    const { receive } = receiverOf([rule('r', [filter])], { invocations: [thrown, thrown, thrown] })
    expect((await receive(message)).rules[0]?.actions).toEqual([
      {
        kind: 'lambda',
        outcome: 'expired',
        functionArn,
        error: { type: 'Error', message: 'no good' },
        invocations: [thrown, thrown, thrown],
      },
    ])
  })

  it('is not waited for once the receiver is closed', async () => {
    const { receiver, receive } = receiverOf(
      [rule('r', [store])],
      { puts: ['fail', 'fail'] },
      { retryDelaysMs: [3_600_000] },
    )
    const received = receive(message)
    setImmediate(() => receiver.close())
    expect((await received).rules[0]?.end).toBe('expired')
  })

  it('does not hold up the rules when the function is invoked as an Event, and idle() waits for it', async () => {
    const { receive, receiver, asked, reports } = receiverOf([rule('r', [queue, store])], {
      invocations: [thrown, thrown, thrown],
    })
    const received = await receive(message)
    await receiver.idle()
    expect(received.rules[0]?.actions.map(({ outcome }) => outcome)).toEqual(['queued', 'stored'])
    expect([eventsIn(asked).length, reports.map(({ kind }) => kind)]).toEqual([
      3,
      ['retrying', 'retrying', 'event-failed'],
    ])
  })
})

describe('an event that is delivered twice', () => {
  it('is the same event, and the first answer counts', async () => {
    const { receive, asked } = receiverOf(
      [rule('r', [filter])],
      { invocations: [returned({ disposition: 'STOP_RULE_SET' }), returned(null)] },
      { duplicate: true },
    )
    const received = await receive(message)
    const events = eventsIn(asked)
    expect([events.length, events[0]]).toEqual([2, events[1]])
    expect(received.disposition).toBe('STOP_RULE_SET')
    expect(received.rules[0]?.actions[0]).toMatchObject({
      invocations: [returned({ disposition: 'STOP_RULE_SET' }), returned(null)],
    })
  })

  it('is chosen message by message', async () => {
    const times = [true, false]
    const { receive, asked } = receiverOf([rule('r', [filter])], {}, { duplicate: () => times.shift() ?? false })
    await receive(message)
    await receive(message)
    expect(eventsIn(asked).length).toBe(3)
  })
})

describe('the receiver', () => {
  it('says the id before the rules have run, and is idle when all have', async () => {
    let release = (): void => undefined
    const held = new Promise<void>((resolve) => (release = resolve))
    const finished: string[] = []
    const { receiver } = receiverOf(
      [rule('r', [store])],
      {},
      {
        putObject: () => held,
        onReceived: ({ messageId }) => finished.push(messageId),
      },
    )
    await receiver.accept(envelope, Buffer.from(message))
    await receiver.accept(envelope, Buffer.from(message))
    expect(finished).toEqual([])
    release()
    await receiver.idle()
    expect(finished).toEqual([id, id])
  })

  it('runs no more messages at once than it is told to, and loses none', async () => {
    let running = 0
    let most = 0
    const { receiver, reports } = receiverOf(
      [rule('r', [store])],
      {},
      {
        messagesAtOnce: 3,
        putObject: async () => {
          most = Math.max(most, (running += 1))
          await new Promise((resolve) => setImmediate(resolve))
          running -= 1
        },
      },
    )
    const accepted = await Promise.all(
      Array.from({ length: 250 }, () => receiver.accept(envelope, Buffer.from(message))),
    )
    await receiver.idle()
    expect([accepted.length, most, running, reports]).toEqual([250, 3, 0, []])
  })
})

describe('the scan', () => {
  const gtube = 'XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X'
  // Turned round, so that no scanner takes this file away.
  const eicar = Array.from('*H+H$!ELIF-TSET-SURIVITNA-DRADNATS-RACIE$}7)CC7)^P(45XZP\\4[PA@%P!O5X').reverse().join('')
  const base64 = (text: string): string =>
    Buffer.from(`${'x'.repeat(100)}${text}`)
      .toString('base64')
      .replaceAll(/.{76}/g, '$&\r\n')

  it.each([
    ['nothing', 'hello', { spam: 'PASS', virus: 'PASS' }],
    ['the spam test string', gtube, { spam: 'FAIL', virus: 'PASS' }],
    ['the virus test file', eicar, { spam: 'PASS', virus: 'FAIL' }],
    ['the virus test file in base64', base64(eicar), { spam: 'PASS', virus: 'FAIL' }],
    ['both in base64 parts', `${base64(gtube)}\r\n\r\n--b\r\n\r\n${base64(eicar)}`, { spam: 'FAIL', virus: 'FAIL' }],
  ])('finds %s', (_, body, verdicts) => {
    expect(scan(Buffer.from(`Subject: x\r\n\r\n${body}\r\n`))).toEqual(verdicts)
  })
})

function namesIn(stored: string): readonly string[] {
  const block = stored.slice(0, stored.indexOf('\r\n\r\n'))
  return block.split('\r\n').flatMap((line) => (line.startsWith(' ') ? [] : [line.slice(0, line.indexOf(':'))]))
}
