import { describe, expect, it } from 'vitest'
import { decide } from '../../../lambda/core/decide.ts'
import type { DirectoryEntry, DomainAnswer } from '../../../lambda/core/facts.ts'
import type { DomainPolicy, RecipientsPolicy } from '../../../lambda/core/policy.ts'
import { directoryQuestions, recipientQuestions } from '../../../lambda/core/questions.ts'
import { mailboxes } from '../../../local/memory/recipient-directory.ts'
import { domainOf, entryOf, factsOf, messageOf, policyOf } from '../../builders.ts'

const complete: ReadonlyMap<string, DomainAnswer> = new Map([['example.com', { answer: 'complete' }]])

/** How one address of example.com resolves in a complete directory that holds just these entries. */
function resolved(
  address: string,
  entries: Readonly<Record<string, Partial<DirectoryEntry>>>,
  domain: Partial<DomainPolicy> = {},
  recipients: Partial<RecipientsPolicy> = {},
): string {
  const policy = policyOf({
    domains: [domainOf('example.com', domain), domainOf('xn--bcher-kva.example')],
    recipients: { ...policyOf().recipients, ...recipients },
  })
  const directory = {
    entries: new Map(Object.entries(entries).map(([key, entry]) => [key, entryOf(entry)])),
    domains: new Map([...complete, ['xn--bcher-kva.example', { answer: 'complete' } as const]]),
  }
  const verdict = decide(factsOf(messageOf({ recipients: [address] }), policy, directory), policy)
  const [recipient] = verdict.recipients
  return [recipient?.answer, recipient?.matchedBy].filter(Boolean).join(' by ')
}

const alice = { 'alice@example.com': {} }

describe('recipients: the forms of an address', () => {
  it.each<
    readonly [form: string, address: string, entries: Readonly<Record<string, Partial<DirectoryEntry>>>, answer: string]
  >([
    ['an exact entry', 'alice@example.com', alice, 'known by exact'],
    [
      'an exact entry with a label, before its base',
      'alice+a@example.com',
      { ...alice, 'alice+a@example.com': { kind: 'alias', target: 'x@example.com' } },
      'known by alias',
    ],
    ['a sub-address', 'alice+news@example.com', alice, 'known by sub-address'],
    ['a sub-address of several labels', 'alice+a+b@example.com', alice, 'known by sub-address'],
    [
      'a sub-address of several labels, one of which is an entry',
      'alice+a+b@example.com',
      { 'alice+a@example.com': {} },
      'known by sub-address',
    ],
    ['an empty label', 'alice+@example.com', alice, 'known by sub-address'],
    ['a label with nothing before it', '+x@example.com', alice, 'unknown'],
    [
      'a label with nothing before it, under a catch-all',
      '+x@example.com',
      { '@example.com': { kind: 'catch-all' } },
      'known by catch-all',
    ],
    ['upper case', 'ALICE@EXAMPLE.COM', alice, 'known by exact'],
    ['a decomposed letter', 'ande\u0301@example.com', { 'and\u00e9@example.com': {} }, 'known by exact'],
    ['a final dot', 'alice@example.com.', alice, 'known by exact'],
    ['an IDN as U-label', 'alice@B\u00fccher.example', { 'alice@xn--bcher-kva.example': {} }, 'known by exact'],
    ['an IDN as A-label', 'alice@XN--BCHER-KVA.example', { 'alice@xn--bcher-kva.example': {} }, 'known by exact'],
    ['full-width dots', 'alice@example\uff0ecom', alice, 'known by exact'],
    ['ideographic dots', 'alice@example\u3002com', alice, 'known by exact'],
    ['a quoted local part that needs no quotes', '"alice"@example.com', alice, 'known by exact'],
    ['a quoted local part that needs them', '"a b"@example.com', { '"a b"@example.com': {} }, 'known by exact'],
    [
      'an alias',
      'sales@example.com',
      { 'sales@example.com': { kind: 'alias', target: 'alice@example.com' } },
      'known by alias',
    ],
    ['a catch-all', 'anybody@example.com', { '@example.com': { kind: 'catch-all' } }, 'known by catch-all'],
    [
      'a denied address under a catch-all',
      'no@example.com',
      { '@example.com': { kind: 'catch-all' }, 'no@example.com': { kind: 'deny' } },
      'unknown',
    ],
    [
      'an address whose denial was dropped',
      'no@example.com',
      {
        '@example.com': { kind: 'catch-all' },
        'no@example.com': { kind: 'deny', removedAt: '2026-11-21T00:00:00.000Z' },
      },
      'known by catch-all',
    ],
    [
      'a sub-address of a denied one',
      'no+x@example.com',
      { '@example.com': { kind: 'catch-all' }, 'no@example.com': { kind: 'deny' } },
      'unknown',
    ],
    ['nobody', 'nobody@example.com', alice, 'unknown'],
    ['postmaster in any case, in no directory', 'PostMaster@example.com', alice, 'known by always-exists'],
    ['postmaster without a domain', 'postmaster', alice, 'known by always-exists'],
    [
      'abuse, although the directory denies it',
      'abuse@example.com',
      { 'abuse@example.com': { kind: 'deny' } },
      'known by always-exists',
    ],
    ['a sub-address of abuse', 'abuse+x@example.com', alice, 'known by always-exists'],
    ['a percent sign that a URL parser would decode', 'alice@exa%6dple.com', alice, 'unavailable'],
    ['a host that a URL parser would take for an IP address', 'alice@0x7f.1', alice, 'unavailable'],
    ['a domain with a path', 'alice@example.com/x', alice, 'unavailable'],
    ['a domain that is not configured', 'alice@example.net', alice, 'unavailable'],
    ['no domain at all', 'alice', alice, 'unavailable'],
    ['BATV', 'prvs=1234abcdef=alice@example.com', alice, 'known by return-path'],
    ['BATV in upper case', 'PRVS=1234ABCDEF=Alice@example.com', alice, 'known by return-path'],
    ['BATV of somebody who does not exist', 'prvs=1234abcdef=nobody@example.com', alice, 'unknown'],
    ['the tag of a Barracuda', 'btv1==0123456789a==alice@example.com', alice, 'known by return-path'],
    ['SRS as Exchange Online writes it', 'alice+SRS=aBcDe=XY@example.com', alice, 'known by return-path'],
    ['SRS on a host that was not declared for it', 'SRS0=hash=ts=other.example=joe@example.com', alice, 'unknown'],
  ])('reads %s', (_form, address, entries, answer) => {
    expect(resolved(address, entries)).toBe(answer)
  })

  it('reads an address that is longer than any key of the directory: it cannot be in it, but its base can', () => {
    const long = 'x'.repeat(3000)
    expect(resolved(`${long}@example.com`, alice)).toBe('unknown')
    expect(resolved(`alice+${long}@example.com`, alice)).toBe('known by sub-address')
    expect(resolved(`${long}@example.com`, { '@example.com': { kind: 'catch-all' } })).toBe('known by catch-all')
  })

  it('heeds case where the domain says that it matters', () => {
    expect(resolved('Alice@example.com', alice, { foldCase: false })).toBe('unknown')
    expect(resolved('alice@EXAMPLE.com', alice, { foldCase: false })).toBe('known by exact')
  })

  it('knows the return paths that the operator declared', () => {
    const bounce = { bounceAddresses: ['news-bounces[+-]*'] }
    expect(resolved('news-bounces+bob=x.example@example.com', alice, {}, bounce)).toBe('known by return-path')
    expect(resolved('news-bounces@example.com', alice, {}, bounce)).toBe('unknown')
    const srs = { srsDomains: ['example.com'] }
    expect(resolved('SRS0=hash=ts=other.example=joe@example.com', alice, {}, srs)).toBe('known by return-path')
  })

  it('takes another delimiter, several, or none', () => {
    expect(resolved('alice-news@example.com', alice, { subAddressDelimiters: '-' })).toBe('known by sub-address')
    expect(resolved('alice-a+b@example.com', alice, { subAddressDelimiters: '+-' })).toBe('known by sub-address')
    expect(resolved('alice+news@example.com', alice, { subAddressDelimiters: '' })).toBe('unknown')
  })
})

