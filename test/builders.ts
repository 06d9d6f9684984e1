import type { DirectoryEntry, Facts, ZoneFact } from '../lambda/core/facts.ts'
import type { Message } from '../lambda/core/message.ts'
import type { DomainPolicy, Policy, ZonePolicy } from '../lambda/core/policy.ts'
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
    fromField: 'bob@partner.example',
    headerMessageId: '1@partner.example',
    subject: 'Lunch',
    scans: { spam: 'pass', virus: 'pass', spf: 'pass', dkim: 'pass', dmarc: 'pass', dmarcPolicy: null },
    problems: [],
    ...changes,
  }
}

export function domainOf(name: string, changes: Partial<DomainPolicy> = {}): DomainPolicy {
  return { name, mode: 'enforce', subAddressDelimiters: '+', foldCase: true, checkRecipients: true, ...changes }
}

export function zoneOf(zone: string, changes: Partial<ZonePolicy> = {}): ZonePolicy {
  return { zone, pattern: '127.0.0.[2..11]', weight: 2, operator: zone, authoritative: false, ...changes }
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
    scans: { virus: 'quarantine', spam: 'deliver', dmarcReject: 'deliver' },
    dns: { servers: null, timeoutMs: 1500, retries: 1, budgetMs: 3000 },
    privacy: { subject: 'full' },
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
  }
}

export function listed(zone: string, ...addresses: readonly string[]): ZoneFact {
  return { zone, answer: { answer: 'addresses', addresses, ttlSeconds: 300 } }
}

export function notListed(zone: string): ZoneFact {
  return { zone, answer: { answer: 'none', why: 'no-such-name' } }
}

export function silent(zone: string): ZoneFact {
  return { zone, answer: { answer: 'failed', cause: 'timeout' } }
}
