import { describe, expect, it } from 'vitest'
import { dispositionOf } from '../lambda/adapters/ses-event.ts'
import type { Measurement } from '../lambda/core/effects.ts'
import type { AddressAnswer, ControlFact } from '../lambda/core/facts.ts'
import { recordFailure } from '../lambda/fail-open.ts'
import { filter, type Ports } from '../lambda/filter.ts'
import type { Failure } from '../lambda/ports/metrics.ts'
import { createMemoryBouncePorts } from '../local/memory/bounce-ports.ts'
import { factsOf } from '../lambda/core/recorded-facts.ts'
import { createMemoryEntries } from '../local/memory/entries.ts'
import { createMemorySeenMarks } from '../local/memory/seen-marks.ts'
import { createMemoryDirectory, mailboxes } from '../local/memory/recipient-directory.ts'
import { controlOf, listPolicy, messageOf, policyOf, saying, soundControl } from './builders.ts'
import { validatingRecordStore } from './record-schema.ts'
import { entry } from './contract/entry-list.ts'

const key = 'in/dt=2026-11-21/o3vrnil0e2ic28trm7dfhrc2v0clambda4nbp0g1.json'

describe('filter', () => {
  it('records a decision with both results of a message to a known and an unknown recipient, and delivers it', async () => {
    const world = worldOf()
    const message = messageOf({ recipients: ['alice@example.com', 'nobody@example.com'] })
    expect(await world.run(message)).toBe('deliver')
    expect(world.records.records.get(key)).toEqual({
      schema_version: 1,
      message_id: message.id,
      decided_at: '2026-11-21T10:00:01.000Z',
      received_at: '2026-11-21T10:00:00.000Z',
      mode: 'enforce',
      action: 'deliver',
      would_be_action: 'deliver',
      disposition: 'CONTINUE',
      recipients: [
        {
          address: 'alice@example.com',
          answer: 'known',
          matched_by: 'exact',
          mode: 'enforce',
          action: 'deliver',
          would_be_action: 'deliver',
          reasons: [],
        },
        {
          address: 'nobody@example.com',
          answer: 'unknown',
          mode: 'enforce',
          action: 'discard',
          would_be_action: 'discard',
          reasons: [{ code: 'recipient-unknown', address: 'nobody@example.com' }],
        },
      ],
      mail_from: 'bob@partner.example',
      null_sender: false,
      client_ip: '198.51.100.9',
      helo: 'mail.partner.example',
      header_from: 'bob@partner.example',
      header_message_id: '1@partner.example',
      subject: 'Lunch',
      scans: { spam: 'pass', virus: 'pass', spf: 'pass', dkim: 'pass', dmarc: 'pass' },
      reasons: [{ code: 'recipient-unknown', address: 'nobody@example.com' }],
      facts: expect.any(String) as string,
      policy_hash: '0123456789abcdef',
      code_version: '0.1.0+test',
      kept_key: 's3://mail/mail/x',
      timings_ms: { directory: 0, zones: 0, bounce: 0, total: 0 },
      cold_start: true,
    })
  })

  it('asks no zone when every recipient is unknown', async () => {
    const world = worldOf()
    expect(await world.run(messageOf({ recipients: ['nobody@example.com'] }), listPolicy())).toBe('discard')
    expect([world.names, world.entriesAsked]).toEqual([[], []])
  })

  it('asks each zone once, and acts on what they say', async () => {
    const world = worldOf({ lookUp: { answer: 'addresses', addresses: ['127.0.0.2'], ttlSeconds: 60 } })
    expect(await world.run(messageOf(), listPolicy())).toBe('quarantine')
    expect(world.names).toEqual(['9.100.51.198.one.example', '9.100.51.198.two.example'])
  })

  it('asks the control questions of a zone that lists the client, after it heard that, and of no other', async () => {
    const world = worldOf({ lookUp: saying('127.0.0.2') })
    await world.run(messageOf(), listPolicy())
    expect(world.controls).toEqual(['one.example ipv4 since 1000', 'two.example ipv4 since 1000'])
    const quiet = worldOf()
    await quiet.run(messageOf(), listPolicy())
    expect(quiet.controls).toEqual([])
  })

  it('stops nobody by zones that list the world, from their first wrong answer on', async () => {
    const world = worldOf({ lookUp: saying('127.0.0.2'), control: controlOf({ unheardOf: saying('127.0.0.2') }) })
    expect(await world.run(messageOf(), listPolicy())).toBe('deliver')
    expect(world.records.records.get(key)?.reasons.map(({ code }) => code)).toEqual(['zone-unsound', 'zone-unsound'])
  })

  it('asks once which entries match a message, and delivers by one what a list would stop', async () => {
    const allow = entry('partner.example')
    const world = worldOf({ lookUp: saying('127.0.0.2'), entries: createMemoryEntries([entry('x.example'), allow]) })
    expect(await world.run(messageOf(), listPolicy())).toBe('deliver')
    expect(world.entriesAsked).toEqual(['bob@partner.example'])
    const record = world.records.records.get(key)
    expect(record?.reasons.map(({ code }) => code)).toEqual([
      'allow-entry',
      'zone-listed',
      'zone-listed',
      'dnsxl-stopped',
    ])
    expect(factsOf(record ?? { facts: '' })?.entries).toEqual({ answer: 'heard', matching: [allow] })
  })

  it('quarantines what an entry blocks', async () => {
    const world = worldOf({ entries: createMemoryEntries([entry('partner.example', { list: 'block' })]) })
    expect(await world.run()).toBe('quarantine')
    expect([...world.records.pointers.values()].map(({ reasons }) => reasons)).toEqual([['block-entry']])
  })

  it('delivers, and says so, when nobody can say which entries there are', async () => {
    const world = worldOf({
      lookUp: saying('127.0.0.2'),
      entries: () => Promise.resolve({ answer: 'unavailable', cause: 'throttled' }),
    })
    expect(await world.run(messageOf(), listPolicy())).toBe('deliver')
    expect(world.records.records.get(key)?.reasons).toContainEqual({ code: 'entries-unavailable', cause: 'throttled' })
  })

  it('asks for no entries where nobody is left, and records why', async () => {
    const world = worldOf()
    await world.run(messageOf({ recipients: ['nobody@example.com'] }))
    expect(world.entriesAsked).toEqual([])
    expect(factsOf(world.records.records.get(key) ?? { facts: '' })?.entries).toEqual({
      answer: 'not-asked',
      why: 'no-recipient-left',
    })
  })

  it('lists a quarantined message by a pointer, and no other', async () => {
    const world = worldOf()
    await world.run(messageOf({ scans: { ...messageOf().scans, virus: 'fail' } }))
    await world.run(messageOf({ id: 'other', recipients: ['nobody@example.com'] }))
    expect([...world.records.pointers]).toEqual([
      [
        'quarantine/2026-11-21/o3vrnil0e2ic28trm7dfhrc2v0clambda4nbp0g1.json',
        {
          schema_version: 1,
          message_id: messageOf().id,
          received_at: '2026-11-21T10:00:00.000Z',
          record_key: key,
          kept_key: 's3://mail/mail/x',
          reasons: ['virus-found'],
        },
      ],
    ])
  })

  it('delivers what it would have stopped when the record cannot be written, and an alarm can see it', async () => {
    const world = worldOf({ append: () => Promise.resolve({ answer: 'failed', cause: 'SlowDown' }) })
    expect(await world.run(messageOf({ recipients: ['nobody@example.com'] }))).toBe('deliver')
    expect(world.failures).toEqual(['record-failed'])
    expect(world.measured.map(({ action, wouldBeAction }) => [action, wouldBeAction])).toEqual([['deliver', 'discard']])
  })

  it('gives the first answer again when the event comes back after the directory changed, and counts it once', async () => {
    const world = worldOf()
    const message = messageOf({ recipients: ['nobody@example.com'] })
    expect(await world.run(message)).toBe('discard')
    const first = world.records.records.get(key)
    const later = worldOf({ directory: mailboxes('nobody@example.com'), records: world.records })
    expect(await later.run(message)).toBe('discard')
    expect(world.records.records.get(key)).toBe(first)
    expect([later.measured, later.failures]).toEqual([[], ['event-repeated']])
  })

  it('asks nothing in bypass, delivers, and records that', async () => {
    const world = worldOf()
    const { domains, ...rest } = listPolicy()
    const policy = {
      ...rest,
      mode: 'bypass' as const,
      domains: domains.map((domain) => ({ ...domain, mode: 'bypass' as const })),
    }
    expect(await world.run(messageOf({ recipients: ['nobody@example.com'] }), policy)).toBe('deliver')
    expect(world.names).toEqual([])
    expect(world.records.records.get(key)?.reasons).toEqual([{ code: 'bypassed' }])
  })

  it('delivers, and says so, when there is no time left to ask anybody', async () => {
    const world = worldOf()
    const message = messageOf({ recipients: ['nobody@example.com'] })
    expect(await world.run(message, policyOf(), AbortSignal.abort())).toBe('deliver')
    expect(world.records.records.get(key)?.reasons).toEqual([{ code: 'recipients-unavailable', cause: 'aborted' }])
  })

  it('stops asking zones when their budget is spent, and delivers', async () => {
    const world = worldOf({
      hang: true,
    })
    const policy = listPolicy()
    const hasty = { ...policy, dns: { ...policy.dns, budgetMs: 20 } }
    expect(await world.run(messageOf(), hasty)).toBe('deliver')
    expect(world.records.records.get(key)?.reasons).toEqual([
      { code: 'zone-silent', zone: 'one.example', cause: 'aborted' },
      { code: 'zone-silent', zone: 'two.example', cause: 'aborted' },
    ])
  })

  it('keeps the subject out of the record where the operator does not want it', async () => {
    const world = worldOf()
    await world.run(messageOf({ subject: 'The merger' }), policyOf({ privacy: { subject: 'none' } }))
    expect(JSON.stringify([...world.records.records])).not.toContain('merger')
  })

  it.each([0, 1, 101, 500])('gives each of %i recipients its result', async (count) => {
    const world = worldOf()
    const recipients = Array.from({ length: count }, (_, i) =>
      i % 2 === 0 ? 'alice@example.com' : `nobody${i}@example.com`,
    )
    expect(await world.run(messageOf({ recipients }))).toBe('deliver')
    const answers = world.records.records.get(key)?.recipients.map(({ answer }) => answer)
    expect(answers).toEqual(recipients.map((_, i) => (i % 2 === 0 ? 'known' : 'unknown')))
  })
})

