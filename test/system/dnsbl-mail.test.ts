import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { send, type Outgoing } from '../../local/send.ts'
import { startLists, type Lists } from './lists.ts'
import { testEntries, type Listings, type ListState } from './rbldnsd.ts'
import { startObservedStack, type ObservedStack } from './stack.ts'

const spammer = '203.0.113.66'
const spammer6 = '2001:db8::66'
const friend = '203.0.113.25'
const forwarder = '198.51.100.25'
const partner = '198.51.100.10'

/** Under their own names, with what the catalogue knows of them; `sole.example` is a list of the operator's own. */
const states: Readonly<Record<string, ListState>> = {
  'bl.spamcop.net': lists({ [spammer]: ['127.0.0.2'], [friend]: ['127.0.0.2'] }),
  'psbl.surriel.com': lists({ [spammer]: ['127.0.0.2'], [friend]: ['127.0.0.2'] }),
  'list.dnswl.org': lists({ '127.0.0.2': ['127.0.10.0'], [friend]: ['127.0.5.2'] }),
  'ips.backscatterer.org': lists({ [forwarder]: ['127.0.0.2'], [spammer]: ['127.0.0.2'] }),
  'sole.example': lists({ [spammer6]: ['127.0.0.4'] }),
}

const config = {
  mode: 'enforce',
  domains: ['example.com'],
  dnsbl: {
    zones: [
      'bl.spamcop.net=127.0.0.2*2',
      'psbl.surriel.com=127.0.0.2*2',
      'list.dnswl.org=127.0.[2..9;11..15;20].2*-3',
      'ips.backscatterer.org',
      { term: 'sole.example=127.0.0.[2..11]*3', operator: 'Sole', authoritative: true },
    ],
    record: 1,
    stop: 3,
    action: 'quarantine',
  },
} as const

const letter: Outgoing = {
  clientIp: partner,
  helo: 'mail.partner.example',
  reversePath: 'carol@partner.example',
  recipients: ['alice@example.com'],
  message: text('From: carol@partner.example', 'To: alice@example.com', 'Subject: Lunch on Friday?', '', 'Yours'),
}

let world: Lists
let observed: ObservedStack
beforeAll(async () => {
  world = await startLists(new Map(Object.entries(states)))
  return () => world.close()
})
beforeAll(async () => {
  observed = await startObservedStack({
    config: { ...config, dns: { servers: [world.resolver.address] } },
    names: 'network',
  })
  return () => observed.close()
})
beforeEach(() => world.resolver.clearQuestions())
afterEach(() => {
  expect(observed.complaints).toEqual([])
})

describe('mail from clients that lists name', () => {
  it('is quarantined when two operators list the client', async () => {
    expect(await fateOf({ clientIp: spammer })).toEqual({
      action: 'quarantine',
      disposition: 'STOP_RULE_SET',
      reasons: [
        listing('bl.spamcop.net', 'SpamCop', '127.0.0.2', 2),
        listing('psbl.surriel.com', 'PSBL', '127.0.0.2', 2),
        { code: 'dnsxl-stopped', score: 4, threshold: 3, operators: ['SpamCop', 'PSBL'] },
      ],
    })
  })

  it('is delivered when a list of good clients speaks for it', async () => {
    expect(await fateOf({ clientIp: friend })).toEqual({
      action: 'deliver',
      disposition: 'CONTINUE',
      reasons: [
        listing('bl.spamcop.net', 'SpamCop', '127.0.0.2', 2),
        listing('psbl.surriel.com', 'PSBL', '127.0.0.2', 2),
        listing('list.dnswl.org', 'DNSWL', '127.0.5.2', -3),
        { code: 'dnsxl-recorded', score: 1, threshold: 1 },
      ],
    })
  })

  it('is quarantined when an authoritative list names its IPv6 address', async () => {
    expect(await fateOf({ clientIp: spammer6 })).toEqual({
      action: 'quarantine',
      disposition: 'STOP_RULE_SET',
      reasons: [
        listing('sole.example', 'Sole', '127.0.0.4', 3),
        { code: 'dnsxl-stopped', score: 3, threshold: 3, operators: ['Sole'] },
      ],
    })
  })

  it('costs one question a zone, and none in safe mode, when nobody lists the client', async () => {
    expect(await fateOf({})).toEqual({ action: 'deliver', disposition: 'CONTINUE', reasons: [] })
    expect(asked()).toEqual([
      '10.100.51.198.bl.spamcop.net',
      '10.100.51.198.list.dnswl.org',
      '10.100.51.198.psbl.surriel.com',
      '10.100.51.198.sole.example',
    ])
  })

  it('costs no question at all when nobody of its recipients exists', async () => {
    const fate = await fateOf({ clientIp: '203.0.113.67', recipients: ['nobody@example.com', 'noone@example.com'] })
    expect(fate).toMatchObject({ action: 'discard', disposition: 'STOP_RULE_SET' })
    expect(asked()).toEqual([])
  })
})

