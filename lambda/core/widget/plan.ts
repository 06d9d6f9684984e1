import type { ProbePlan } from '../probe-plan.ts'

/** What the widgets know of the configuration. Plain JSON, made at synth and shipped in the asset of both functions as `widget.json`. */
export type WidgetPlan = {
  /** The domains that the filter serves, as A-labels. */
  readonly domains: readonly string[]
  /** Those of them that have a list of recipients of their own: the others are aliases, and asked for by one of these. */
  readonly listed: readonly string[]
  /** For so many days decision records are kept. */
  readonly recordsDays: number
  /** For so many days raw mail is kept. */
  readonly mailDays: number
  /** The lists that the filter asks, the lists of domains, and what of ours is looked for on them. */
  readonly probe: Pick<ProbePlan, 'outbound' | 'zones'> & { readonly policy: Pick<ProbePlan['policy'], 'dnsxl'> }
}
