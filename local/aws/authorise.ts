/** One statement of a role's policies, intrinsics resolved. Exactly one of each pair (`actions`/`notActions` ...) is not empty. */
export type Statement = {
  readonly effect: 'Allow' | 'Deny'
  readonly actions: readonly string[]
  readonly notActions: readonly string[]
  readonly resources: readonly string[]
  readonly notResources: readonly string[]
  /** As the policy document has it: operator -> condition key -> values; null where the statement has none. */
  readonly conditions: Readonly<Record<string, unknown>> | null
}

/** One thing that a request does to one resource: `s3:PutObject` on `arn:aws:s3:::bucket/key`. */
export type Access = { readonly action: string; readonly resource: string }

export type Permission = { readonly answer: 'allowed' } | { readonly answer: 'denied'; readonly why: string }

/** `unsure`: the statement may apply, but it depends on something that is not evaluated here. */
type Applies = 'yes' | 'no' | 'unsure'

/**
 * Decides as IAM does for identity-based policies: an explicit Deny wins, and what nothing allows is denied.
 *
 * Conditions and policy variables are not evaluated. A statement that has one never allows and always denies: the
 * laptop may be stricter than AWS, but never hides a permission that is missing there.
 * Source: IAM User Guide, "Policy evaluation logic" and "IAM JSON policy elements".
 */
export function authorise(statements: readonly Statement[], action: string, resource: string): Permission {
  const applying = statements.map((statement) => ({ statement, applies: appliesTo(statement, action, resource) }))
  if (applying.some(({ statement, applies }) => statement.effect === 'Deny' && applies !== 'no')) {
    return { answer: 'denied', why: 'with an explicit deny in an identity-based policy' }
  }
  if (applying.some(({ statement, applies }) => statement.effect === 'Allow' && applies === 'yes')) {
    return { answer: 'allowed' }
  }
  return { answer: 'denied', why: `because no identity-based policy allows the ${action} action` }
}

/**
 * Matches a whole text against a policy pattern: `*` stands for any characters, `/` and `:` included, `?` for one.
 * Remembers only the last star, so a pattern full of stars costs pattern times text, never more.
 */
export function matchesPattern(pattern: string, text: string): boolean {
  let p = 0
  let t = 0
  let star = -1
  let resumeAt = 0
  while (t < text.length) {
    // The star is looked for first: a text may itself hold a `*` (an S3 key does), which must not eat the wildcard.
    if (pattern[p] === '*') {
      star = p++
      resumeAt = t
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])) {
      p++
      t++
    } else if (star >= 0) {
      p = star + 1
      t = ++resumeAt
    } else {
      return false
    }
  }
  while (pattern[p] === '*') p++
  return p === pattern.length
}

function appliesTo(statement: Statement, action: string, resource: string): Applies {
  if (!namesAction(statement, action)) return 'no'
  const named = namesResource(statement, resource)
  return named === 'yes' && statement.conditions !== null ? 'unsure' : named
}

function namesAction({ actions, notActions }: Statement, action: string): boolean {
  const wanted = action.toLowerCase()
  const among = (patterns: readonly string[]): boolean =>
    patterns.some((pattern) => matchesPattern(pattern.toLowerCase(), wanted))
  return notActions.length > 0 ? !among(notActions) : among(actions)
}

function namesResource({ resources, notResources }: Statement, resource: string): Applies {
  const patterns = notResources.length > 0 ? notResources : resources
  const answers = patterns.map((pattern): Applies => {
    if (pattern.includes('${')) return 'unsure'
    return matchesPattern(pattern, resource) ? 'yes' : 'no'
  })
  const among: Applies = answers.includes('yes') ? 'yes' : answers.includes('unsure') ? 'unsure' : 'no'
  if (notResources.length === 0 || among === 'unsure') return among
  return among === 'yes' ? 'no' : 'yes'
}
