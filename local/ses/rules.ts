import { domainToASCII } from 'node:url'
import type { ReceiptRule as TemplateRule } from '../template/receipt-rules.ts'

/** A rule as the engine needs it: where it stands in a template is not its business. */
export type ReceiptRule = Omit<TemplateRule, 'logicalId'>

export type ReceiptRuleSet = { readonly name: string; readonly rules: readonly ReceiptRule[] }

/** A rule that applies to a message, with the envelope recipients that made it apply, as the client wrote them. */
export type MatchedRule = { readonly rule: ReceiptRule; readonly recipients: readonly string[] }

/**
 * Whether a receipt rule's condition covers an envelope recipient.
 *
 * `user@example.com` also covers `user+any@example.com`, and a condition that has a label covers that label only;
 * `example.com` is that domain and `.example.com` its subdomains, each without the other.
 * Source: SES Developer Guide, "Creating receipt rules". Whether SES looks at the case of a local part is not
 * documented; it is folded here, so that nobody's mail is refused on the laptop for a capital letter.
 */
export function matchesCondition(condition: string, address: string): boolean {
  const at = address.lastIndexOf('@')
  if (at === -1) return false
  const domain = comparableDomain(address.slice(at + 1))
  const conditionAt = condition.lastIndexOf('@')
  if (conditionAt === -1) {
    return condition.startsWith('.')
      ? domain.endsWith(`.${comparableDomain(condition.slice(1))}`)
      : domain === comparableDomain(condition)
  }
  if (domain !== comparableDomain(condition.slice(conditionAt + 1))) return false
  const wanted = condition.slice(0, conditionAt).toLowerCase()
  const local = address.slice(0, at).toLowerCase()
  return local === wanted || (!wanted.includes('+') && local.startsWith(`${wanted}+`))
}

/** The rules that apply to a message, in their order. A disabled rule never does. */
export function matchingRules(ruleSet: ReceiptRuleSet, recipients: readonly string[]): readonly MatchedRule[] {
  return ruleSet.rules
    .map((rule) => ({ rule, recipients: rule.enabled ? recipients.filter((address) => covers(rule, address)) : [] }))
    .filter((matched) => matched.recipients.length > 0)
}

/** Whether SES takes the recipient at RCPT TO. One that no rule covers is refused during SMTP. */
export function acceptsRecipient(ruleSet: ReceiptRuleSet, address: string): boolean {
  return matchingRules(ruleSet, [address]).length > 0
}

/** A rule without conditions covers every recipient on the verified domains; here every domain counts as verified. */
function covers(rule: ReceiptRule, address: string): boolean {
  return rule.recipients.length === 0
    ? address.includes('@')
    : rule.recipients.some((condition) => matchesCondition(condition, address))
}

/**
 * Lower case, A-labels. What is not a domain stays itself: `domainToASCII` alone would decode `exa%6dple.com` into
 * somebody else's domain.
 */
function comparableDomain(domain: string): string {
  const isDomain = /^[\p{L}\p{M}\p{N}._-]{1,255}$/u.test(domain)
  return (isDomain && domainToASCII(domain)) || domain.toLowerCase()
}
