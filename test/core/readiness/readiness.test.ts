import { describe, expect, it } from 'vitest'
import { readinessOf } from '../../../lambda/core/readiness/judge.ts'
import type { Readiness } from '../../../lambda/core/readiness/readiness.ts'
import { takeRecord, type DomainTally } from '../../../lambda/core/readiness/tally.ts'
import type { DecisionRecord } from '../../../lambda/core/record.ts'
import { recordFixture } from '../../record-fixture.ts'
import { mail, to } from '../trace/builders.ts'

const base = recordFixture()
const confirmed = { ...base.scans, dmarc: 'pass' } as const
const unconfirmed = { ...base.scans, dmarc: 'fail' } as const

/** Two weeks of ordinary mail: a message a day from each of three correspondents. */
function fortnight(): DecisionRecord[] {
  return days().flatMap((day) =>
    ['partner.example', 'shop.example', 'school.example'].map((domain) =>
      written(`anna@${domain}`, to('alice@example.com', { mode: 'observe' }), day),
    ),
  )
}

function days(): readonly string[] {
  return Array.from({ length: 14 }, (_, at) => `2026-11-${String(at + 1).padStart(2, '0')}`)
}

function written(
  from: string,
  recipient: Parameters<typeof mail>[0][number],
  day: string,
  changes: Partial<DecisionRecord> = {},
): DecisionRecord {
  return mail([recipient], {
    received_at: `${day}T10:00:00.000Z`,
    header_from: from,
    mail_from: from,
    scans: confirmed,
    ...changes,
  })
}

function stranger(address: string) {
  return to(address, {
    answer: 'unknown',
    mode: 'observe',
    would_be_action: 'discard',
    reasons: [{ code: 'recipient-unknown', address }],
  })
}

function judged(records: readonly DecisionRecord[]): Readiness {
  const tallies = new Map<string, DomainTally>()
  for (const record of records) takeRecord(tallies, record)
  const tally = tallies.get('example.com')
  if (tally === undefined) throw new Error('no mail for example.com')
  return readinessOf('example.com', tally)
}

