import type { RoleSeen, StackSeen } from '../account.ts'
import type { Finding } from '../finding.ts'
import { couldNotLook, type Check } from '../patient.ts'
import { unknownText } from '../stack-roles.ts'

/**
 * Whether the roles may do what the template lets them do, and no more. While a deploy is under way, they may differ; what
 * CloudFormation cannot say is a finding of `checkFunctions`.
 */
export const checkRoles: Check = async ({ account }) => {
  const stack = await account.stack()
  if (stack.answer === 'unseen' || stack.value.status.endsWith('_IN_PROGRESS')) return []
  const { roles } = stack.value
  if (roles.length === 0) return [couldNotLook(aboutRoles, 'The template that CloudFormation has names no role.')]
  const findings: Finding[] = []
  const unseen = new Set<string>()
  // One after the other: IAM answers few questions a second, for all who ask in an account.
  for (const role of roles) {
    const seen = await account.role(role.name)
    if (seen.answer === 'unseen') unseen.add(seen.why)
    else findings.push(...findingOf(role, seen.value))
  }
  return [...findings, ...[...unseen].map((why) => couldNotLook(aboutRoles, why))]
}

const aboutRoles = 'what the roles of the stack may do'

function findingOf(meant: StackSeen['roles'][number], role: RoleSeen | null): readonly Finding[] {
  if (role === null) return [gone(meant.name)]
  const statements = difference(meant.statements, role.statements)
  const policies = difference(meant.managedPolicies, role.managedPolicies)
  const missing = [...statements.missing, ...policies.missing]
  const added = [...statements.added, ...policies.added]
  if (missing.length + added.length === 0) return []
  return [
    {
      id: 'role-changed',
      severity: missing.length > 0 ? 'harm' : 'notice',
      what:
        missing.length > 0
          ? 'A role lacks what the template gives it: its function fails where it needs that, or may do what it was forbidden.'
          : 'A role may do more, or less, than the template says: somebody added to it.',
      evidence: [`Role ${meant.name}.`, ...wordsOf('Missing', missing), ...wordsOf('Added', added)].join(' '),
      remedy,
    },
  ]
}

const remedy =
  'Take it back in IAM; CloudTrail says who did it (PutRolePolicy, DeleteRolePolicy, AttachRolePolicy, DetachRolePolicy). A deploy of the same template leaves it as it is.'

function gone(name: string): Finding {
  return {
    id: 'role-changed',
    severity: 'loss',
    what: 'A role of the stack is gone: its function cannot run.',
    evidence: `IAM has no role ${name}.`,
    remedy:
      'Make it again with the same name and the policies of the template; CloudTrail says who deleted it (DeleteRole).',
  }
}

/** Each of `meant` takes one of `found`; those that know most of their text choose first. */
function difference(meant: readonly unknown[], found: readonly unknown[]) {
  const left = [...found]
  const missing = meant.toSorted(byUnknowns).filter((one) => {
    const at = left.findIndex((other) => fits(one, other))
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
  return { missing, added: left }
}

/** Whether `found` is what `meant` becomes in AWS. A list of one and its only member are the same (IAM User Guide, "Grammar"). */
function fits(meant: unknown, found: unknown): boolean {
  if (Array.isArray(meant) || Array.isArray(found)) {
    const [ones, others] = [[meant].flat(), [found].flat()]
    if (ones.length === 1 && others.length === 1) return fits(ones[0], others[0])
    const { missing, added } = difference(ones, others)
    return missing.length + added.length === 0
  }
  if (isRecord(meant) && isRecord(found)) {
    const keys = Object.keys(meant)
    return keys.length === Object.keys(found).length && keys.every((key) => fits(meant[key], found[key]))
  }
  if (isRecord(meant) || isRecord(found)) return meant === unknownText
  return fitsText(String(meant), String(found))
}

/** What is known of `meant` stands in `found` in its order, from the first letter to the last. */
function fitsText(meant: string, found: string): boolean {
  const [first = '', ...others] = meant.split(unknownText)
  const last = others.pop()
  if (last === undefined) return meant === found
  if (!found.startsWith(first)) return false
  let at = first.length
  for (const part of others) {
    const next = found.indexOf(part, at)
    if (next < 0) return false
    at = next + part.length
  }
  return found.length - last.length >= at && found.endsWith(last)
}

function byUnknowns(one: unknown, other: unknown): number {
  return unknownsIn(one) - unknownsIn(other)
}

function unknownsIn(value: unknown): number {
  return JSON.stringify(value ?? null).split(unknownText).length
}

function wordsOf(title: string, statements: readonly unknown[]): readonly string[] {
  if (statements.length === 0) return []
  const shown = statements.slice(0, 3).map((one) => (typeof one === 'string' ? one : JSON.stringify(one)).slice(0, 500))
  const more = statements.length > shown.length ? [`and ${statements.length - shown.length} more`] : []
  return [`${title}: ${[...shown, ...more].join(', ')}.`]
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
