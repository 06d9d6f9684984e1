import { describe, expect, it } from 'vitest'
import { hmacSha1, hmacSha256 } from '../../lambda/adapters/node-hmac.ts'
import type { RecipientDirectory } from '../../lambda/ports/recipient-directory.ts'
import type { ProofKeyUse } from '../../lambda/core/policy.ts'
import { makePrvs } from '../../lambda/core/protocol/batv.ts'
import { makeHmacHeader } from '../../lambda/core/protocol/hmac-header.ts'
import { makeHmacTag } from '../../lambda/core/protocol/hmac-tag.ts'
import { makeSrs0 } from '../../lambda/core/protocol/srs.ts'
import type { SentEntry } from '../../lambda/core/sent-log.ts'
import { createMemoryDirectory, mailboxes } from '../../local/memory/recipient-directory.ts'
import { bouncesOf, domainOf, messageOf, policyOf, saying, weighing, zoneOf } from '../builders.ts'
import { makeKey, signed } from '../system/signer.ts'
import {
  arrival,
  bounceWorld,
  days,
  forged,
  hintsOf,
  inShort,
  keyName,
  minutes,
  noticeOf,
  ourKey,
  sentMail,
  servfail,
  signing,
} from './bounce-world.ts'

const genuine = noticeOf(sentMail())
const authentic = { action: 'deliver', verdicts: ['authentic'], codes: ['bounce-authentic'] }
const undecidable = { action: 'deliver', verdicts: ['undecidable'], codes: ['bounce-undecidable'] }
const unverified = { action: 'deliver', verdicts: ['unverified'], codes: ['bounce-unverified'] }
const backscatter = { action: 'quarantine', verdicts: ['backscatter'], codes: ['bounce-backscatter'] }

/** Two lists that stop together, and one that is asked of the null sender alone. */
const lists = [
  weighing('one.example', 2),
  weighing('two.example', 2),
  zoneOf('safe.example', { appliesWhen: 'null-or-postmaster' }),
]
const listening = policyOf({ ...signing, dnsxl: { zones: lists, record: 1, stop: 3, action: 'quarantine' } })
const hinting = policyOf({
  ...signing,
  dnsxl: {
    zones: [zoneOf('safe.example', { appliesWhen: 'null-or-postmaster' })],
    record: 1,
    stop: 3,
    action: 'quarantine',
  },
})

