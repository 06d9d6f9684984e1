/** A rule of a receipt rule set, as far as it matters whose mail it meets. */
export type ReceiptRuleFound = {
  readonly name: string
  readonly enabled: boolean
  /** SES's conditions: `user@domain`, `domain`, `.domain` (its subdomains). None: every recipient of every verified domain. */
  readonly recipients: readonly string[]
}

/**
 * The receipt rule sets of an account in a region, of which one at most is active.
 *
 * Each is one call of SES's API v1. They wait their turn (SES takes one a second) and are repeated when SES is busy. What SES
 * refuses for good is rejected with SES's own error.
 */
export type RuleSets = {
  /** The name of the active one. */
  readonly active: () => Promise<string | null>
  /** The rules of a set, in their order; null: there is no such set. */
  readonly rulesOf: (ruleSet: string) => Promise<readonly ReceiptRuleFound[] | null>
  /** null: none is active any more, and the account receives nothing. `absent`: nothing changed, there is no such set. */
  readonly activate: (ruleSet: string | null) => Promise<'activated' | 'absent'>
}
