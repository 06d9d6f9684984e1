import type { DkimFact } from '../core/bounce-facts.ts'
import type { Policy } from '../core/policy.ts'
import { verifySignatures } from '../core/protocol/dkim-headers.ts'
import type { Crypto, KeyAnswer } from '../core/protocol/dkim/key-record.ts'
import { keyNamesOf, readSignatures } from '../core/protocol/dkim/own-signatures.ts'
import { MS_A_DAY } from '../core/protocol/keyed-hash.ts'
import type { ReturnedMessage } from '../core/protocol/returned-message.ts'
import type { KeyLookup } from '../ports/key-lookup.ts'
import type { KeyRecords, KnownKeys } from '../ports/known-keys.ts'
import type { Metrics } from '../ports/metrics.ts'

export type DkimPorts = {
  readonly publicKeys: KeyLookup
  readonly knownKeys: KnownKeys
  readonly crypto: Crypto
  readonly metrics: Pick<Metrics, 'failed'>
}

/**
 * Verifies our own signatures in a returned header, with the keys of the DNS, and with those that are gone from it and have
 * proven something before. A key is remembered when it verified a signature, and never for less: a forger could otherwise
 * have anything remembered that he can have us look up.
 */
export async function gatherDkim(
  returned: ReturnedMessage | null,
  receivedAt: string,
  policy: Policy,
  ports: DkimPorts,
  signal: AbortSignal,
): Promise<DkimFact> {
  if (returned === null || returned.dkim.length === 0) return { answer: 'not-asked', why: 'nothing-returned' }
  const domains = policy.domains.map(({ name }) => name)
  const selectors = policy.domains.flatMap(({ dkimSelectors }) => dkimSelectors)
  const signatures = readSignatures(Buffer.from(returned.header, 'latin1'), { domains, selectors })
  const names = keyNamesOf(signatures)
  const { keys, remembered } = await askKeys(names, policy, ports, signal)
  const { crypto, knownKeys, metrics } = ports
  const maxAge = policy.bounces.maxAgeDays * MS_A_DAY
  const outcome = verifySignatures(signatures, { domains, keys, crypto, now: Date.parse(receivedAt), maxAge })
  if (outcome.answer === 'undecidable') metrics.failed('proof-silent')
  const proved = outcome.answer === 'verified' ? `${outcome.s}._domainkey.${outcome.d}` : null
  const learnt = await Promise.all(
    names.map(async (name) => {
      const records = recordsOf(keys.get(name))
      if (records === null || remembered.has(name)) return 'kept'
      // What stands there now replaces what was known, a key without its `p=` above all: that one is revoked.
      return name === proved ? knownKeys.remember(name, records, signal) : knownKeys.replace(name, records, signal)
    }),
  )
  if (learnt.includes('failed')) metrics.failed('bounce-memory-failed')
  const keysSeen = names.filter((name) => recordsOf(keys.get(name)) !== null)
  return { answer: 'heard', outcome, keysSeen, keysRemembered: [...remembered] }
}

type Keys = { readonly keys: ReadonlyMap<string, KeyAnswer>; readonly remembered: ReadonlySet<string> }

/** A key that is gone is looked for in memory. If memory does not answer, nobody knows whether it is there. */
async function askKeys(
  names: readonly string[],
  { dns }: Policy,
  { publicKeys, knownKeys }: DkimPorts,
  signal: AbortSignal,
): Promise<Keys> {
  const budget = AbortSignal.any([signal, AbortSignal.timeout(dns.budgetMs)])
  const asked = await Promise.all(names.map(async (name) => [name, await publicKeys(name, budget)] as const))
  const gone = asked.flatMap(([name, { answer }]) => (answer === 'none' ? [name] : []))
  if (gone.length === 0) return { keys: new Map(asked), remembered: new Set() }
  const recalled = await knownKeys.recall(gone, signal)
  const keys = asked.map(([name, answer]): readonly [string, KeyAnswer] => {
    if (answer.answer !== 'none') return [name, answer]
    if (recalled.answer === 'unavailable') return [name, { answer: 'failed', cause: 'not-asked' }]
    const records = recalled.keys.get(name)
    return [name, records === undefined ? answer : { answer: 'records', records }]
  })
  return { keys: new Map(keys), remembered: new Set(recalled.answer === 'known' ? recalled.keys.keys() : []) }
}

function recordsOf(answer: KeyAnswer | undefined): KeyRecords | null {
  return answer?.answer === 'records' ? answer.records : null
}
