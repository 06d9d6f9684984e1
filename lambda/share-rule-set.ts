import type { RuleSets } from './ports/rule-sets.ts'

/** A rule set that holds rules of the operator's beside the rule of the filter, and what the filter may do there. */
export type Shared = {
  readonly ruleSet: string
  /** The rule behind which that of the filter is placed; null: at the front. */
  readonly after: string | null
  /** The rule of the filter. It may not be there yet. */
  readonly rule: string
  /** Every domain of the configuration. */
  readonly domains: readonly string[]
  /** Whether any of them is enforced. */
  readonly enforces: boolean
  readonly shareEnforce: boolean
}

export type Sharing =
  { readonly kind: 'allowed'; readonly said: string } | { readonly kind: 'refused'; readonly said: string }

/**
 * Whether the filter may stop mail in a set that others use.
 *
 * A stop ends the whole rule set. Whether it also ends what rules for other domains would have done for other recipients of
 * the same message is not documented (SES Developer Guide, "Invoke Lambda function action"), so that it must be allowed in words.
 * What stood so before the change is not refused: the rollback of a refused change must not be refused itself.
 */
export async function mayShare(wanted: Shared, before: Shared | null, ruleSets: RuleSets): Promise<Sharing> {
  const rules = await ruleSets.rulesOf(wanted.ruleSet)
  if (rules === null) {
    const words = `There is no rule set ${wanted.ruleSet} in this account and region. Name one that is there in receiving.ruleSet, or none.`
    return before?.ruleSet === wanted.ruleSet ? allowed(words) : refused(words)
  }
  if (wanted.after !== null && wanted.after !== before?.after && !rules.some(({ name }) => name === wanted.after)) {
    const names = rules.map(({ name }) => name).join(', ') || 'none'
    return refused(
      `The rule set ${wanted.ruleSet} has no rule ${wanted.after} (receiving.ruleSet.after). It has: ${names}.`,
    )
  }
  const outside = outsideRules(wanted, rules)
  const earlier = before?.ruleSet === wanted.ruleSet ? outsideRules(before, rules) : []
  const fresh = outside.filter((name) => !earlier.includes(name))
  if (fresh.length === 0) return allowed(`The filter may work in the rule set ${wanted.ruleSet}.`)
  return refused(
    `Rules of the set ${wanted.ruleSet} are for recipients outside the configuration: ${fresh.join(', ')}. A stop by the filter ends the whole set, ` +
      'maybe for their recipients, too. Add their domains to "domains", or stay in "observe", or allow it with receiving.shareEnforce: true; then deploy again.',
  )
}

/** The rules that a stop could hurt although the configuration does not know their recipients. */
function outsideRules(
  { enforces, shareEnforce, rule, domains }: Shared,
  rules: Exclude<Awaited<ReturnType<RuleSets['rulesOf']>>, null>,
): readonly string[] {
  if (!enforces || shareEnforce) return []
  const ours = new Set(domains)
  return rules
    .filter(({ name, enabled }) => enabled && name !== rule)
    .filter(
      ({ recipients }) => recipients.length === 0 || recipients.some((condition) => !ours.has(domainOf(condition))),
    )
    .map(({ name }) => name)
}

/** `.example.com` is its subdomains, which are not meant with `example.com`: it stays as it is and matches nothing. */
function domainOf(condition: string): string {
  return condition.slice(condition.lastIndexOf('@') + 1).toLowerCase()
}

function allowed(said: string): Sharing {
  return { kind: 'allowed', said }
}

function refused(said: string): Sharing {
  return { kind: 'refused', said }
}
