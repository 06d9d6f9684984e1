import type {
  CandidateForm,
  DirectoryEntry,
  EntryAnswer,
  Facts,
  NotAskedWhy,
  RecipientFact,
  UnavailableCause,
} from '../facts.ts'
import { matchesGlob } from '../glob.ts'
import type { Mode, Policy } from '../policy.ts'
import type { Finding, Reason, Rule } from '../reasons.ts'
import type { MatchedBy, RecipientVerdict } from '../verdict.ts'

/**
 * Finds out who exists.
 *
 * The cost of an error is not the same on both sides. To take a stranger for a recipient costs one delivery that the next
 * server files away. To take a recipient for a stranger loses mail that nobody will ever ask for. So "unknown" needs a
 * complete directory and an answer for every candidate of the address; anything less is "unavailable", and counts as known.
 */
export const recipients: Rule = ({ message, recipients: facts }, policy) => {
  const resolutions = facts.map((fact) => resolveRecipient(fact, policy, message.receivedAt))
  const findings = resolutions.flatMap(({ finding }, recipient) =>
    finding === null ? [] : [{ ...finding, recipient }],
  )
  const unknown = resolutions.filter(({ answer }) => answer === 'unknown').length
  if (facts.length === 0) return [statedOfMessage({ code: 'no-recipients' })]
  if (unknown < 3 || unknown * 2 <= facts.length) return findings
  return [...findings, statedOfMessage({ code: 'many-recipients-unknown', unknown, of: facts.length })]
}

export type Resolution = {
  /** The entry that it was found by; null where it was not by one. */
  readonly key: string | null
  readonly answer: RecipientVerdict['answer']
  readonly matchedBy: MatchedBy | null
  /** The mode of the recipient's domain. */
  readonly mode: Mode
  /** What is to be said of it, if anything. */
  readonly finding: Omit<Finding, 'recipient'> | null
}

/** What the directory's answers for one recipient amount to. */
export function resolveRecipient(fact: RecipientFact, policy: Policy, receivedAt: string): Resolution {
  return { mode: modeOf(fact, policy), key: null, ...resolve(fact, policy, receivedAt) }
}

/** The entries of the directory by which recipients were found to exist, each once. A catch-all is nobody in particular. */
export function entriesFound({ message, recipients: facts }: Facts, policy: Policy): readonly string[] {
  const found = facts.map((fact) => resolveRecipient(fact, policy, message.receivedAt))
  return [...new Set(found.flatMap(({ key, matchedBy }) => (key === null || matchedBy === 'catch-all' ? [] : [key])))]
}

/** RFC 5321 4.5.1 and RFC 2142 4: these exist in every domain that takes mail, in any case. */
export function alwaysExists(localPart: string): boolean {
  if (localPart.length > 10) return false
  const folded = localPart.toLowerCase()
  return folded === 'postmaster' || folded === 'abuse'
}

type Resolved = Omit<Resolution, 'mode' | 'key'> & Partial<Pick<Resolution, 'key'>>

/** A domain that is not configured is not ours to stop mail for, whatever the mode: it is only ever observed. */
function modeOf({ domainName }: RecipientFact, policy: Policy): Mode {
  if (domainName === '') return policy.mode
  return policy.domains.find(({ name }) => name === domainName)?.mode ?? 'observe'
}

function resolve(fact: RecipientFact, policy: Policy, receivedAt: string): Resolved {
  const { address } = fact
  let unanswered: UnavailableCause | null = null
  for (const { key, form, answer } of fact.entries) {
    if (form === 'catch-all' && unanswered === null && matchesPattern(fact)) {
      return { answer: 'known', matchedBy: 'pattern', finding: null }
    }
    if (answer.answer === 'unavailable') unanswered ??= answer.cause
    if (answer.answer === 'not-asked' && answer.why !== 'too-long-to-exist') return unasked(address, form, answer.why)
    const entry = standing(answer)
    if (entry === null) continue
    // A candidate before this one went unanswered and might have been somebody: "no" needs every answer, "yes" only one.
    if (entry.kind === 'deny') return unanswered === null ? denied(fact, key, policy) : unavailable(unanswered)
    if (entry.removedAt === null) return { answer: 'known', matchedBy: matchedBy(form, entry), key, finding: null }
    if (withinGrace(entry.removedAt, receivedAt, policy.recipients.graceDays)) {
      const reason = { code: 'recipient-recently-removed', address, removed_at: entry.removedAt } as const
      return { answer: 'known', matchedBy: 'recently-removed', key, finding: stated(reason) }
    }
  }
  if (unanswered !== null) return unavailable(unanswered)
  return unlessIncomplete(fact, {
    answer: 'unknown',
    matchedBy: null,
    finding: {
      by: 'unknown-recipient',
      effect: policy.recipients.unknown,
      reason: { code: 'recipient-unknown', address },
    },
  })
}

