import fc from 'fast-check'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { HeaderField } from '../../../lambda/core/protocol/header.ts'
import { clientIpOfReceivedSpf, clientOf, parseSesReceived } from '../../../lambda/core/protocol/received.ts'

const id = 's08vnjngg8o82cpus2084722eiate3c6ig885f01'
const ses = 'inbound-smtp.us-east-1.amazonaws.com'
const stamp = `by ${ses} with SMTP id ${id} for alice@example.com; Thu, 13 Jan 2022 21:02:45 +0000 (UTC)`
/** What a sender would write to be taken for 9.9.9.9, not knowing the id. */
const fake = `x (y [9.9.9.9]) by ${ses} with SMTP id guessed for bob@example.com`

describe('parseSesReceived', () => {
  it.each([
    [
      'a plain line',
      'from mx.example.org (mx.example.org [203.0.113.5])',
      'mx.example.org',
      'mx.example.org',
      '203.0.113.5',
    ],
    [
      'a HELO that is not the reverse name',
      'from a.example (b.example [203.0.113.5])',
      'a.example',
      'b.example',
      '203.0.113.5',
    ],
    ['no reverse name', 'from a.example ([203.0.113.5])', 'a.example', null, '203.0.113.5'],
    ['an unknown reverse name', 'from a.example (unknown [203.0.113.5])', 'a.example', null, '203.0.113.5'],
    ['no HELO', 'from (b.example [203.0.113.5])', null, 'b.example', '203.0.113.5'],
    ['IPv6 with its tag', 'from a.example (b.example [IPv6:2001:DB8::1])', 'a.example', 'b.example', '2001:db8::1'],
    ['IPv6 without it', 'from a.example (b.example [2001:db8:0::1])', 'a.example', 'b.example', '2001:db8::1'],
    ['IPv4 mapped to IPv6', 'from a.example (b.example [::ffff:203.0.113.5])', 'a.example', 'b.example', '203.0.113.5'],
    ['a lost opening parenthesis', 'from smtp.example.com [203.0.113.5])', 'smtp.example.com', null, '203.0.113.5'],
    ['a lost closing parenthesis', 'from a.example (b.example [203.0.113.5]', 'a.example', 'b.example', '203.0.113.5'],
    [
      'a HELO that is an address',
      'from [10.0.0.1] (b.example [203.0.113.5])',
      '[10.0.0.1]',
      'b.example',
      '203.0.113.5',
    ],
    [
      'brackets and parentheses in the HELO',
      'from [8.8.8.8] (host (x [9.9.9.9]) [203.0.113.5])',
      '[8.8.8.8]',
      'host (x [9.9.9.9])',
      '203.0.113.5',
    ],
    ['closing parentheses in the HELO', 'from a))) (b [203.0.113.5])', 'a)))', 'b', '203.0.113.5'],
    ['a whole block in the HELO', 'from a (b [9.9.9.9]) (c [203.0.113.5])', 'a (b [9.9.9.9])', 'c', '203.0.113.5'],
    ['a whole line in the HELO', `from ${fake} (c [203.0.113.5])`, fake, 'c', '203.0.113.5'],
    [
      'a HELO that would swallow the stamp',
      `from a by ${ses} with SMTP id ([203.0.113.5])`,
      `a by ${ses} with SMTP id`,
      null,
      '203.0.113.5',
    ],
    [
      'a HELO that breaks off in a stamp',
      `from a by inbound-smtp. (c [203.0.113.5])`,
      'a by inbound-smtp.',
      'c',
      '203.0.113.5',
    ],
  ])('reads %s', (_, from, helo, rdns, ip) => {
    expect(parseSesReceived(`${from} ${stamp}`, id)).toEqual({ ip, helo, rdns, by: ses, id })
  })

  it('reads a folded line', () => {
    const folded = `from a.example (b.example [203.0.113.5])\r\n\tby ${ses} with SMTP id ${id}\r\n for x@example.com; date`
    expect(parseSesReceived(folded, id)).toEqual({
      ip: '203.0.113.5',
      helo: 'a.example',
      rdns: 'b.example',
      by: ses,
      id,
    })
  })

  it('takes the stamp with the right id for its own where the sender wrote another into the recipient', () => {
    const line = `from a (b [203.0.113.5]) by ${ses} with SMTP id ${id} for "${fake}"@example.com; date`
    expect(parseSesReceived(line, id)).toEqual({ ip: '203.0.113.5', helo: 'a', rdns: 'b', by: ses, id })
  })

  it('names no address where the id cannot tell two stamps apart', () => {
    const line = `from ${fake} (c [203.0.113.5]) ${stamp}`
    expect(parseSesReceived(line)).toEqual({ ip: null, helo: null, rdns: null, by: ses, id })
    const guessed = line.replace('guessed', id)
    expect(parseSesReceived(guessed, id)).toEqual({ ip: null, helo: null, rdns: null, by: ses, id })
  })

  it('needs no id where there is one stamp with an address', () => {
    expect(parseSesReceived(`from a by inbound-smtp.x (b [203.0.113.5]) ${stamp}`).ip).toBe('203.0.113.5')
  })

  it.each([
    ['an address that is the HELO alone', 'from [9.9.9.9]'],
    ['an address that is the HELO alone, with a parenthesis', 'from [9.9.9.9])'],
    ['no brackets', 'from a (b 203.0.113.5)'],
    ['something behind the bracket', 'from a (b [203.0.113.5] x)'],
    ['no address', 'from a (b [here-redacted])'],
    ['an address that only a browser reads', 'from a (b [0x7f.1])'],
    ['no from', '(b [203.0.113.5])'],
    ['nothing', ''],
  ])('names no address for %s', (_, from) => {
    expect(parseSesReceived(` ${from} ${stamp}`, id)).toMatchObject({ ip: null, helo: null })
  })

  it.each([
    'from a (b [203.0.113.5]) by mx.example.com with ESMTP id 1 for x; date',
    'from a (b [203.0.113.5]) by inbound-smtpX.amazonaws.com with SMTP id 1; date',
    'from a (b [203.0.113.5]) by Inbound-Smtp.us-east-1.amazonaws.com with SMTP id 1; date',
    '',
  ])('finds no stamp of SES in %j', (line) => {
    expect(parseSesReceived(line, '1')).toEqual({ ip: null, helo: null, rdns: null, by: null, id: null })
  })

  it('is not moved by anything that a sender says for HELO or recipient', () => {
    const words = fc.constantFrom(
      'from',
      'by',
      ` by ${ses}`,
      ' with SMTP id ',
      'guessed',
      '(',
      ')',
      '[9.9.9.9]',
      '([9.9.9.9])',
      ' ',
      ';',
      'for',
      'x',
    )
    const said = fc.array(words, { maxLength: 14 }).map((all) => all.join(''))
    fc.assert(
      fc.property(said, said, said, (helo, rdns, rcpt) => {
        const line = `from ${helo} (${rdns} [203.0.113.5]) by ${ses} with SMTP id ${id} for ${rcpt}; date`
        const read = parseSesReceived(line, id)
        expect([read.ip, read.by, read.id]).toEqual(['203.0.113.5', ses, id])
      }),
      { numRuns: 1000 },
    )
  })

  it('answers any text, with names that are no longer than it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const { helo, rdns } = parseSesReceived(`from ${text} ${stamp}`, id)
        expect((helo ?? '').length + (rdns ?? '').length).toBeLessThanOrEqual(text.length)
      }),
    )
  })
})

