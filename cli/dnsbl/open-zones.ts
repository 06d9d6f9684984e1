import { createAddressLookup } from '../../lambda/adapters/dns.ts'
import { keyedLookup } from '../../lambda/adapters/zones/keyed-lookup.ts'
import { policyOf } from '../../lambda/config.ts'
import type { Policy } from '../../lambda/core/policy.ts'
import type { AddressLookup } from '../../lambda/ports/address-lookup.ts'
import { lookupOf } from '../../local/dns/lookup.ts'
import { readConfiguration } from '../configuration.ts'
import { readDnsFile } from '../dns-file.ts'
import { findStack, type FoundStack } from '../target.ts'
import { say } from '../terminal.ts'
import type { Verb } from '../verb.ts'
import { createZoneKeys, nameAsKey } from './zone-keys.ts'

/** The zones of the configuration, and a way to ask them that remembers nothing and puts keys into names. */
export type OpenZones = {
  readonly policy: Policy
  /** Where the configuration stands. */
  readonly where: string
  readonly lookUp: AddressLookup
  /** The stack that `--local` or `--stack` names; null: none was named. */
  readonly stack: FoundStack | null
}

export type OpenedZones =
  ({ readonly answer: 'open' } & OpenZones) | { readonly answer: 'problems'; readonly sentences: readonly string[] }

/**
 * Asks where the function would ask: the DNS of the local stack, else the servers of the configuration, else the system's
 * resolver; or nobody, when `dnsFile` has the answers.
 */
export async function openZones(dnsFile: string | null, verb: Verb): Promise<OpenedZones> {
  const read = readConfiguration(verb)
  if (read.answer === 'unreadable') return { answer: 'problems', sentences: [read.sentence] }
  const { config, where } = read.configuration
  const region = verb.target.region ?? config.region
  const isStackNamed = verb.target.local || verb.target.stack !== null
  const found = isStackNamed ? await findStack({ ...verb.target, region }, 'RecordBucket', verb.terminal) : null
  if (found?.answer === 'missing') return { answer: 'problems', sentences: [found.sentence] }
  const policy = policyOf(config)
  const stack = found?.stack ?? null
  const ask = dnsFile === null ? askNetwork(policy, region, stack, verb) : askFile(dnsFile)
  if ('problems' in ask) return { answer: 'problems', sentences: ask.problems }
  return { answer: 'open', policy, where, lookUp: ask.lookUp, stack }
}

type Ask = { readonly lookUp: AddressLookup } | { readonly problems: readonly string[] }

function askFile(path: string): Ask {
  const read = readDnsFile(path)
  if (read.answer === 'problems') return read
  return { lookUp: keyedLookup(lookupOf(read.records), nameAsKey) }
}

function askNetwork(policy: Policy, region: string | null, stack: FoundStack | null, verb: Verb): Ask {
  const ownServer = stack?.dns ?? null
  const servers = ownServer === null ? policy.dns.servers : [ownServer]
  const lookUp = createAddressLookup({ ...policy.dns, servers })
  const keys = createZoneKeys(policy.keys, region, (sentence) => say(verb.terminal, sentence))
  return { lookUp: keyedLookup(lookUp, keys) }
}
