import type { DigestPlan } from '../core/digest/plan.ts'
import type { Config } from './config.ts'
import { handOverPlanOf } from './hand-over-plan.ts'

export type { DigestPlan } from '../core/digest/plan.ts'

/** What the digest needs to know; null where nobody gets one. */
export function digestPlanOf(config: Config): DigestPlan | null {
  const { digest, domains, retention } = config
  if (digest === null) return null
  const [hour = 0, minute = 0] = digest.at.split(':').map(Number)
  return {
    atMinute: hour * 60 + minute,
    domains: digest.domains ?? domains.map(({ name }) => name),
    mailDays: retention.mailDays,
    handsOver: handOverPlanOf(config) !== null,
  }
}