describe('recipients: what protects the mail of those who exist', () => {
  const gone = (removedAt: string) => ({ 'alice@example.com': { removedAt } })

  it('takes a recipient who was removed within the grace period for known', () => {
    expect(resolved('alice@example.com', gone('2026-10-23T00:00:00.000Z'))).toBe('known by recently-removed')
    expect(resolved('alice@example.com', gone('2026-10-20T00:00:00.000Z'))).toBe('unknown')
    expect(resolved('alice@example.com', gone('not a time'))).toBe('known by recently-removed')
  })

  it('does not ask for a domain that the operator does not want checked', () => {
    expect(resolved('anybody@example.com', {}, { checkRecipients: false })).toBe('known by not-checked')
  })

  it.each([
    ['never imported', undefined],
    ['empty', { answer: 'incomplete', why: 'empty' }],
    ['unreadable', { answer: 'unavailable', cause: 'timeout' }],
  ] as const)('takes nobody for a stranger while the directory is %s', (_name, domain) => {
    const message = messageOf({ recipients: ['nobody@example.com', 'denied@example.com'] })
    const domains = new Map(domain === undefined ? [] : [['example.com', domain]])
    const entries = new Map([['denied@example.com', entryOf({ kind: 'deny' })]])
    const verdict = decide(factsOf(message, policyOf(), { entries, domains }), policyOf())
    expect([verdict.action, verdict.recipients.map(({ answer }) => answer)]).toEqual([
      'deliver',
      ['unavailable', 'unavailable'],
    ])
  })

  it('takes three unknown recipients of four for an attempt to find names, two of four not', () => {
    const codes = (...recipients: readonly string[]) =>
      decide(factsOf(messageOf({ recipients }), policyOf(), mailboxes('a@example.com')), policyOf()).reasons.map(
        ({ code }) => code,
      )
    expect(codes('a@example.com', 'b@example.com', 'c@example.com', 'd@example.com')).toContain(
      'many-recipients-unknown',
    )
    expect(codes('a@example.com', 'a+1@example.com', 'c@example.com', 'd@example.com')).not.toContain(
      'many-recipients-unknown',
    )
  })
})

describe('recipientQuestions', () => {
  it('asks for each key once, however many recipients share it', () => {
    const recipients = ['alice@example.com', 'alice@example.com', 'Alice+x@example.com', 'bob@example.com']
    expect(directoryQuestions(recipientQuestions(messageOf({ recipients }), policyOf()))).toEqual({
      keys: ['alice@example.com', '@example.com', 'alice+x@example.com', 'bob@example.com'],
      domains: ['example.com'],
    })
  })

  it('asks nothing for a domain that is bypassed', () => {
    const policy = policyOf({ domains: [domainOf('example.com', { mode: 'bypass' })] })
    expect(directoryQuestions(recipientQuestions(messageOf(), policy))).toEqual({ keys: [], domains: [] })
  })
})
