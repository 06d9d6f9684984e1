import { createHash } from 'node:crypto'
import * as v from 'valibot'
import { disagreements } from './config/agreement.ts'
import type { Config } from './config/config.ts'
import { problemOf, strayKeys, writePath, type Problem } from './config/problems.ts'
import { configSchema } from './config/schema.ts'
import { bouncesPolicy, keyPolicies } from './config/key-policies.ts'
import { completeZones, zonePolicies } from './config/zones.ts'
import type { Policy } from './core/policy.ts'

export type { Alarms, AlarmName, AlarmThresholds, Config, Receiving, Retention, ZoneSetting } from './config/config.ts'
export { chooseEnvironment, stackNameOf, usualStackName } from './config/environments.ts'
export { settings, type Setting } from './config/settings.ts'

export type Parsed =
  | { readonly kind: 'config'; readonly config: Config }
  | { readonly kind: 'problems'; readonly problems: readonly string[] }

/**
 * Reads a configuration, and finds every problem of it at once. `where` is what the operator would open to change it, such
 * as "cdk.json, context quietgate". Never throws.
 */
export function parseConfig(value: unknown, where: string): Parsed {
  const stray = strayKeys(configSchema, value)
  const read = v.safeParse(configSchema, value ?? undefined)
  if (read.success) {
    const config = completed(read.output)
    const found = [...stray, ...disagreements(config, new Set())]
    return found.length > 0 ? problems(found, where) : { kind: 'config', config }
  }
  const unreadable = read.issues.map((issue) => problemOf(issue, configSchema))
  return problems([...stray, ...unreadable, ...disagreementsBeside(unreadable, value)], where)
}

/** The part of the configuration that a decision depends on, with the hash by which records name it. */
export function policyOf({ mode, deadlineMs, domains, recipients, dnsbl, ...rest }: Config): Policy {
  const { trustedRelays, scans, dns, privacy } = rest
  const bounces = bouncesPolicy(rest.bounces)
  const { zones, record, stop, action } = dnsbl
  const dnsxl = { zones: zonePolicies(zones), record, stop, action }
  const keys = keyPolicies(dnsbl)
  const policy = { mode, deadlineMs, domains, recipients, dnsxl, keys, trustedRelays, bounces, scans, dns, privacy }
  return { hash: createHash('sha256').update(canonicalJson(policy)).digest('hex').slice(0, 16), ...policy }
}

/** The problems as a program prints them: a line that says how many, and each on a line of its own. */
export function problemsText(problems: readonly string[]): string {
  const head =
    problems.length === 1 ? 'The configuration has a problem:' : `The configuration has ${problems.length} problems:`
  return [head, ...problems.map((problem) => `  ${problem}`), ''].join('\n')
}

/** What disagrees in the sections that could be read, so that mending the others does not bring it up only then. */
function disagreementsBeside(unreadable: readonly Problem[], value: unknown): readonly Problem[] {
  const sections = new Set(unreadable.map(({ path }) => path[0]))
  if (typeof value !== 'object' || value === null || sections.has(undefined)) return []
  const rest = Object.fromEntries(Object.entries(value).filter(([key]) => !sections.has(key)))
  const read = v.safeParse(configSchema, sections.has('domains') ? { ...rest, domains: ['example.com'] } : rest)
  return read.success ? disagreements(completed(read.output), sections) : []
}

/** With what a setting takes from another place when it is not given. */
function completed(read: v.InferOutput<typeof configSchema>): Config {
  return {
    ...read,
    domains: read.domains.map((domain) => ({ ...domain, mode: domain.mode ?? read.mode })),
    dnsbl: { ...read.dnsbl, zones: completeZones(read.dnsbl.zones) },
  }
}

function problems(found: readonly Problem[], where: string): Parsed {
  const texts = found.map(({ path, words }) => `${writePath(path) || 'the configuration'} ${words} (${where})`)
  return { kind: 'problems', problems: [...new Set(texts)] }
}

/** JSON with sorted keys: the order in which somebody wrote settings down is no part of the policy. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}
