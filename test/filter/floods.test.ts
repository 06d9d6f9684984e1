import { describe, expect, it } from 'vitest'
import type { BounceHistory } from '../../lambda/ports/bounce-history.ts'
import { bouncesOf, domainOf, policyOf, saying, zoneOf } from '../builders.ts'
import {
  bounceWorld,
  forged,
  inShort,
  minutes,
  noticeOf,
  sentMail,
  servfail,
  signing,
  type Short,
} from './bounce-world.ts'

const flood = forged()
/** Whether the policy has nothing but the flood itself to go by. */
const unsigned = policyOf()
const delivered = { action: 'deliver', verdicts: ['authentic'], codes: ['bounce-authentic'] }
const unverified = { action: 'deliver', verdicts: ['unverified'], codes: ['bounce-unverified'] }
const stopped = { action: 'quarantine', verdicts: ['unverified'], codes: ['bounce-unverified', 'bounce-burst'] }

const tally = (outcomes: readonly Short[], like: Short): number =>
  outcomes.filter((outcome) => JSON.stringify(outcome) === JSON.stringify(like)).length

describe('a flood of forged bounces', () => {
  it('stops from the eleventh on, delivers all 20 genuine ones, shows in the metrics, and is over an hour later', async () => {
    const world = bounceWorld({ policy: unsigned })
    const genuine: Short[] = []
    const made: Short[] = []
    for (let i = 0; i < 5000; i++) {
      // A minute in all, by the events' own time.
      const receivedAt = minutes(i / 5000)
      made.push(inShort(await world.receive(flood, { receivedAt })))
      if (i % 250 !== 249) continue
      const one = noticeOf(sentMail({ id: `plan-${i}@example.com`, to: `gone${i}@away.example` }), {
        failed: [`gone${i}@away.example`],
      })
      genuine.push(inShort(await world.receive(one, { receivedAt })))
    }
    expect(genuine).toEqual(Array.from({ length: 20 }, () => delivered))
    expect(made.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => unverified))
    expect(tally(made.slice(10), stopped)).toBe(4990)
    const bursts = world.measured.filter(({ reasons }) => reasons.includes('bounce-burst'))
    expect([world.measured.length, bursts.length, world.failures]).toEqual([5020, 4990, []])
    const during = await world.receive(flood, { receivedAt: minutes(59) })
    expect(inShort(during)).toEqual(stopped)
    const quiet = await world.receive(flood, { receivedAt: minutes(59 + 60) })
    expect(inShort(quiet)).toEqual(unverified)
  }, 60_000)

  it('is no flood for whom it does not come to, and is one for all of his sub-addresses', async () => {
    const world = bounceWorld({ policy: unsigned })
    for (let i = 0; i < 11; i++) await world.receive(flood, { recipients: [`alice+${i}@example.com`] })
    expect(inShort(await world.receive(flood, { recipients: ['ALICE@example.com'] }))).toEqual(stopped)
    expect(inShort(await world.receive(flood, { recipients: ['bob@example.com'] }))).toEqual(unverified)
  })

  it('is none of what comes slowly', async () => {
    const world = bounceWorld({ policy: unsigned })
    const outcomes: Short[] = []
    for (let i = 0; i < 40; i++) outcomes.push(inShort(await world.receive(flood, { receivedAt: minutes(i) })))
    expect(tally(outcomes, unverified)).toBe(40)
  })

  it('never stops postmaster', async () => {
    const world = bounceWorld({ policy: unsigned })
    let last: Short | null = null
    for (let i = 0; i < 12; i++) last = inShort(await world.receive(flood, { recipients: ['postmaster@example.com'] }))
    expect(last).toEqual({
      action: 'deliver',
      verdicts: ['unverified'],
      codes: ['recipient-always-exists', 'bounce-unverified', 'bounce-burst'],
    })
  })

  it('only says what it would do where the policy delivers it, or observes', async () => {
    const burst = { ...bouncesOf().burst, action: 'deliver' as const }
    const mild = bounceWorld({ policy: policyOf({ bounces: bouncesOf({ burst }) }) })
    const observing = bounceWorld({ policy: policyOf({ domains: [domainOf('example.com', { mode: 'observe' })] }) })
    for (const world of [mild, observing]) for (let i = 0; i < 10; i++) await world.receive(flood)
    expect(inShort(await mild.receive(flood))).toEqual({ ...stopped, action: 'deliver' })
    const observed = await observing.receive(flood)
    expect(inShort(observed)).toEqual({ ...stopped, action: 'deliver' })
    expect(observed.record.would_be_action).toBe('quarantine')
  })

  it('is not made by bounces that nobody could judge: 30 in ten minutes, from a client that is on a list of them', async () => {
    const safe = zoneOf('safe.example', { appliesWhen: 'null-or-postmaster' })
    const dnsxl = { ...signing.dnsxl, zones: [safe] }
    const world = bounceWorld({ policy: policyOf({ ...signing, dnsxl }), zones: saying('127.0.0.2') })
    world.dns.set('k1._domainkey.example.com', servfail)
    for (let i = 0; i < 30; i++) {
      const outcome = await world.receive(noticeOf(sentMail({ id: `${i}@example.com` })), {
        receivedAt: minutes(i / 3),
      })
      expect(inShort(outcome)).toEqual({
        action: 'deliver',
        verdicts: ['undecidable'],
        codes: ['bounce-undecidable', 'zone-hint'],
      })
    }
    expect(new Set(world.failures)).toEqual(new Set(['proof-silent']))
  })

  it('is counted by known backscatter, too', async () => {
    const world = bounceWorld()
    for (let i = 0; i < 10; i++) await world.receive(flood)
    expect(inShort(await world.receive(noticeOf(null)))).toEqual(stopped)
  })

  it('is not seen while the memory does not answer', async () => {
    const world = bounceWorld({ policy: unsigned })
    for (let i = 0; i < 11; i++) await world.receive(flood)
    world.history.failWith('timeout')
    expect(inShort(await world.receive(flood))).toEqual({
      ...unverified,
      codes: ['bounce-unverified', 'bounce-memory-unavailable'],
    })
    expect(world.failures).toEqual(['bounce-memory-failed'])
  })
})