describe('clientIpOfReceivedSpf', () => {
  it.each([
    [
      'pass (spfCheck: domain of x designates 203.0.113.5 as permitted sender) client-ip=203.0.113.5; envelope-from=a@x; helo=x;',
      '203.0.113.5',
    ],
    ['none (spfCheck: 203.0.113.5 is neither permitted nor denied) client-ip=203.0.113.5; helo=x;', '203.0.113.5'],
    ['none client-ip=203.0.113.5;', '203.0.113.5'],
    ['client-ip=203.0.113.5', '203.0.113.5'],
    ['pass (x) client-ip=2001:DB8::1; helo=x', '2001:db8::1'],
    ['pass (x) client-ip=[IPv6:2001:db8::1]; helo=x', '2001:db8::1'],
    ['pass (x)client-ip=203.0.113.5', '203.0.113.5'],
    ['pass (domain of client-ip=9.9.9.9; x) client-ip=203.0.113.5;', '203.0.113.5'],
    ['pass (a (b) client-ip=9.9.9.9; x) client-ip=203.0.113.5;', '203.0.113.5'],
    ['pass (domain of ( client-ip=9.9.9.9; ) x) client-ip=203.0.113.5;', '203.0.113.5'],
    [String.raw`pass (domain of \) client-ip=9.9.9.9; x) client-ip=203.0.113.5;`, '203.0.113.5'],
    // A bracket in the sender's domain keeps the comment open.
    ['pass (domain of a(b client-ip=9.9.9.9; x) client-ip=203.0.113.5; helo=x;', '203.0.113.5'],
    ['pass (x) client-ip=203.0.113.5; envelope-from="a; client-ip=9.9.9.9"; helo=client-ip=9.9.9.9;', '203.0.113.5'],
    ['pass (x) envelope-from="a; client-ip=9.9.9.9"; client-ip=203.0.113.5;', '203.0.113.5'],
    ['pass (x) no-client-ip=9.9.9.9; client-ip=203.0.113.5;', '203.0.113.5'],
    ['pass (x) client-ip=here-redacted; helo=x', null],
    ['pass (x client-ip=9.9.9.9', null],
    ['pass (client-ip=9.9.9.9)', null],
    ['pass', null],
    ['', null],
  ])('reads %j', (value, ip) => {
    expect(clientIpOfReceivedSpf(value)).toBe(ip)
  })

  it('answers any text with an address or null', () => {
    const piece = fc.constantFrom('(', ')', '"', '\\', ';', ' ', 'client-ip=', '203.0.113.5', 'x', '[', ']')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        expect([null, '203.0.113.5']).toContain(clientIpOfReceivedSpf(pieces.join('')))
      }),
      { numRuns: 1000 },
    )
  })
})