describe('a bounce that returns a message of ours', () => {
  it('is delivered, and the record says what proves it', async () => {
    const { action, reasons } = await bounceWorld().receive(genuine)
    expect({ action, reasons }).toEqual({
      action: 'deliver',
      reasons: [
        {
          code: 'report-recognised',
          kind: 'dsn',
          evidence: ['report-type', 'delivery-status-part', 'null-sender', 'mailer-daemon', 'daemon-from'],
        },
        {
          code: 'bounce-authentic',
          address: 'alice@example.com',
          proof: 'dkim',
          d: 'example.com',
          s: 'k1',
          signed_at: minutes(-60),
        },
      ],
    })
  })

  it.each([
    ['a list of senders of backscatter', hinting, ['zone-hint']],
    ['every list', listening, ['zone-listed', 'zone-listed', 'zone-hint', 'dnsxl-stopped']],
  ])('is delivered from a client that is on %s', async (_, policy, codes) => {
    const outcome = inShort(await bounceWorld({ policy, zones: saying('127.0.0.2') }).receive(genuine))
    expect(outcome).toMatchObject({ action: 'deliver', verdicts: ['authentic'] })
    expect(outcome.codes.toSorted()).toEqual(['bounce-authentic', ...codes].toSorted())
  })

  it.each([
    ['a virus', 'virus', policyOf(signing), 'virus-found'],
    [
      'spam, by policy',
      'spam',
      policyOf({ ...signing, scans: { ...signing.scans, spam: 'quarantine' } }),
      'spam-found',
    ],
  ] as const)('is stopped for %s all the same', async (_, scan, policy, code) => {
    const scans = { ...messageOf().scans, [scan]: 'fail' }
    expect(inShort(await bounceWorld({ policy }).receive(genuine, { scans }))).toEqual({
      action: 'quarantine',
      verdicts: ['authentic'],
      codes: ['bounce-authentic', code],
    })
  })

  it('makes no unknown recipient known', async () => {
    const mail = noticeOf(sentMail({ from: 'nobody@example.com' }), { to: 'nobody@example.com' })
    expect(inShort(await bounceWorld().receive(mail))).toEqual({
      action: 'discard',
      verdicts: [],
      codes: ['recipient-unknown'],
    })
  })

  it.each([
    ['bob, who did not write it', 'bob@example.com', ['author-is-another']],
    ['an alias of another', 'help@example.com', ['author-is-another']],
  ])('proves nothing to %s, and is not backscatter', async (_, recipient, hints) => {
    const entries = { 'help@example.com': { kind: 'alias', target: 'bob@example.com', removedAt: null } } as const
    const outcome = await bounceWorld({ entries }).receive(genuine, { recipients: [recipient] })
    expect([inShort(outcome), hintsOf(outcome)]).toEqual([unverified, hints])
  })

  it.each([
    ['a sub-address of the author', 'alice@example.com', 'alice+plan@example.com'],
    ['the author in other letters', 'Alice@Example.com', 'ALICE@example.com'],
    ['whom an alias of the author means', 'sales@example.com', 'alice@example.com'],
    ['an alias of the author', 'alice@example.com', 'sales@example.com'],
    ['another alias of the same mailbox', 'sales@example.com', 'orders@example.com'],
  ])('is delivered as authentic to %s', async (_, from, recipient) => {
    const alias = { kind: 'alias', target: 'alice@example.com', removedAt: null } as const
    const world = bounceWorld({ entries: { 'sales@example.com': alias, 'orders@example.com': alias } })
    expect(inShort(await world.receive(noticeOf(sentMail({ from })), { recipients: [recipient] }))).toEqual(authentic)
  })

  it('cannot be judged while the directory does not say whether author and recipient are one', async () => {
    const known = createMemoryDirectory(mailboxes('alice@example.com', 'bob@example.com'))
    const silentOf =
      (silent: string): RecipientDirectory =>
      async (questions, signal) => {
        const { entries, domains } = await known(questions, signal)
        const cause = { answer: 'unavailable', cause: 'timeout' } as const
        return {
          entries: new Map([...entries].map(([key, answer]) => [key, key === silent ? cause : answer])),
          domains,
        }
      }
    for (const silent of ['alice@example.com', 'bob@example.com']) {
      const outcome = await bounceWorld({ directory: silentOf(silent) }).receive(genuine, {
        recipients: ['bob@example.com'],
      })
      expect(outcome).toMatchObject({ action: 'deliver', verdicts: ['undecidable'] })
      expect(outcome.reasons.find(({ code }) => code === 'bounce-undecidable')).toMatchObject({ silent: ['directory'] })
    }
  })

  it.each([
    ['too old', { at: days(-15) }, ['signature-too-old']],
    ['of a strange key under our selector', { key: makeKey('ed25519-sha256', 'k1') }, ['signature-fails']],
    ['of somebody else altogether', { from: 'carol@partner.example', key: null }, ['returned-from-is-not-ours']],
  ])('is only unverified if its signature is %s', async (_, changes, hints) => {
    const outcome = await bounceWorld().receive(noticeOf(sentMail(changes)))
    expect([inShort(outcome), hintsOf(outcome)]).toEqual([unverified, hints])
  })

  it('is only unverified if somebody put another From on top', async () => {
    const mail = Buffer.concat([Buffer.from('From: Bank <bob@example.com>\r\n'), sentMail()])
    const outcome = await bounceWorld().receive(noticeOf(mail))
    expect([inShort(outcome), hintsOf(outcome)]).toEqual([unverified, ['several-from-fields']])
  })

  it('counts by the outermost message where a bounce was returned in a bounce', async () => {
    const inner = (message: Buffer, from: string): Buffer =>
      noticeOf(message, { from, top: ['Message-ID: <b1@example.com>', `Date: ${new Date(arrival).toUTCString()}`] })
    const names = ['from', 'to', 'date', 'message-id']
    const ours = signed(
      inner(sentMail({ key: null }), 'alice@example.com'),
      ourKey,
      'relaxed',
      names,
      Date.parse(arrival) / 1000,
    )
    expect(inShort(await bounceWorld().receive(noticeOf(ours)))).toEqual(authentic)
    const theirs = inner(sentMail(), 'MAILER-DAEMON@away.example')
    expect(inShort(await bounceWorld().receive(noticeOf(theirs)))).toEqual(unverified)
  })
})