/** Null: there is none, or only a denial that its list has dropped, which denies nobody any more. */
function standing(answer: EntryAnswer): DirectoryEntry | null {
  if (answer.answer !== 'found') return null
  const { entry } = answer
  return entry.kind === 'deny' && entry.removedAt !== null ? null : entry
}

/** Patterns come before the catch-all, and after every address that stands in the list by itself. */
function matchesPattern({ entries, domain }: RecipientFact): boolean {
  const patterns = domain.answer === 'complete' || domain.answer === 'incomplete' ? (domain.patterns ?? []) : []
  const localParts = entries
    .filter(({ form }) => form !== 'catch-all')
    .map(({ key }) => key.slice(0, key.lastIndexOf('@')))
  return patterns.some((pattern) => localParts.some((localPart) => matchesGlob(pattern, localPart.toLowerCase())))
}

/** A list that nobody finished proves nothing, not even by what stands in it. */
function unlessIncomplete({ domain, domainName }: RecipientFact, unknown: Resolved): Resolved {
  if (domain.answer === 'complete') return unknown
  if (domain.answer === 'unavailable') return unavailable(domain.cause)
  const why = domain.answer === 'incomplete' ? domain.why : 'never-imported'
  const reason = { code: 'directory-incomplete', domain: domainName ?? '', why } as const
  return { answer: 'unavailable', matchedBy: null, finding: stated(reason) }
}

function denied(fact: RecipientFact, key: string, policy: Policy): Resolved {
  const reason = { code: 'recipient-denied', address: fact.address, key } as const
  const finding = { by: 'unknown-recipient', effect: policy.recipients.unknown, reason } as const
  return unlessIncomplete(fact, { answer: 'unknown', matchedBy: null, finding })
}

function unavailable(cause: UnavailableCause): Resolved {
  return { answer: 'unavailable', matchedBy: null, finding: stated({ code: 'recipients-unavailable', cause }) }
}

function unasked(address: string, form: CandidateForm, why: NotAskedWhy): Resolved {
  if (why === 'always-exists') {
    const reason = { code: 'recipient-always-exists', address } as const
    return { answer: 'known', matchedBy: 'always-exists', finding: { by: 'never-lose', effect: 'overrule', reason } }
  }
  if (form === 'srs' || form === 'bounce-address') {
    const reason = { code: 'recipient-is-return-path', address, form } as const
    return { answer: 'known', matchedBy: 'return-path', finding: stated(reason) }
  }
  if (why === 'bypass') return { answer: 'unavailable', matchedBy: null, finding: stated({ code: 'bypassed' }) }
  const finding = stated({ code: 'recipient-not-checked', address, why })
  if (why === 'domain-not-checked') return { answer: 'known', matchedBy: 'not-checked', finding }
  return { answer: 'unavailable', matchedBy: null, finding }
}

function matchedBy(form: CandidateForm, { kind }: DirectoryEntry): MatchedBy {
  if (form === 'catch-all' || kind === 'catch-all') return 'catch-all'
  if (kind === 'alias') return 'alias'
  if (form === 'without-tag') return 'return-path'
  return form === 'without-sub-address' ? 'sub-address' : 'exact'
}

function withinGrace(removedAt: string, receivedAt: string, graceDays: number): boolean {
  // A time that cannot be read never ends the grace period: it would lose mail.
  return !(Date.parse(receivedAt) - Date.parse(removedAt) > graceDays * 86_400_000)
}

/** Says something without asking for anything. */
function stated(reason: Reason): Omit<Finding, 'recipient'> {
  return { by: 'unknown-recipient', effect: 'deliver', reason }
}

function statedOfMessage(reason: Reason): Finding {
  return { ...stated(reason), recipient: null }
}