describe('the readiness of a domain', () => {
  it('is given after two weeks in which nothing but attempts at names would be stopped', () => {
    const attempts = days().map((day, at) =>
      written('x@spam.example', stranger(`name${at}@example.com`), day, { scans: unconfirmed }),
    )
    expect(judged([...fortnight(), ...attempts])).toEqual({
      domain: 'example.com',
      mode: 'observe',
      first: '2026-11-01T10:00:00.000Z',
      last: '2026-11-14T10:00:00.000Z',
      days: 14,
      recipients: 56,
      stops: [{ action: 'discard', code: 'recipient-unknown', recipients: 14 }],
      lookAt: [],
      lookAtMore: 0,
      blind: [],
      verdict: 'ready',
    })
  })

  it('names all five people who are missing from the directory, among ten thousand names that somebody tried', () => {
    const missing = ['erik', 'frida', 'gustav', 'hanna', 'ivar'].map((name) => `${name}@example.com`)
    const wanted = missing.flatMap((address, at) => [
      written('anna@partner.example', stranger(address), days()[at] ?? ''),
      written('bo@unheard-of.example', stranger(address), days()[at + 3] ?? ''),
    ])
    // Spammers confirm themselves, too; they try each name once.
    const tried = Array.from({ length: 10_000 }, (_, at) =>
      written(`x@spam${at % 50}.example`, stranger(`try${at}@example.com`), days()[at % 14] ?? ''),
    )
    const { verdict, lookAt, lookAtMore } = judged([...tried, ...wanted, ...fortnight()])
    expect(verdict).toBe('look-first')
    expect(lookAtMore).toBe(0)
    expect(lookAt.map((one) => (one.kind === 'unknown-recipient' ? one.address : one.domain)).toSorted()).toEqual(
      missing,
    )
    expect(lookAt[0]).toMatchObject({ messages: 2, days: 2, senders: 2, correspondents: 1 })
  })

  it('names a stranger to whom confirmed mail comes on three days, though nobody else here hears of that sender', () => {
    const wanted = days().slice(0, 3)
    const shown = judged([
      ...fortnight(),
      ...wanted.map((day) => written('news@list.example', stranger('erik@example.com'), day)),
    ])
    expect(shown.lookAt).toMatchObject([{ kind: 'unknown-recipient', address: 'erik@example.com', days: 3 }])
    const twice = judged([
      ...fortnight(),
      ...wanted.slice(1).map((day) => written('news@list.example', stranger('erik@example.com'), day)),
    ])
    expect(twice.lookAt).toEqual([])
  })

  it('names a correspondent whose mail a list would stop, and not one whose mail has a virus', () => {
    const listed = to('alice@example.com', { mode: 'observe', would_be_action: 'quarantine' })
    const { lookAt } = judged([
      ...fortnight(),
      written('anna@shop.example', listed, '2026-11-12', {
        message_id: 'the-listed-one',
        reasons: [{ code: 'dnsxl-stopped', score: 4, threshold: 3, operators: ['A', 'B'] }],
      }),
      written('anna@school.example', listed, '2026-11-12', { reasons: [{ code: 'virus-found' }] }),
    ])
    expect(lookAt).toEqual([
      {
        kind: 'sender',
        domain: 'shop.example',
        code: 'dnsxl-stopped',
        messages: 1,
        delivered: 14,
        example: 'the-listed-one',
      },
    ])
  })

  it('names a correspondent on lists although their latest message had a virus', () => {
    const listed = to('alice@example.com', { mode: 'observe', would_be_action: 'quarantine' })
    const of = (day: string, code: 'dnsxl-stopped' | 'virus-found') =>
      written('anna@shop.example', listed, day, {
        reasons: [code === 'virus-found' ? { code } : { code, score: 4, threshold: 3, operators: ['A', 'B'] }],
      })
    const { verdict, lookAt } = judged([
      ...fortnight(),
      of('2026-11-12', 'dnsxl-stopped'),
      of('2026-11-13', 'virus-found'),
    ])
    expect([verdict, lookAt]).toMatchObject([
      'look-first',
      [{ domain: 'shop.example', code: 'dnsxl-stopped', messages: 1 }],
    ])
  })

  it('is not there yet where nobody knows whom the lists would have stopped', () => {
    const blind = written('anna@partner.example', to('zoe@example.com'), '2026-11-10', {
      reasons: [{ code: 'entries-unavailable', cause: 'timeout' }],
    })
    const { verdict, blind: told } = judged([...fortnight(), blind])
    expect([verdict, told]).toEqual(['not-yet', [{ code: 'entries-unavailable', recipients: 1 }]])
  })

  it('believes no From field that DMARC does not confirm', () => {
    const forged = days().map((day) =>
      written('anna@partner.example', stranger('erik@example.com'), day, { scans: unconfirmed }),
    )
    expect(judged([...fortnight(), ...forged]).verdict).toBe('ready')
  })

  it('is too early with mail of six days', () => {
    expect(judged(fortnight().slice(0, 18)).verdict).toBe('too-early')
  })

  it('is not there yet while the directory cannot say who exists, and comes when it can', () => {
    const incomplete = { code: 'directory-incomplete', domain: 'example.com', why: 'never-imported' } as const
    const blind = (day: string) =>
      written('anna@partner.example', to('zoe@example.com', { reasons: [incomplete] }), day)
    expect(judged([...fortnight(), blind('2026-11-14')]).verdict).toBe('not-yet')
    const mended = judged([blind('2026-11-01'), ...fortnight()])
    expect([mended.verdict, mended.blind]).toEqual(['ready', [{ code: 'directory-incomplete', recipients: 1 }]])
  })

  it('leaves out domains that are not served', () => {
    const tallies = new Map<string, DomainTally>()
    const address = 'x@elsewhere.example'
    const reasons = [{ code: 'recipient-not-checked', address, why: 'domain-not-served' } as const]
    takeRecord(tallies, mail([to(address, { reasons })]))
    expect(tallies.size).toBe(0)
  })

  it('holds so many names and no more, and says that there were more', () => {
    const tallies = new Map<string, DomainTally>()
    for (let at = 0; at < 20_005; at += 1) {
      takeRecord(tallies, {
        ...written('x@spam.example', stranger(`n${at}@example.com`), '2026-11-01'),
        message_id: `${at}`,
      })
    }
    const tally = tallies.get('example.com')
    expect([tally?.strangers.size, tally?.dropped]).toEqual([20_000, 5])
  })
})