describe('a bounce that returns no message of ours', () => {
  it('is quarantined from a clean client, because all our mail is signed', async () => {
    const outcome = await bounceWorld().receive(forged())
    expect(inShort(outcome)).toEqual(backscatter)
    expect(outcome.reasons[1]).toEqual({
      code: 'bounce-backscatter',
      address: 'alice@example.com',
      because: 'not-signed',
    })
  })

  it.each([
    ['the policy discards backscatter', policyOf({ ...signing, bounces: bouncesOf({ action: 'discard' }) }), 'discard'],
    ['the domain observes', policyOf({ domains: [{ ...firstOf(signing), mode: 'observe' }] }), 'deliver'],
    ['nothing says that all mail is signed', policyOf(), 'deliver'],
  ] as const)('ends as the policy says where %s', async (_, policy, action) => {
    expect((await bounceWorld({ policy }).receive(forged())).action).toBe(action)
  })

  it('is backscatter with a signature that anybody can write, under a selector that we never had', async () => {
    const made = noticeOf(sentMail({ key: makeKey('ed25519-sha256', 'nosuch') }))
    expect(inShort(await bounceWorld().receive(made))).toEqual(backscatter)
  })

  it('is not backscatter if a server of ours gave it up, which may not have signed it yet', async () => {
    const mail = sentMail({ key: null })
    const own = policyOf({ ...signing, bounces: bouncesOf({ ownServers: ['relay.hosting.example'] }) })
    for (const reportingMta of ['out.example.com', 'A1.relay.hosting.example']) {
      expect(inShort(await bounceWorld({ policy: own }).receive(noticeOf(mail, { reportingMta })))).toEqual(unverified)
    }
    const byUs = Buffer.from(mail.toString().replace('by mx.away.example', 'by out.example.com'))
    expect(inShort(await bounceWorld().receive(noticeOf(byUs)))).toEqual(unverified)
  })

  it('is not backscatter if the server returned less than it had', async () => {
    const less = Buffer.from(
      sentMail({ key: null })
        .toString()
        .replace(/^Received.*\r\n/, ''),
    )
    const outcome = await bounceWorld().receive(noticeOf(less))
    expect([inShort(outcome), outcome.reasons[1]]).toEqual([
      unverified,
      { code: 'bounce-unverified', address: 'alice@example.com', why: 'header-incomplete', hints: [] },
    ])
  })

  it('is delivered if it returns nothing at all, and the record says why', async () => {
    const { action, reasons } = await bounceWorld().receive(noticeOf(null))
    expect([action, reasons[1]]).toEqual([
      'deliver',
      { code: 'bounce-unverified', address: 'alice@example.com', why: 'nothing-returned', hints: [] },
    ])
  })

  it('is backscatter to who never sends, whatever it returns, and to no sub-address less', async () => {
    const policy = policyOf({ domains: [domainOf('example.com', { neverSends: ['alice'] })] })
    for (const recipient of ['alice@example.com', 'ALICE+x@example.com', 'prvs=1234567890=alice@example.com']) {
      const outcome = await bounceWorld({ policy }).receive(noticeOf(null), { recipients: [recipient] })
      expect(outcome.reasons.filter(({ code }) => code === 'bounce-backscatter')).toEqual([
        { code: 'bounce-backscatter', address: recipient, because: 'never-sends' },
      ])
    }
    expect(inShort(await bounceWorld({ policy }).receive(noticeOf(null), { recipients: ['bob@example.com'] }))).toEqual(
      unverified,
    )
  })

  it.each([
    ['no mark of SES', [], backscatter],
    ['the Feedback-ID that SES adds', ['Feedback-ID: 1.eu-west-1.abc=:AmazonSES'], unverified],
  ])('is judged by what SES adds where the domain sends through SES alone: %s', async (_, fields, outcome) => {
    const policy = policyOf({ domains: [domainOf('example.com', { sendsOnlyVia: 'ses' })] })
    const mail = noticeOf(sentMail({ key: null, fields }))
    expect(inShort(await bounceWorld({ policy }).receive(mail))).toEqual(outcome)
  })

  it.each([
    ['nobody', null, ['several-recipients']],
    ['somebody', 'postmaster@away.example', []],
  ])('looks wrong to several recipients only if it comes from nobody: %s', async (_, reversePath, hints) => {
    const recipients = ['alice@example.com', 'bob@example.com']
    const outcome = await bounceWorld().receive(noticeOf(null), { recipients, reversePath })
    expect(new Set(hintsOf(outcome))).toEqual(new Set(hints))
  })

  it('never stops postmaster', async () => {
    const outcome = await bounceWorld().receive(forged(), { recipients: ['Postmaster@example.com'] })
    expect(inShort(outcome)).toEqual({
      ...backscatter,
      action: 'deliver',
      codes: ['recipient-always-exists', 'bounce-backscatter'],
    })
  })

  it('is stopped for what looks wrong only where the policy says so', async () => {
    const strict = policyOf({ ...hinting, bounces: bouncesOf({ onHints: 'quarantine' }) })
    const listed = saying('127.0.0.2')
    const mild = await bounceWorld({ policy: hinting, zones: listed }).receive(noticeOf(null))
    expect([mild.action, hintsOf(mild)]).toEqual(['deliver', ['client-listed']])
    const harsh = await bounceWorld({ policy: strict, zones: listed }).receive(noticeOf(null))
    expect(harsh.reasons.filter(({ code }) => code === 'bounce-suspected')).toEqual([
      { code: 'bounce-suspected', address: 'alice@example.com', hints: ['client-listed'] },
    ])
    expect(harsh.action).toBe('quarantine')
    expect((await bounceWorld({ policy: strict }).receive(noticeOf(null))).action).toBe('deliver')
  })
})