describe('clientOf', () => {
  const received = { name: 'Received', value: `from a.example (b.example [203.0.113.5]) ${stamp}` }
  const spf = {
    name: 'Received-SPF',
    value: 'pass (spfCheck: x) client-ip=203.0.113.5; envelope-from=a@x; helo=a.example;',
  }
  const verdicts = [
    { name: 'X-SES-Spam-Verdict', value: 'PASS' },
    { name: 'X-SES-Virus-Verdict', value: 'PASS' },
  ]
  const tail = [
    { name: 'Authentication-Results', value: 'amazonses.com; spf=pass' },
    { name: 'X-SES-RECEIPT', value: 'AEFB' },
    { name: 'X-SES-DKIM-SIGNATURE', value: 'a=rsa-sha256; d=amazonses.com' },
  ]
  const sesBlock = [{ name: 'Return-Path', value: '<a@x>' }, received, ...verdicts, spf, ...tail]
  const own = [
    { name: 'Received', value: 'from c (d [198.51.100.9]) by b.example with ESMTPS id 1; date' },
    { name: 'From', value: 'a@x' },
  ]
  const client = { kind: 'client', ip: '203.0.113.5', helo: 'a.example' }
  const lies = sesBlock.map(({ name, value }) => ({ name, value: value.replaceAll('203.0.113.5', '9.9.9.9') }))
  const without = (name: string) => sesBlock.filter((field) => field.name !== name)
  const replaced = (name: string, value: string) =>
    sesBlock.map((field) => (field.name === name ? { name, value } : field))

  it.each<readonly [string, readonly HeaderField[], unknown]>([
    ['names the client that SES saw', [...sesBlock, ...own], client],
    [
      'names it in any case of the field names',
      sesBlock.map(({ name, value }) => ({ name: name.toUpperCase(), value })),
      client,
    ],
    [
      'names it below a field that was put on top',
      [{ name: 'List-Unsubscribe', value: 'x' }, ...sesBlock, ...own],
      client,
    ],
    ['names it above copies of all SES fields', [...sesBlock, ...lies, ...own], client],
    ['names it without scans', [received, spf, ...tail, ...own], client],
    ['knows nobody without Received', [spf, { name: 'From', value: 'a@x' }], { kind: 'unknown', why: 'no-received' }],
    ['knows nobody without fields', [], { kind: 'unknown', why: 'no-received' }],
    [
      'knows nobody where another server wrote the first Received',
      [...own, ...sesBlock],
      { kind: 'unknown', why: 'not-by-ses' },
    ],
    [
      'knows nobody where the id is of another message',
      replaced('Received', received.value.replace(id, 'other')),
      { kind: 'unknown', why: 'wrong-id' },
    ],
    [
      'knows nobody where there is no id',
      replaced('Received', `from a (b [203.0.113.5]) by ${ses}; date`),
      { kind: 'unknown', why: 'wrong-id' },
    ],
    [
      'knows nobody where the address cannot be read',
      replaced('Received', `from a (b) ${stamp}`),
      { kind: 'unknown', why: 'unreadable' },
    ],
    [
      'knows nobody without Received-SPF',
      [...without('Received-SPF'), ...own],
      { kind: 'unknown', why: 'no-received-spf' },
    ],
    [
      "does not take the sender's Received-SPF for the missing one",
      [...without('Received-SPF'), spf, ...own],
      { kind: 'unknown', why: 'no-received-spf' },
    ],
    [
      'does not take one behind a second Received',
      [received, ...own, spf],
      { kind: 'unknown', why: 'no-received-spf' },
    ],
    [
      'knows nobody where Received-SPF cannot be read',
      replaced('Received-SPF', 'pass (client-ip=203.0.113.5)'),
      { kind: 'unknown', why: 'unreadable' },
    ],
    [
      'knows nobody where the two disagree',
      replaced('Received-SPF', 'pass (x) client-ip=203.0.113.6;'),
      { kind: 'unknown', why: 'disagree' },
    ],
  ])('%s', (_, fields, expected) => {
    expect(clientOf(fields, id)).toEqual(expected)
  })

  it('sees that two ways of writing an address agree', () => {
    const fields = [
      { name: 'Received', value: `from a (b [IPv6:2001:DB8:0::1]) ${stamp}` },
      { name: 'Received-SPF', value: 'pass (x) client-ip=2001:db8::1;' },
    ]
    expect(clientOf(fields, id)).toEqual({ kind: 'client', ip: '2001:db8::1', helo: 'a' })
  })
})

