import type { Config } from './config.ts'
import { handOverProblems, handOverRetentionProblems } from './hand-over-agreement.ts'
import { at, repeated, type Problem } from './problems.ts'
import { zoneProblems } from './zone-agreement.ts'

/**
 * What each setting allows by itself and two of them do not allow together. Of the `unread` sections nothing is known, and
 * so nothing is said.
 */
export function disagreements(config: Config, unread: ReadonlySet<string | number | undefined>): readonly Problem[] {
  return agreements.flatMap(({ between, find }) => (between.some((section) => unread.has(section)) ? [] : find(config)))
}

type Agreement = { readonly between: readonly (keyof Config)[]; readonly find: (config: Config) => readonly Problem[] }

const agreements: readonly Agreement[] = [
  { between: ['domains'], find: domainProblems },
  { between: ['domains', 'recipients'], find: srsProblems },
  { between: ['domains', 'receiving'], find: hostedZoneProblems },
  { between: ['domains', 'digest'], find: digestProblems },
  { between: ['receiving'], find: displacingProblems },
  { between: ['dnsbl'], find: zoneProblems },
  { between: ['dnsbl'], find: thresholdProblems },
  { between: ['dns'], find: patienceProblems },
  { between: ['dns', 'deadlineMs'], find: timeProblems },
  { between: ['retention'], find: retentionProblems },
  { between: ['bounces'], find: proofKeyProblems },
  { between: ['bounces'], find: burstProblems },
  { between: ['handOver'], find: handOverProblems },
  { between: ['handOver', 'retention'], find: handOverRetentionProblems },
]

function domainProblems({ domains }: Config): readonly Problem[] {
  const names = domains.map(({ name }) => name)
  return [
    ...repeated(names, (index) => ['domains', index], 'is a domain that stands here already'),
    ...domains.flatMap(({ name, aliasOf }, index) => aliasProblems(name, aliasOf, index, domains)),
  ]
}

function aliasProblems(
  name: string,
  aliasOf: string | null,
  index: number,
  domains: Config['domains'],
): readonly Problem[] {
  if (aliasOf === null) return []
  const target = domains.find((domain) => domain.name === aliasOf)
  const path = ['domains', index, 'aliasOf']
  if (target === undefined) return [at(path, aliasOf, 'is not one of the domains')]
  if (aliasOf === name) return [at(path, aliasOf, 'is the domain itself')]
  // One step, or a look-up could go in circles.
  return target.aliasOf === null ? [] : [at(path, aliasOf, `is an alias itself, of ${target.aliasOf}: name that one`)]
}

function srsProblems({ domains, recipients: { srsDomains } }: Config): readonly Problem[] {
  const names = new Set(domains.map(({ name }) => name))
  return srsDomains.flatMap((name, index) =>
    names.has(name) ? [] : [at(['recipients', 'srsDomains', index], name, 'is not one of the domains above')],
  )
}

function hostedZoneProblems({ domains, receiving: { hostedZones } }: Config): readonly Problem[] {
  const names = new Set(domains.map(({ name }) => name))
  return Object.entries(hostedZones).flatMap(([name, zone]) =>
    names.has(name) ? [] : [at(['receiving', 'hostedZones', name], zone, 'is the zone of none of the domains above')],
  )
}

function digestProblems({ domains, digest }: Config): readonly Problem[] {
  const names = domains.map(({ name }) => name)
  const chosen = digest?.domains ?? []
  return [
    ...repeated(chosen, (index) => ['digest', 'domains', index], 'is a domain that stands here already'),
    ...chosen.flatMap((name, index) =>
      names.includes(name) ? [] : [at(['digest', 'domains', index], name, 'is not one of the domains above')],
    ),
  ]
}

function displacingProblems({ receiving: { activate, replaceActive } }: Config): readonly Problem[] {
  if (activate || !replaceActive) return []
  const words = 'has no effect: with receiving.activate false, nothing is made active, and nothing displaced'
  return [at(['receiving', 'replaceActive'], replaceActive, words)]
}

function thresholdProblems({ dnsbl: { record, stop } }: Config): readonly Problem[] {
  if (record <= stop) return []
  return [at(['dnsbl', 'record'], record, `is above dnsbl.stop (${stop}), so that nothing would ever be only recorded`)]
}

function patienceProblems({ dns: { timeoutMs, retries, budgetMs } }: Config): readonly Problem[] {
  const needed = timeoutMs * (1 + retries)
  if (needed <= budgetMs) return []
  const words = `is too long: with dns.retries ${retries} a question takes ${needed} ms, and dns.budgetMs is ${budgetMs}`
  return [at(['dns', 'timeoutMs'], timeoutMs, words)]
}

function timeProblems({ dns: { budgetMs }, deadlineMs }: Config): readonly Problem[] {
  if (budgetMs < deadlineMs) return []
  const words = `is not below deadlineMs (${deadlineMs}), so that no time would be left to write the record in`
  return [at(['dns', 'budgetMs'], budgetMs, words)]
}

/** A tag has room for one digit; two keys of one name and use would leave open which one made it. */
function proofKeyProblems({ bounces: { keys } }: Config): readonly Problem[] {
  const digits = keys.flatMap(({ name, use }, index) =>
    (use === 'prvs' || use === 'tag') && !/^\d$/.test(name)
      ? [at(['bounces', 'keys', index, 'name'], name, `is not one digit, which is all that a ${use} tag has room for`)]
      : [],
  )
  const names = keys.map(({ name, use }) => `${use} ${name}`)
  return [...digits, ...repeated(names, (index) => ['bounces', 'keys', index], 'is a key that stands here already')]
}

function burstProblems({ bounces: { burst } }: Config): readonly Problem[] {
  const { windowMinutes, quietMinutes } = burst
  if (windowMinutes <= quietMinutes) return []
  const words = `is above bounces.burst.quietMinutes (${quietMinutes}), so that a burst would be over while it goes on`
  return [at(['bounces', 'burst', 'windowMinutes'], windowMinutes, words)]
}

function retentionProblems({ retention: { recordsDays, mailDays } }: Config): readonly Problem[] {
  if (mailDays <= recordsDays) return []
  const words = `is above retention.recordsDays (${recordsDays}), so that mail would be kept of which nobody knows why it was stopped`
  return [at(['retention', 'mailDays'], mailDays, words)]
}