describe('our public keys', () => {
  it.each([
    ['no list', signing],
    ['a list of senders of backscatter', hinting],
    ['every list', listening],
  ])('leave it open whose mail it is while the DNS is down, with the client on %s', async (_, policy) => {
    const world = bounceWorld({ policy, zones: saying('127.0.0.2') })
    world.dns.set(keyName, servfail)
    expect(await world.receive(genuine)).toMatchObject({ action: 'deliver', verdicts: undecidable.verdicts })
    expect(world.failures).toEqual(['proof-silent'])
  })

  it('prove on once they are gone from the DNS, if they have proven before', async () => {
    const world = bounceWorld()
    await world.receive(genuine)
    world.dns.delete(keyName)
    expect(inShort(await world.receive(noticeOf(sentMail({ id: '2@example.com' }))))).toEqual(authentic)
    expect(world.knownKeys.keys).toEqual(new Map([[keyName, [[ourKey.record]]]]))
  })

  it('prove nothing if they are gone and nobody ever saw them, and are not backscatter', async () => {
    const world = bounceWorld()
    world.dns.delete(keyName)
    expect(inShort(await world.receive(genuine))).toEqual(unverified)
    expect([...world.knownKeys.keys]).toEqual([])
  })

  it('prove nothing any more once they are revoked, be it remembered or not', async () => {
    const world = bounceWorld()
    await world.receive(genuine)
    world.dns.set(keyName, { answer: 'records', records: [['v=DKIM1; p=']] })
    expect(inShort(await world.receive(genuine))).toEqual(unverified)
    world.dns.delete(keyName)
    expect(inShort(await world.receive(genuine))).toEqual(unverified)
  })

  it('leave it open when they are gone and the memory does not answer', async () => {
    const world = bounceWorld()
    world.dns.delete(keyName)
    world.knownKeys.failWith('timeout')
    expect(inShort(await world.receive(genuine))).toEqual(undecidable)
  })

  it('are not remembered for a signature that fails, whatever somebody has us look up', async () => {
    const world = bounceWorld()
    await world.receive(noticeOf(sentMail({ key: makeKey('ed25519-sha256', 'k1') })))
    expect([...world.knownKeys.keys]).toEqual([])
    expect(world.asked).toEqual([keyName])
  })

  it('still prove when they cannot be remembered, which is counted', async () => {
    const world = bounceWorld()
    world.knownKeys.failWith('throttled')
    expect(inShort(await world.receive(genuine))).toEqual(authentic)
    expect(world.failures).toEqual(['bounce-memory-failed'])
  })
})

