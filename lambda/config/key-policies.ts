import type { BouncesPolicy, KeyPolicy, ProofKeyPolicy } from '../core/policy.ts'
import { keysIn } from '../core/zone-keys.ts'
import type { Config } from './config.ts'
import type { KeySource } from './values.ts'
import { termOf } from './zones.ts'

/** The keys that zones need: of no other may the filter know where it is. */
export function keyPolicies({ zones, keys }: Config['dnsbl']): readonly KeyPolicy[] {
  const needed = new Set(zones.flatMap((setting) => keysIn(termOf(setting).zone)))
  return Object.entries(keys).flatMap(([name, source]) => (needed.has(name) ? [keyPolicy(name, source)] : []))
}

/** How bounces are judged; how the sent log is fed is no part of a decision. */
export function bouncesPolicy(bounces: Config['bounces']): BouncesPolicy {
  const { action, onHints, burst, replay, maxAgeDays, ownServers } = bounces
  const keys = bounces.keys.map(({ name, use, source }): ProofKeyPolicy => ({ use, ...keyPolicy(name, source) }))
  return { action, onHints, burst, replay, maxAgeDays, ownServers, keys }
}

/** Where a key is kept, as the functions read it. */
export function keyPolicy(name: string, source: KeySource): KeyPolicy {
  if ('ssm' in source) return { name, kept: 'ssm', id: source.ssm }
  return { name, kept: 'secrets-manager', id: source.secretsManager }
}
