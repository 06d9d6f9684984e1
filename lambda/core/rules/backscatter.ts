import { isBounce } from '../bounce-facts.ts'
import type { Facts } from '../facts.ts'
import type { Judgement, Proof } from '../judgement.ts'
import type { Policy } from '../policy.ts'
import type { Finding, Reason, Rule } from '../reasons.ts'
import { judgeBounce } from './bounce/judge.ts'

/**
 * Judges a bounce by the message that it returns, for each recipient.
 *
 * Three quarters of all bounces to a spammed domain are about mail that somebody forged, and the one among them that is about
 * our own mail is the one that people wait for. So proof that it is ours beats every list and every flood; and a bounce
 * without proof is not a forged one: half of the servers that return a header change it on the way.
 */
export const backscatter: Rule = (facts, policy) => [
  ...aboutMessage(facts),
  ...facts.recipients.flatMap((_, recipient) => {
    const judgement = judgeBounce(facts, policy, recipient)
    return judgement === null
      ? []
      : findingsOf(judgement, facts, policy, recipient).map((finding) => ({ ...finding, recipient }))
  }),
]

type Own = Omit<Finding, 'recipient'>

/** What the message is, in any case: that nothing was done about a vacation reply is worth a line, too. */
function aboutMessage({ bounce, message }: Facts): readonly Finding[] {
  if (bounce.answer === 'unread') {
    const reason = { code: 'bounce-unread', cause: bounce.cause, signs: message.reportSigns } as const
    return [{ by: 'undecidable-bounce', effect: 'overrule', recipient: null, reason }]
  }
  if (bounce.answer === 'not-asked' || bounce.report.kind === 'none') return []
  const { kind, evidence } = bounce.report
  return [
    { by: 'backscatter', effect: 'deliver', recipient: null, reason: { code: 'report-recognised', kind, evidence } },
  ]
}

function findingsOf(judgement: Judgement, facts: Facts, policy: Policy, index: number): readonly Own[] {
  const address = facts.recipients[index]?.address ?? ''
  if (judgement.verdict === 'authentic') {
    const reason = {
      code: 'bounce-authentic',
      address,
      proof: judgement.proof.by,
      ...evidenceOf(judgement.proof),
    } as const
    return [{ by: 'authentic-bounce', effect: 'overrule', reason }, ...memoryFailures(facts, index)]
  }
  if (judgement.verdict === 'undecidable') {
    const reason = { code: 'bounce-undecidable', address, silent: judgement.silences } as const
    return [{ by: 'undecidable-bounce', effect: 'overrule', reason }]
  }
  if (judgement.verdict === 'backscatter') {
    const reason = { code: 'bounce-backscatter', address, because: judgement.because } as const
    return [{ by: 'backscatter', effect: policy.bounces.action, reason }, ...memoryFailures(facts, index)]
  }
  const { why, hints } = judgement
  const suspect = hints.length > 0 && policy.bounces.onHints !== 'deliver'
  return [
    stated({ code: 'bounce-unverified', address, why, hints }),
    ...(suspect ? [acting(policy.bounces.onHints, { code: 'bounce-suspected', address, hints })] : []),
    ...burstOf(facts, policy, index),
    ...memoryFailures(facts, index),
  ]
}

/** While a flood lasts, what proves nothing is put aside; what proves itself never comes here. */
function burstOf({ bounce, recipients }: Facts, policy: Policy, index: number): readonly Own[] {
  const burst = bounce.answer === 'read' && isBounce(bounce.report.kind) ? bounce.recipients[index]?.burst : undefined
  if (burst?.answer !== 'counted' || !burst.burst) return []
  const { limit, action } = policy.bounces.burst
  const address = recipients[index]?.address ?? ''
  return [acting(action, { code: 'bounce-burst', address, in_window: burst.inWindow, limit })]
}

/** A memory that failed neither takes a proof away nor makes a flood. */
function memoryFailures({ bounce, recipients }: Facts, index: number): readonly Own[] {
  const own = bounce.answer === 'read' ? bounce.recipients[index] : undefined
  const address = recipients[index]?.address ?? ''
  return [own?.replay, own?.burst].flatMap((fact) =>
    fact?.answer === 'unavailable' ? [stated({ code: 'bounce-memory-unavailable', address, cause: fact.cause })] : [],
  )
}

function evidenceOf(proof: Proof) {
  switch (proof.by) {
    case 'ses-feedback':
      return {}
    case 'dkim':
      return { d: proof.d, s: proof.s, signed_at: proof.signedAt }
    case 'proof-header':
      return { key: proof.key, signed_at: proof.signedAt }
    case 'sent-log':
      return { message_id: proof.messageId, sent_at: proof.sentAt }
    case 'prvs':
    case 'srs':
    case 'tag':
      return { key: proof.key, last_day: proof.lastDay }
  }
}

function stated(reason: Reason): Own {
  return acting('deliver', reason)
}

function acting(effect: Own['effect'], reason: Reason): Own {
  return { by: 'backscatter', effect, reason }
}
