import type { Policy } from './policy.ts'

/** The CloudWatch namespace of everything that is counted; the alarms of the stack look in it. */
export const metricNamespace = 'Quietgate'

/**
 * What messages are counted under, beside everything else: the first 20 domains of the policy by name, and `other` for the
 * rest. From the policy alone, so that nobody who writes to us can add to it.
 */
export function allDomainGroups({ domains }: Pick<Policy, 'domains'>): readonly string[] {
  return [...domains.slice(0, namedDomainGroups).map(({ name }) => name), otherDomains]
}

/**
 * The groups of one message, each once. `recipientDomains` are A-labels in lower case, null where an address has none that
 * can be read; a message without any recipient belongs to `other`.
 */
export function domainGroupsOf(
  recipientDomains: readonly (string | null)[],
  policy: Pick<Policy, 'domains'>,
): readonly string[] {
  const all = new Set(allDomainGroups(policy))
  const groups = recipientDomains.map((name) => (name !== null && all.has(name) ? name : otherDomains))
  return groups.length === 0 ? [otherDomains] : [...new Set(groups)]
}

/** Each is a metric that is billed by the month. */
const namedDomainGroups = 20

const otherDomains = 'other'
