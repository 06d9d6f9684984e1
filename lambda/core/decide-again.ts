import { decide } from './decide.ts'
import type { DomainAnswer, EntryAnswer, Facts, ZoneFact } from './facts.ts'
import type { Action, Policy } from './policy.ts'
import { entryQuestion, recipientFacts, recipientQuestions, zoneQuestions } from './questions.ts'
import type { ReasonCode } from './reasons.ts'
import type { DecisionRecord } from './record.ts'
import { factsOf } from './recorded-facts.ts'
import { needsControl } from './rules/dnsxl.ts'
import type { Verdict } from './verdict.ts'

/** What another policy makes of a recorded decision. */
export type DecidedAgain =
  | {
      readonly answer: 'decided'
      readonly verdict: Verdict
      /** Recipients for whom something else would happen, were every domain in `enforce`. */
      readonly changes: readonly ChangedRecipient[]
      /**
       * What the policy would have asked the world, and nobody asked it then: as silence makes no verdict harsher, the real one might be.
       */
      readonly unheard: readonly Unheard[]
    }
  /** The record has no facts, or those of a version that this one does not know. */
  | { readonly answer: 'unreadable' }

export type ChangedRecipient = {
  readonly address: string
  readonly before: Action
  readonly after: Action
  /** Codes that this decision has and the recorded one has not, and the other way round. */
  readonly gained: readonly ReasonCode[]
  readonly lost: readonly ReasonCode[]
}

export type Unheard =
  | { readonly kind: 'zone' | 'control'; readonly zone: string }
  | { readonly kind: 'directory'; readonly key: string }
  | { readonly kind: 'bounce' }
  | { readonly kind: 'entries' }

/**
 * Decides a recorded message once more, under any policy, from what was heard when it came. Nothing is asked; under the policy that it was
 * decided by, it is decided alike.
 */
export function decideAgain(record: DecisionRecord, policy: Policy): DecidedAgain {
  const recorded = factsOf(record)
  if (recorded === null) return { answer: 'unreadable' }
  const { facts, unheard } = askedBy(policy, recorded)
  const verdict = decide(facts, policy)
  const codesBefore = new Set(record.reasons.map(({ code }) => code))
  const codesAfter = new Set(verdict.reasons.map(({ code }) => code))
  const changes = verdict.recipients.flatMap(({ address, wouldBeAction: after }, at): readonly ChangedRecipient[] => {
    const before = record.recipients[at]?.would_be_action ?? 'deliver'
    if (before === after) return []
    const gained = [...codesAfter].filter((code) => !codesBefore.has(code))
    const lost = [...codesBefore].filter((code) => !codesAfter.has(code))
    return [{ address, before, after, gained, lost }]
  })
  return { answer: 'decided', verdict, changes, unheard }
}

/** The facts as far as this policy would have asked for them. */
function askedBy(policy: Policy, recorded: Facts): { readonly facts: Facts; readonly unheard: readonly Unheard[] } {
  const { message, bounce } = recorded
  const unheard: Unheard[] = []
  const recipients = recipientsAsked(policy, recorded, unheard)
  const questions = zoneQuestions(message, recipients, policy)
  const zones = questions.map(({ zone, name }): ZoneFact => {
    const fact = recorded.zones.find((one) => one.zone === zone)
    const wasAsked = fact !== undefined && fact.answer.answer !== 'not-asked'
    if (name !== null && !wasAsked) unheard.push({ kind: 'zone', zone })
    return fact ?? unasked(zone)
  })
  for (const fact of zones) {
    if (fact.control.answer === 'heard' || fact.control.why === 'no-test-entries') continue
    if (needsControl(fact, zones, policy)) unheard.push({ kind: 'control', zone: fact.zone })
  }
  const isUnread = bounce.answer === 'unread' || (bounce.answer === 'not-asked' && bounce.why === 'bypass')
  if (isUnread) unheard.push({ kind: 'bounce' })
  const wereAsked = recorded.entries.answer !== 'not-asked'
  if (!wereAsked && typeof entryQuestion(message, recipients, policy) !== 'string') unheard.push({ kind: 'entries' })
  return { facts: { ...recorded, recipients, zones }, unheard }
}

/** The recipients with the candidates that this policy tries, each with the answer that was heard of its key. */
function recipientsAsked(policy: Policy, { message, recipients }: Facts, unheard: Unheard[]): Facts['recipients'] {
  const asked = recipientQuestions(message, policy)
  const answers = recipients.flatMap(({ entries }) => entries.map(({ key, answer }) => [key, answer] as const))
  const entries = new Map<string, EntryAnswer>(answers.filter(([, { answer }]) => answer !== 'not-asked'))
  const domains = new Map<string, DomainAnswer>()
  asked.forEach(({ listedUnder }, at) => {
    const domain = recipients[at]?.domain
    if (listedUnder !== null && domain !== undefined && domain.answer !== 'not-asked') domains.set(listedUnder, domain)
  })
  const wanted = asked.flatMap(({ candidates }) =>
    candidates.flatMap(({ key, notAsked }) => (notAsked === null ? [key] : [])),
  )
  for (const key of new Set(wanted)) if (!entries.has(key)) unheard.push({ kind: 'directory', key })
  return recipientFacts(asked, entries, domains)
}

function unasked(zone: string): ZoneFact {
  return {
    zone,
    answer: { answer: 'not-asked', why: 'not-needed' },
    control: { answer: 'not-asked', why: 'nothing-to-count' },
  }
}
