import type { Facts } from './facts.ts'
import { actions, type Action, type Mode, type Policy } from './policy.ts'
import { overrules, type Finding, type Reason, type ReasonCode, type Rule } from './reasons.ts'
import { backscatter } from './rules/backscatter.ts'
import { dnsxl } from './rules/dnsxl.ts'
import { entries } from './rules/entries.ts'
import { event } from './rules/event.ts'
import { recipients, resolveRecipient } from './rules/recipients.ts'
import { scans } from './rules/scans.ts'
import type { RecipientVerdict, Verdict } from './verdict.ts'

const rules: readonly Rule[] = [recipients, entries, backscatter, dnsxl, scans, event]

/**
 * Judges a message. All rules run, the harshest finding that nothing overrules wins, and every reason is given.
 *
 * A message is stopped only when every recipient is: SES takes one answer for all of them (see docs/adr/0003).
 */
export function decide(facts: Facts, policy: Policy): Verdict {
  const findings = rules.flatMap((rule) => rule(facts, policy))
  const judged = facts.recipients.map((fact, index): RecipientVerdict => {
    const { answer, matchedBy, mode } = resolveRecipient(fact, policy, facts.message.receivedAt)
    const concerned = findings.filter(({ recipient }) => recipient === null || recipient === index)
    const wouldBeAction = harshestOf(concerned)
    const own = concerned.filter(({ recipient }) => recipient === index)
    return {
      address: fact.address,
      answer,
      matchedBy,
      mode,
      action: mode === 'enforce' ? wouldBeAction : 'deliver',
      wouldBeAction,
      reasons: own.map(({ reason }) => reason),
    }
  })
  return {
    mode: mildestMode(judged, policy),
    action: mildest(judged.map(({ action }) => action)),
    wouldBeAction: mildest(judged.map(({ wouldBeAction }) => wouldBeAction)),
    recipients: judged,
    reasons: distinct(findings.map(({ reason }) => reason)),
  }
}

/** A reason that overruled others, with those whose effect it took. */
export type Overruled = { readonly by: ReasonCode; readonly codes: readonly ReasonCode[] }

/** Which reasons of a message would have done something, had not another one overruled them, for those whom both concern. */
export function overruledIn(facts: Facts, policy: Policy): readonly Overruled[] {
  const findings = rules.flatMap((rule) => rule(facts, policy))
  return findings.flatMap(({ by, effect, recipient, reason }): readonly Overruled[] => {
    if (effect !== 'overrule') return []
    const taken = findings.filter(
      (other) =>
        other.effect !== 'deliver' &&
        other.effect !== 'overrule' &&
        (overrules[by] ?? []).includes(other.by) &&
        (recipient === null || other.recipient === null || other.recipient === recipient),
    )
    return taken.length === 0 ? [] : [{ by: reason.code, codes: [...new Set(taken.map((one) => one.reason.code))] }]
  })
}

/** The milder of all of them; a message that is for nobody is delivered. */
export function mildest(of: readonly Action[]): Action {
  return actions.find((action) => of.includes(action)) ?? 'deliver'
}

/** What remains to be done once each overruling finding has taken the effect of those that it overrules. */
function harshestOf(findings: readonly Finding[]): Action {
  const overruled = new Set(findings.flatMap(({ by, effect }) => (effect === 'overrule' ? (overrules[by] ?? []) : [])))
  const standing = findings.filter(({ by }) => !overruled.has(by)).map(({ effect }) => effect)
  return actions.findLast((action) => standing.includes(action)) ?? 'deliver'
}

const modes: readonly Mode[] = ['bypass', 'observe', 'enforce']

function mildestMode(judged: readonly RecipientVerdict[], policy: Policy): Mode {
  return modes.find((mode) => judged.some((recipient) => recipient.mode === mode)) ?? policy.mode
}

/** Two recipients of one domain may give the same reason; it is said once. */
function distinct(reasons: readonly Reason[]): readonly Reason[] {
  if (reasons.length < 2) return reasons
  return [...new Map(reasons.map((reason) => [JSON.stringify(reason), reason])).values()]
}
