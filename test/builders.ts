import type { AddressAnswer, ControlFact, DirectoryEntry, Facts, NotAskedWhy, ZoneFact } from '../lambda/core/facts.ts'
import { noBounce, type BounceFact } from '../lambda/core/bounce-facts.ts'
import type { EntriesFact } from '../lambda/core/entries/entries-fact.ts'
import type { Message } from '../lambda/core/message.ts'
import type { BouncesPolicy, DomainPolicy, Policy, ZonePolicy } from '../lambda/core/policy.ts'
import { directoryQuestions, recipientFacts, recipientQuestions } from '../lambda/core/questions.ts'
import type { MemoryDirectory } from '../local/memory/recipient-directory.ts'

/** An ordinary message to alice@example.com, from a client in a documentation range. */
export function messageOf(changes: Partial<Message> = {}): Message {
  return {
    id: 'o3vrnil0e2ic28trm7dfhrc2v0clambda4nbp0g1',
    receivedAt: '2026-11-21T10:00:00.000Z',
    reversePath: 'bob@partner.example',
    recipients: ['alice@example.com'],
    client: { kind: 'client', ip: '198.51.100.9', helo: 'mail.partner.example' },
    received: [],
    fromField: 'bob@partner.example',
    fromFields: 1,
    toField: ['alice@example.com'],
    headerMessageId: '1@partner.example',
    subject: 'Lunch',
    reportSigns: [],
    scans: { spam: 'pass', virus: 'pass', spf: 'pass', dkim: 'pass', dmarc: 'pass', dmarcPolicy: null },
    problems: [],
    ...changes,
  }
}

export function domainOf(name: string, changes: Partial<DomainPolicy> = {}): DomainPolicy {
  return {
    name,
    mode: 'enforce',
    subAddressDelimiters: '+',
    foldCase: true,
    checkRecipients: true,
    aliasOf: null,
    dkimSelectors: [],
    allOutboundSigned: false,
    sendsOnlyVia: null,
    neverSends: [],
    ...changes,
  }
}

export function zoneOf(zone: string, changes: Partial<ZonePolicy> = {}): ZonePolicy {
  return {
    zone,
    terms: [{ pattern: '127.0.0.[2..11]', weight: 2 }],
    operator: zone,
    authoritative: false,
    appliesWhen: 'always',
    families: 'both',
    listingCodes: ['127.0.[0..20].[0..255]'],
    errorCodes: [],
    definesLoopback: false,
    testEntries: true,
    ...changes,
  }
}

/** A zone with one term of this weight. */
export function weighing(zone: string, weight: number, changes: Partial<ZonePolicy> = {}): ZonePolicy {
  return zoneOf(zone, { terms: [{ pattern: '127.0.[0..20].[1..254]', weight }], ...changes })
}

/** A policy that enforces for example.com and asks no zone. */
export function policyOf(changes: Partial<Policy> = {}): Policy {
  return {
    hash: '0123456789abcdef',
    mode: 'enforce',
    deadlineMs: 8000,
    domains: [domainOf('example.com')],
    recipients: { unknown: 'discard', graceDays: 30, bounceAddresses: [], srsDomains: [] },
    dnsxl: { zones: [], record: 1, stop: 3, action: 'quarantine' },
    keys: [],
    trustedRelays: [],
    bounces: bouncesOf(),
    scans: { virus: 'quarantine', spam: 'deliver', dmarcReject: 'deliver' },
    dns: { servers: null, timeoutMs: 1500, retries: 1, budgetMs: 3000 },
    privacy: { subject: 'full' },
    ...changes,
  }
}

/** How bounces are judged where nothing is said about it. */
export function bouncesOf(changes: Partial<BouncesPolicy> = {}): BouncesPolicy {
  return {
    action: 'quarantine',
    onHints: 'deliver',
    burst: { limit: 10, windowMinutes: 10, quietMinutes: 60, action: 'quarantine' },
    replay: { perFailedRecipient: 3, perMessage: 100 },
    maxAgeDays: 14,
    ownServers: [],
    keys: [],
    ...changes,
  }
}

/** A policy with two zones of two operators, each worth 2 of the 3 that stop mail. */
export function listPolicy(...zones: readonly ZonePolicy[]): Policy {
  const terms = zones.length > 0 ? zones : [zoneOf('one.example'), zoneOf('two.example')]
  return policyOf({ dnsxl: { zones: terms, record: 1, stop: 3, action: 'quarantine' } })
}

export function entryOf(changes: Partial<DirectoryEntry> = {}): DirectoryEntry {
  return { kind: 'mailbox', target: null, removedAt: null, ...changes }
}

/** The facts of a message as a directory would have answered, and zones as given. */
export function factsOf(
  message: Message,
  policy: Policy,
  directory: MemoryDirectory,
  zones: readonly ZoneFact[] = [],
  bounce: BounceFact = noBounce('no-report'),
  entries: EntriesFact = { answer: 'heard', matching: [] },
): Facts {
  const asked = recipientQuestions(message, policy)
  const { keys, domains } = directoryQuestions(asked)
  return {
    message,
    recipients: recipientFacts(
      asked,
      new Map(
        keys.map((key) => {
          const entry = directory.entries.get(key)
          return [key, entry === undefined ? { answer: 'absent' } : { answer: 'found', entry }]
        }),
      ),
      new Map(
        domains.map((name) => [name, directory.domains.get(name) ?? { answer: 'incomplete', why: 'never-imported' }]),
      ),
    ),
    zones,
    bounce,
    entries,
  }
}

const none: AddressAnswer = { answer: 'none', why: 'no-such-name' }

/** The control questions of a zone as a zone that works answers them. */
export const soundControl: ControlFact = controlOf({})

/** Control questions with some answers that are not those of a zone that works. */
export function controlOf(changes: Partial<Omit<Extract<ControlFact, { answer: 'heard' }>, 'answer'>>): ControlFact {
  const listed = { answer: 'addresses', addresses: ['127.0.0.2'], ttlSeconds: 300 } as const
  return { answer: 'heard', listed, unlisted: none, unheardOf: none, ...changes }
}

/** An answer with these addresses, from a zone that works unless it is said otherwise. */
export function listed(zone: string, addresses: string | readonly string[], control = soundControl): ZoneFact {
  return { zone, answer: saying(...[addresses].flat()), control }
}

export function saying(...addresses: readonly string[]): AddressAnswer {
  return { answer: 'addresses', addresses, ttlSeconds: 300 }
}

export function notListed(zone: string, control: ControlFact = notNeeded): ZoneFact {
  return { zone, answer: none, control }
}

export function silent(zone: string): ZoneFact {
  return { zone, answer: { answer: 'failed', cause: 'timeout' }, control: notNeeded }
}

export function unasked(zone: string, why: NotAskedWhy): ZoneFact {
  return { zone, answer: { answer: 'not-asked', why }, control: notNeeded }
}

export const notNeeded: ControlFact = { answer: 'not-asked', why: 'nothing-to-count' }
