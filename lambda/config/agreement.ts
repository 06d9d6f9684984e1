import type { Config } from './config.ts'
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
  { between: ['dnsbl'], find: zoneProblems },
  { between: ['dnsbl'], find: thresholdProblems },
  { between: ['dns'], find: patienceProblems },
  { between: ['dns', 'deadlineMs'], find: timeProblems },
  { between: ['retention'], find: retentionProblems },
]

function domainProblems({ domains }: Config): readonly Problem[] {
  const names = domains.map(({ name }) => name)
  return repeated(names, (index) => ['domains', index], 'is a domain that stands here already')
}

function srsProblems({ domains, recipients: { srsDomains } }: Config): readonly Problem[] {
  const names = new Set(domains.map(({ name }) => name))
  return srsDomains.flatMap((name, index) =>
    names.has(name) ? [] : [at(['recipients', 'srsDomains', index], name, 'is not one of the domains above')],
  )
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

function retentionProblems({ retention: { recordsDays, mailDays } }: Config): readonly Problem[] {
  if (mailDays <= recordsDays) return []
  const words = `is above retention.recordsDays (${recordsDays}), so that mail would be kept of which nobody knows why it was stopped`
  return [at(['retention', 'mailDays'], mailDays, words)]
}