describe('Backscatterer, which is asked in safe mode alone', () => {
  const hint = { code: 'zone-hint', zone: 'ips.backscatterer.org', return_codes: ['127.0.0.2'] }
  const hinted = (...before: readonly object[]) => ({
    action: 'deliver',
    disposition: 'CONTINUE',
    reasons: [...before, hint],
  })
  const isAsked = () => asked().some((name) => name === `25.100.51.198.ips.backscatterer.org`)

  it('is never asked about mail from a normal sender', async () => {
    expect(await fateOf({ clientIp: forwarder })).toEqual({ action: 'deliver', disposition: 'CONTINUE', reasons: [] })
    expect(asked().filter((name) => name.endsWith('.ips.backscatterer.org'))).toEqual([])
  })

  it('adds no points, so that a receipt of reading is delivered although the client is listed', async () => {
    expect(await fateOf({ clientIp: forwarder, reversePath: null, message: receipt() })).toEqual(
      hinted({ code: 'report-recognised', kind: 'mdn', evidence: ['report-type'] }),
    )
    expect(isAsked()).toBe(true)
  })

  it('adds no points, so that a vacation reply is delivered although the client is listed', async () => {
    expect(await fateOf({ clientIp: forwarder, reversePath: null, message: vacationReply() })).toEqual(
      hinted({ code: 'report-recognised', kind: 'auto-reply', evidence: ['auto-reply-field', 'reply-subject'] }),
    )
  })

  it('adds no points, so that a person who writes from postmaster@ is delivered although the client is listed', async () => {
    const reversePath = 'Postmaster@partner.example'
    expect(await fateOf({ clientIp: forwarder, reversePath })).toEqual(hinted())
  })

  it('takes nothing off either: what two other lists say of a null sender counts', async () => {
    const { action, reasons } = await fateOf({ clientIp: spammer, reversePath: null, message: vacationReply() })
    expect([action, reasons.map(({ code }) => code)]).toEqual([
      'quarantine',
      ['report-recognised', 'zone-listed', 'zone-listed', 'zone-hint', 'dnsxl-stopped'],
    ])
  })
})

/** What became of the letter, changed so, as its record says. */
async function fateOf(changes: Partial<Outgoing>) {
  const sent = await send(observed.stack.smtpPort, { ...letter, ...changes })
  expect(sent.answer).toBe('accepted')
  const [outcome, ...others] = await observed.outcomes()
  expect(others).toEqual([])
  const { action, disposition, reasons } = outcome!.record
  expect(outcome!.received.disposition).toBe(disposition)
  return { action, disposition, reasons }
}

/** What the zones were asked. SPF and DMARC ask for other names, and not for addresses. */
function asked(): readonly string[] {
  return world.resolver.questions().toSorted()
}

function listing(zone: string, operator: string, code: string, weight: number) {
  return { code: 'zone-listed', zone, operator, return_codes: [code], weight }
}

function lists(listings: Listings): ListState {
  return { kind: 'lists', listings: { ...testEntries, ...listings } }
}

/** RFC 8098. */
function receipt(): Buffer {
  return text(
    'From: carol@partner.example',
    'To: alice@example.com',
    'Subject: Read: Lunch on Friday?',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=disposition-notification; boundary="part"',
    '',
    '--part',
    '',
    'Your message was displayed.',
    '--part',
    'Content-Type: message/disposition-notification',
    '',
    'Final-Recipient: rfc822; carol@partner.example',
    'Original-Message-ID: <lunch@example.com>',
    'Disposition: manual-action/MDN-sent-manually; displayed',
    '--part--',
  )
}

/** RFC 3834. */
function vacationReply(): Buffer {
  return text(
    'From: carol@partner.example',
    'To: alice@example.com',
    'Subject: Out of the office: Lunch on Friday?',
    'Auto-Submitted: auto-replied',
    'In-Reply-To: <lunch@example.com>',
    '',
    'I am back on Monday.',
  )
}

function text(...lines: readonly string[]): Buffer {
  return Buffer.from(`${lines.join('\r\n')}\r\n`)
}