describe('the sent log', () => {
  const entry: SentEntry = {
    messageId: 'plan-1@example.com',
    reversePath: 'alice@example.com',
    destinations: ['gone@away.example'],
    sentAt: days(-1),
  }
  const unsignedMail = noticeOf(sentMail({ key: null }))
  const short = policyOf({ ...signing, bounces: bouncesOf({ maxAgeDays: 3 }) })

  it('proves what it has for whom it could not reach', async () => {
    const { action, reasons } = await bounceWorld({ sent: [entry] }).receive(unsignedMail)
    expect([action, reasons[1]]).toEqual([
      'deliver',
      {
        code: 'bounce-authentic',
        address: 'alice@example.com',
        proof: 'sent-log',
        message_id: 'plan-1@example.com',
        sent_at: days(-1),
      },
    ])
  })

  it.each([
    ['went out for bob', { reversePath: 'bob@example.com' }, signing, ['author-is-another']],
    ['went out a year ago', { sentAt: days(-365) }, signing, ['sent-too-long-ago']],
    ['went out longer ago than the policy says', { sentAt: days(-4) }, short, ['sent-too-long-ago']],
  ] as const)('proves nothing to alice of what %s', async (_, changes, policy, hints) => {
    const world = bounceWorld({
      sent: [{ ...entry, ...changes }],
      policy: policyOf({ ...policy, domains: [domainOf('example.com')] }),
    })
    const outcome = await world.receive(unsignedMail)
    expect([inShort(outcome), hintsOf(outcome)]).toEqual([unverified, hints])
  })

  it('says nothing against what it does not have, and nothing for whom it names somebody else', async () => {
    expect(inShort(await bounceWorld({ policy: policyOf(), sent: [] }).receive(unsignedMail))).toEqual(unverified)
    const other = noticeOf(sentMail({ key: null }), { failed: ['eve@away.example'] })
    expect(inShort(await bounceWorld({ policy: policyOf(), sent: [entry] }).receive(other))).toEqual(unverified)
  })

  it('proves three times, in whatever letters the domain of the Message-ID comes back', async () => {
    const world = bounceWorld({ policy: policyOf(), sent: [entry] })
    const verdicts: unknown[] = []
    for (const id of ['plan-1@example.com', 'plan-1@EXAMPLE.com', 'plan-1@Example.com', 'plan-1@example.COM']) {
      verdicts.push((await world.receive(noticeOf(sentMail({ key: null, id })))).verdicts)
    }
    expect(verdicts).toEqual([['authentic'], ['authentic'], ['authentic'], ['unverified']])
  })

  it('leaves it open while it is down', async () => {
    const world = bounceWorld({ sent: [entry] })
    world.sentLog.fail('throttled')
    expect(inShort(await world.receive(unsignedMail))).toEqual(undecidable)
    expect(world.failures).toEqual(['proof-silent'])
  })
})

describe('what our own servers put into a message', () => {
  const secret = { name: '1', secret: Buffer.from('not a secret of anybody') }
  const wrong = { name: '1', secret: Buffer.from('nor is this') }
  const alice = { localPart: 'alice', domain: 'example.com' }
  const policyFor = (use: ProofKeyUse) =>
    policyOf({
      bounces: bouncesOf({ keys: [{ use, name: '1', kept: 'ssm', id: '/1' }] }),
      recipients: { ...signing.recipients, srsDomains: ['example.com'] },
    })
  const tagged = {
    prvs: (key: typeof secret, at: string) => makePrvs(alice, key, at, hmacSha1),
    srs: (key: typeof secret, at: string) =>
      makeSrs0({ localPart: 'carol', domain: 'partner.example' }, key, at, hmacSha1),
    tag: (key: typeof secret, at: string) => makeHmacTag(alice, '+', key, at, hmacSha256),
  }
  const nothing = noticeOf(null)

  describe.each(['prvs', 'srs', 'tag'] as const)('a %s tag in the address', (use) => {
    const receive = (key: typeof secret, at: string, keys: readonly (typeof secret)[] | null) => {
      const world = bounceWorld({ policy: policyFor(use), proofKeys: { [use]: keys } })
      return world.receive(nothing, { recipients: [`${tagged[use](key, at)}@example.com`] })
    }

    it('proves, without anything returned', async () => {
      const outcome = await receive(secret, days(-1), [wrong, secret])
      expect(outcome.action).toBe('deliver')
      expect(outcome.reasons.find(({ code }) => code === 'bounce-authentic')).toMatchObject({ proof: use, key: '1' })
    })

    it.each([
      ['is of a strange key', wrong, days(-1), ['tag-fails']],
      ['has expired', secret, days(-40), ['tag-expired']],
    ])('proves nothing if it %s', async (_, key, at, hints) => {
      const outcome = await receive(key, at, [secret])
      expect([outcome.action, outcome.verdicts, hintsOf(outcome)]).toEqual(['deliver', ['unverified'], hints])
    })

    it('leaves it open while its keys cannot be read', async () => {
      const outcome = await receive(secret, days(-1), null)
      expect([outcome.action, outcome.verdicts]).toEqual(['deliver', ['undecidable']])
    })
  })

  it('leaves it open while the keys of a tag cannot be read, though another proof is used up', async () => {
    const world = bounceWorld({ policy: policyFor('prvs'), proofKeys: { prvs: null } })
    const recipients = [`${tagged.prvs(secret, days(-1))}@example.com`]
    const verdicts: unknown[] = []
    for (let i = 0; i < 4; i++) verdicts.push((await world.receive(genuine, { recipients })).verdicts)
    expect(verdicts).toEqual([['authentic'], ['authentic'], ['authentic'], ['undecidable']])
    expect(world.failures).toEqual(['proof-silent', 'proof-silent', 'proof-silent', 'proof-silent'])
  })

  describe('the field Quietgate-Proof', () => {
    const field = (key: typeof secret, at: string): readonly string[] => [
      `Quietgate-Proof: ${makeHmacHeader('alice@example.com', key, at, 'nonce-0001', hmacSha256) ?? ''}`,
    ]
    const receive = (fields: readonly string[], keys: readonly (typeof secret)[] | null, maxAgeDays = 14) => {
      const { bounces, ...policy } = policyFor('header')
      const world = bounceWorld({
        policy: { ...policy, bounces: { ...bounces, maxAgeDays } },
        proofKeys: { header: keys },
      })
      return world.receive(noticeOf(sentMail({ key: null, fields })))
    }

    it('proves for who wrote the message', async () => {
      const { action, reasons } = await receive(field(secret, days(-1)), [secret])
      expect([action, reasons[1]]).toEqual([
        'deliver',
        {
          code: 'bounce-authentic',
          address: 'alice@example.com',
          proof: 'proof-header',
          key: '1',
          signed_at: days(-1),
        },
      ])
    })

    it.each([
      ['is of a strange key', wrong, days(-1), 14],
      ['has expired', secret, days(-15), 30],
      ['is older than the policy says', secret, days(-4), 3],
    ])('proves nothing if it %s', async (_, key, at, maxAgeDays) => {
      const outcome = await receive(field(key, at), [secret], maxAgeDays)
      expect([inShort(outcome), hintsOf(outcome)]).toEqual([unverified, ['proof-header-fails']])
    })

    it('leaves it open while its keys cannot be read', async () => {
      expect(inShort(await receive(field(secret, days(-1)), null))).toEqual(undecidable)
    })
  })
})