describe('one returned message that comes again and again', () => {
  const replay = noticeOf(sentMail())
  const [mailOne, mailTwo] = [sentMail(), sentMail({ id: 'plan-2@example.com' })]

  it('proves three times, then no more, and is stopped once there is a flood of it', async () => {
    const world = bounceWorld({ policy: unsigned })
    const outcomes: Short[] = []
    for (let i = 0; i < 100; i++) outcomes.push(inShort(await world.receive(replay)))
    expect(outcomes.slice(0, 3)).toEqual([delivered, delivered, delivered])
    expect(outcomes.slice(3, 13)).toEqual(Array.from({ length: 10 }, () => unverified))
    expect(tally(outcomes.slice(13), stopped)).toBe(87)
    const last = await world.receive(replay)
    expect(last.reasons).toContainEqual(
      expect.objectContaining({ code: 'bounce-unverified', why: 'replayed' }) as unknown,
    )
  })

  it('is no backscatter when it is used up: it is mail of ours', async () => {
    const world = bounceWorld()
    for (let i = 0; i < 3; i++) await world.receive(replay)
    expect(inShort(await world.receive(replay))).toEqual(unverified)
  })

  it('proves a hundred times at most where it fails for somebody else each time', async () => {
    const world = bounceWorld({ policy: unsigned })
    const mail = sentMail()
    const outcomes: Short[] = []
    for (let i = 0; i < 120; i++) {
      outcomes.push(inShort(await world.receive(noticeOf(mail, { failed: [`gone${i}@away.example`] }))))
    }
    expect(tally(outcomes.slice(0, 100), delivered)).toBe(100)
    expect(tally(outcomes, delivered)).toBe(100)
    expect(tally(outcomes, stopped)).toBe(10)
  })

  it('takes nothing from another message, though both fail for the same recipient', async () => {
    const world = bounceWorld({ policy: unsigned })
    const outcomes: Short[] = []
    for (let i = 0; i < 8; i++) outcomes.push(inShort(await world.receive(noticeOf(i % 2 === 0 ? mailOne : mailTwo))))
    expect(outcomes).toEqual([...Array.from({ length: 6 }, () => delivered), unverified, unverified])
  })

  it('proves no more if one limit is known to be reached, whatever is not heard of the other', async () => {
    const exhausted = { answer: 'exhausted' } as const
    const history: BounceHistory = {
      claim: ({ limit }) => Promise.resolve(limit === 3 ? { answer: 'unavailable', cause: 'timeout' } : exhausted),
      count: () => Promise.resolve({ answer: 'counted', inWindow: 1, burst: false }),
    }
    expect(inShort(await bounceWorld({ policy: unsigned, history }).receive(replay))).toEqual(unverified)
  })

  it('is judged as at first when SES brings the same events again', async () => {
    const world = bounceWorld({ policy: unsigned })
    for (let i = 0; i < 3; i++) await world.receive(replay)
    const again = bounceWorld({ policy: unsigned, history: world.history })
    for (let i = 0; i < 3; i++) expect(inShort(await again.receive(replay))).toEqual(delivered)
    expect(inShort(await again.receive(replay))).toEqual(unverified)
  })

  it('proves on while the memory does not answer, and the record says so', async () => {
    const world = bounceWorld()
    world.history.failWith('throttled')
    for (let i = 0; i < 5; i++) {
      expect(inShort(await world.receive(replay))).toEqual({
        ...delivered,
        codes: ['bounce-authentic', 'bounce-memory-unavailable'],
      })
    }
  })

  it('proves for two recipients of one bounce as it does for one', async () => {
    const world = bounceWorld({
      policy: unsigned,
      entries: { 'sales@example.com': { kind: 'alias', target: 'alice@example.com', removedAt: null } },
    })
    const recipients = ['alice@example.com', 'sales@example.com']
    const outcome = await world.receive(replay, { recipients })
    expect(outcome.record.recipients.map(({ reasons }) => reasons.map(({ code }) => code))).toEqual([
      ['bounce-authentic'],
      ['bounce-authentic'],
    ])
  })
})

describe('an honest mass mailing', () => {
  it('has one signature, and all 300 of its bounces to a declared return path are delivered', async () => {
    const policy = policyOf({
      ...signing,
      recipients: { ...signing.recipients, bounceAddresses: ['news-bounces[+-]*'] },
    })
    const world = bounceWorld({ policy })
    const mail = sentMail({ from: 'news@example.com', to: 'readers@example.com' })
    const outcomes: Short[] = []
    for (let i = 0; i < 300; i++) {
      const recipient = `news-bounces+${i}@example.com`
      const notice = noticeOf(mail, { to: recipient, failed: [`reader${i}@away.example`] })
      outcomes.push(inShort(await world.receive(notice, { receivedAt: minutes(i / 300) })))
    }
    expect(tally(outcomes, { ...delivered, codes: ['recipient-is-return-path', 'bounce-authentic'] })).toBe(300)
  })
})
