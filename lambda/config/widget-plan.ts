import type { WidgetPlan } from '../core/widget/plan.ts'
import type { Config } from './config.ts'
import { probePlanOf } from './probe-plan.ts'

export type { WidgetPlan } from '../core/widget/plan.ts'

/** What the widgets of the dashboards need to know of the configuration. Of keys of lists they know the names alone. */
export function widgetPlanOf(config: Config): WidgetPlan {
  const { policy, outbound, zones } = probePlanOf(config)
  const { recordsDays, mailDays } = config.retention
  return {
    domains: config.domains.map(({ name }) => name),
    listed: config.domains.flatMap(({ name, aliasOf }) => (aliasOf === null ? [name] : [])),
    recordsDays,
    mailDays,
    probe: { policy: { dnsxl: policy.dnsxl }, outbound, zones },
  }
}