describe('the raw mail of a bounce', () => {
  it('is delivered unread when it cannot be read, and that is counted', async () => {
    const world = bounceWorld({ policy: listening, zones: saying('127.0.0.2') })
    world.mail.failWith('refused')
    const outcome = await world.receive(forged())
    expect([outcome.action, outcome.verdicts, outcome.reasons[0]]).toEqual([
      'deliver',
      [],
      {
        code: 'bounce-unread',
        cause: 'refused',
        signs: ['report-type', 'null-sender', 'mailer-daemon', 'daemon-from', 'bounce-subject'],
      },
    ])
    expect(world.failures).toEqual(['mail-unread'])
  })

  it('is not read where no recipient is left', async () => {
    const world = bounceWorld()
    world.mail.failWith('refused')
    const { record } = await world.receive(genuine, { recipients: ['nobody@example.com'] })
    expect(world.failures).toEqual([])
    expect(JSON.parse(record.facts)).toMatchObject({ bounce: { answer: 'not-asked', why: 'no-recipient-left' } })
  })

  it.each([
    ['alice@example.com', []],
    ['prvs=1234567890=alice@example.com', ['mail-unread']],
    ['alice+SRS=abcd=ef@example.com', ['mail-unread']],
    ['SRS0=abcd=ef=partner.example=carol@example.com', ['mail-unread']],
    ['news-bounces+x@example.com', ['mail-unread']],
  ])('is read without any sign in its header only if it comes to a return path: %s', async (recipient, failures) => {
    const recipients = { ...signing.recipients, srsDomains: ['example.com'], bounceAddresses: ['news-bounces[+-]*'] }
    const world = bounceWorld({ policy: policyOf({ ...signing, recipients }) })
    world.mail.failWith('refused')
    const letter = Buffer.from('From: bob@partner.example\r\nSubject: Lunch\r\n\r\nAt noon?\r\n')
    await world.receive(letter, { recipients: [recipient], reversePath: 'bob@partner.example' })
    expect(world.failures).toEqual(failures)
  })
})

function firstOf({ domains }: typeof signing) {
  const [first] = domains
  if (first === undefined) throw new Error('There is no domain.')
  return first
}
