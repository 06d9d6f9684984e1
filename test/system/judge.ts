import { createAddressLookup } from '../../lambda/adapters/dns.ts'
import type { KeyReader } from '../../lambda/adapters/keys.ts'
import { createZoneLookup } from '../../lambda/adapters/zones.ts'
import { createSoaLookup } from '../../lambda/adapters/zones/soa.ts'
import { decide } from '../../lambda/core/decide.ts'
import type { Message } from '../../lambda/core/message.ts'
import type { Policy, ZonePolicy } from '../../lambda/core/policy.ts'
import { gatherFacts } from '../../lambda/filter.ts'
import type { ZoneLookup } from '../../lambda/ports/zone-lookup.ts'
import { createMemoryBouncePorts } from '../../local/memory/bounce-ports.ts'
import { createMemoryEntries } from '../../local/memory/entries.ts'
import { createMemoryDirectory, mailboxes } from '../../local/memory/recipient-directory.ts'
import { messageOf, policyOf } from '../builders.ts'
import type { Unbound } from './unbound.ts'

/** The client of the messages that are judged, unless a test says another. */
export const spammer = '203.0.113.66'

/** A policy that asks this resolver about these zones, and quarantines from 3 points on. */
export function listsPolicy(zones: readonly ZonePolicy[], { address }: Pick<Unbound, 'address'>): Policy {
  return policyOf({
    dnsxl: { zones, record: 1, stop: 3, action: 'quarantine' },
    // Unbound takes as long as a dead server does; half a second is long for all the others.
    dns: { servers: [address], timeoutMs: 500, retries: 0, budgetMs: 3000 },
  })
}

/** What one instance of the function asks its zones with. */
export function lookupOf(policy: Policy, keys: KeyReader = () => Promise.resolve(null)): ZoneLookup {
  return createZoneLookup({
    policy,
    lookUp: createAddressLookup(policy.dns),
    soaOf: createSoaLookup(policy.dns.servers, policy.dns.timeoutMs),
    keys,
  })
}

const ordinary = Buffer.from('From: bob@partner.example\r\nTo: alice@example.com\r\n\r\nHello.\r\n')

/** The filter up to its verdict on mail to alice@example.com, in one instance: it remembers what it heard. */
export function judgeOf(policy: Policy, zones = lookupOf(policy)) {
  const ports = {
    ...createMemoryBouncePorts(),
    // An ordinary message, whoever it is from: what is judged here is the client.
    mail: () => Promise.resolve({ answer: 'mail', octets: ordinary, whole: true } as const),
    metrics: { failed: () => undefined },
    directory: createMemoryDirectory(mailboxes('alice@example.com')),
    zones,
    entries: createMemoryEntries(),
    stopwatch: () => performance.now(),
  }
  return async (ip = spammer, changes: Partial<Message> = {}) => {
    const message = messageOf({ client: { kind: 'client', ip, helo: 'mail.spammer.example' }, ...changes })
    const { facts } = await gatherFacts(message, policy, ports, AbortSignal.timeout(10_000))
    const { action, reasons } = decide(facts, policy)
    return { action, reasons }
  }
}