describe('recordFailure', () => {
  it('records that the filter failed, and that the message was delivered', async () => {
    const world = worldOf()
    await recordFailure(
      messageOf(),
      new TypeError('x is not a function'),
      policyOf(),
      world.ports,
      AbortSignal.timeout(1000),
    )
    const record = world.records.records.get(key)
    expect([record?.disposition, record?.action, record?.reasons]).toEqual([
      'CONTINUE',
      'deliver',
      [{ code: 'filter-failed', error: 'TypeError: x is not a function' }],
    ])
    expect(world.failures).toEqual(['filter-failed'])
  })
})

const notThere = { answer: 'none', why: 'no-such-name' } as const

/** Ports that answer at once from memory, and remember what they were asked. */
function worldOf(
  changes: {
    readonly directory?: ReturnType<typeof mailboxes>
    readonly lookUp?: AddressAnswer
    readonly control?: ControlFact
    readonly entries?: Ports['entries']
    readonly append?: Ports['records']['append']
    readonly records?: ReturnType<typeof validatingRecordStore>
    /** No zone ever answers. */
    readonly hang?: boolean
  } = {},
) {
  const records = changes.records ?? validatingRecordStore()
  const names: string[] = []
  const controls: string[] = []
  const entriesAsked: (string | null)[] = []
  const measured: Measurement[] = []
  const failures: Failure[] = []
  const ports: Ports = {
    ...createMemoryBouncePorts(),
    seen: createMemorySeenMarks(),
    directory: createMemoryDirectory(changes.directory ?? mailboxes('alice@example.com')),
    entries: (question, signal) => {
      entriesAsked.push(question.parties().envelopeSender?.address ?? null)
      return (changes.entries ?? createMemoryEntries())(question, signal)
    },
    zones: {
      lookUp: ({ name }, signal) => {
        names.push(name)
        if (changes.hang !== true) return Promise.resolve({ answer: changes.lookUp ?? notThere, heardAt: 1000 })
        return new Promise((resolve) => {
          const answer = { answer: 'failed', cause: 'aborted' } as const
          signal.addEventListener('abort', () => resolve({ answer, heardAt: 1000 }))
        })
      },
      control: (zone, family, since) => {
        controls.push(`${zone} ${family} since ${since}`)
        return Promise.resolve(changes.control ?? soundControl)
      },
    },
    records: { ...records, append: changes.append ?? records.append },
    metrics: {
      decided: (measurement) => void measured.push(measurement),
      failed: (what) => void failures.push(what),
    },
    clock: () => Date.parse('2026-11-21T10:00:01.000Z'),
    stopwatch: () => 0,
    run: { coldStart: true, codeVersion: '0.1.0+test', keptKey: 's3://mail/mail/x' },
    dispositionOf,
  }
  const run = (message = messageOf(), policy = policyOf(), asking = AbortSignal.timeout(5000)) =>
    filter(message, policy, ports, { asking, acting: AbortSignal.timeout(5000) })
  return { ports, records, names, controls, entriesAsked, measured, failures, run }
}
