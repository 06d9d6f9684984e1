import { isBounce, type BounceFact } from '../../bounce-facts.ts'
import type { Facts } from '../../facts.ts'
import type { Hint, Judgement, Unproven } from '../../judgement.ts'
import type { Policy } from '../../policy.ts'
import { parseAddress } from '../../protocol/address.ts'
import { isWithin } from '../../protocol/idna.ts'
import { isHintedAt } from '../dnsxl.ts'
import { resolveRecipient } from '../recipients.ts'
import { findCounterproof } from './against.ts'
import { findProof, isSesFeedback } from './proofs.ts'

/**
 * Judges a bounce for one recipient by the message that it returns; null where there is nothing to judge: it is no bounce,
 * or the recipient is not one of ours.
 *
 * Proof comes first, and one is enough. Where one might have been found and somebody was silent, nobody knows, and the bounce
 * is delivered. Only then do the declared absences count, and hints count for nothing unless the operator says so.
 */
export function judgeBounce(facts: Facts, policy: Policy, index: number): Judgement | null {
  const recipient = facts.recipients[index]
  if (recipient === undefined) return null
  if (resolveRecipient(recipient, policy, facts.message.receivedAt).answer === 'unknown') return null
  if (isSesFeedback(facts.message, recipient.address)) return { verdict: 'authentic', proof: { by: 'ses-feedback' } }
  const fact = facts.bounce
  if (fact.answer !== 'read' || !isBounce(fact.report.kind)) return null
  const { proof, silences, mismatches } = findProof(fact, facts, index, policy)
  const replayed = fact.recipients[index]?.replay.answer === 'exhausted'
  if (proof !== null && !replayed) return { verdict: 'authentic', proof }
  // What was used up is a proof of the returned message. A tag is one of this recipient, whatever is returned to him.
  const unheard = proof === null ? silences : silences.filter((silence) => silence === 'tag-key')
  if (unheard.length > 0) return { verdict: 'undecidable', silences: unheard }
  const because = proof === null ? findCounterproof(fact, recipient, policy) : null
  if (because !== null) return { verdict: 'backscatter', because }
  const hints = [...mismatches, ...hintsOf(fact, facts, policy)]
  return { verdict: 'unverified', why: proof === null ? whyUnproven(fact) : 'replayed', hints }
}

type Read = Extract<BounceFact, { answer: 'read' }>

function whyUnproven({ report: { returned } }: Read): Unproven {
  if (returned === null) return 'nothing-returned'
  return returned.complete ? 'no-proof' : 'header-incomplete'
}

function hintsOf({ report: { returned } }: Read, facts: Facts, policy: Policy): readonly Hint[] {
  const { message } = facts
  return [
    ...(isHintedAt(facts, policy) ? (['client-listed'] as const) : []),
    ...(isForeign(returned?.from ?? null, policy) ? (['returned-from-is-not-ours'] as const) : []),
    ...(isForeign(returned?.returnPath ?? null, policy) ? (['returned-path-is-not-ours'] as const) : []),
    ...(message.reversePath === null && message.recipients.length > 1 ? (['several-recipients'] as const) : []),
  ]
}

function isForeign(address: string | null, { domains }: Policy): boolean {
  const read = address === null ? null : parseAddress(address)
  return read?.kind === 'address' && !domains.some(({ name }) => isWithin(read.domain, name))
}