const events = new URL('../../../../shared/ses-events/', import.meta.url)

describe.skipIf(!existsSync(events))(
  'clientOf, on captured events (skipped where ../shared/ses-events is absent)',
  () => {
    const google = { kind: 'client', ip: '209.85.128.45', helo: 'mail-wm1-f45.google.com' }
    const proton = { kind: 'client', ip: '185.70.43.24', helo: 'mail-4324.protonmail.ch' }

    it('knows the client of each', () => {
      const clients = readdirSync(events)
        .filter((file) => file.endsWith('.json'))
        .map((file) => {
          const event = JSON.parse(readFileSync(new URL(file, events), 'utf8')) as CapturedEvent
          const { headers, messageId } = event.Records[0].ses.mail
          return [file, clientOf(headers, messageId)]
        })
      expect(Object.fromEntries(clients)).toEqual({
        'dmarc-failed-email.json': google,
        'domain-recipient-email.json': proton,
        'replies-email.json': proton,
        's3-stored-email.json': google,
        's3-stored-replies-email.json': google,
        'single-recipient-email.json': proton,
        'single-recipient-list-email.json': proton,
        'spamVerdict-FAIL-email.json': proton,
      })
    })
  },
)

type CapturedEvent = {
  readonly Records: readonly [
    { readonly ses: { readonly mail: { readonly messageId: string; readonly headers: readonly HeaderField[] } } },
  ]
}
