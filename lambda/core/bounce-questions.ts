import { isBounce, MAX_FAILED, type BounceFact, type ReportFact } from './bounce-facts.ts'
import type { Facts, NotAskedWhy, RecipientFact } from './facts.ts'
import type { Message } from './message.ts'
import type { Policy, ProofKeyUse } from './policy.ts'
import { parseAddress } from './protocol/address.ts'
import { withoutBatvTag } from './protocol/batv.ts'
import { HMAC_TAG_LENGTH } from './protocol/hmac-tag.ts'
import { withoutEopSrs } from './protocol/srs.ts'
import { authorKeys, isBounceAddress, nameOf, ownAddress, sameIdentity } from './rules/bounce/identity.ts'
import { judgeBounce } from './rules/bounce/judge.ts'
import { isSesFeedback } from './rules/bounce/proofs.ts'
import { resolveRecipient } from './rules/recipients.ts'
import { foldedAddress, sentLogKey } from './sent-log.ts'

/**
 * What must be asked to judge a bounce. The raw mail is read only of what may be a bounce by its header or its recipient:
 * most mail is none, and costs nothing here.
 */
export function whyNotRead(message: Message, recipients: Facts['recipients'], policy: Policy): NotAskedWhy | null {
  const resolved = recipients.map((fact) => resolveRecipient(fact, policy, message.receivedAt))
  if (resolved.length > 0 && resolved.every(({ mode }) => mode === 'bypass')) return 'bypass'
  const left = recipients.filter((_, index) => resolved[index]?.answer !== 'unknown')
  if (left.length === 0) return 'no-recipient-left'
  if (left.every(({ address }) => isSesFeedback(message, address))) return 'ses-feedback'
  return message.reportSigns.length > 0 || left.some((fact) => isReturnPath(fact) || tagUses(fact, policy).length > 0)
    ? null
    : 'no-report'
}

/** Which tags an address may carry, each with the keys that the policy has for it. */
export function tagUses(recipient: RecipientFact, policy: Policy): readonly Exclude<ProofKeyUse, 'header'>[] {
  const own = ownAddress(recipient, policy)
  if (own === null) return []
  const uses = new Set(policy.bounces.keys.map(({ use }) => use))
  const { localPart } = own
  return [
    ...(uses.has('prvs') && /^prvs=/i.test(localPart) ? (['prvs'] as const) : []),
    ...(uses.has('srs') && /^SRS0[=+-]/i.test(localPart) ? (['srs'] as const) : []),
    ...(uses.has('tag') && /[^a-z0-9]qg\d[a-z2-7]{20}$/i.test(localPart.slice(-HMAC_TAG_LENGTH - 1))
      ? (['tag'] as const)
      : []),
  ]
}

/** Whom a report is about, final and original, as the sent log writes them. */
export function failedAddresses({ failed, originals }: ReportFact): readonly string[] {
  const written = [...failed.flatMap(({ address }) => (address === null ? [] : [address])), ...originals]
  return [...new Set(written.map(foldedAddress).filter((address) => address !== null))].sort()
}

/** The directory's keys of an author who is not plainly the recipient: he may be behind an alias. */
export function authorQuestions(fact: Read, facts: Pick<Facts, 'recipients'>, policy: Policy): readonly string[] {
  const authors = authorsOf(fact)
  const others = facts.recipients.filter((recipient) => !isBounceAddress(recipient))
  const unclear = authors.filter((author) =>
    others.some(
      (recipient) => sameIdentity(author, recipient, { answer: 'not-asked', why: 'not-needed' }, policy) !== 'same',
    ),
  )
  return [...new Set(unclear.flatMap((author) => authorKeys(author, policy)))].slice(0, MAX_FAILED)
}

/** One place to take for the proof of a recipient's bounce. */
export type ClaimQuestion = { readonly recipient: number; readonly proof: string; readonly limit: number }

/** Proofs that anybody can return again who ever saw the message: for how often they count, see `ReplayPolicy`. */
export function claimQuestions(facts: Facts, policy: Policy): readonly ClaimQuestion[] {
  const { bounce } = facts
  if (bounce.answer !== 'read' || !isBounce(bounce.report.kind)) return []
  const failed = failedAddresses(bounce.report).join(',')
  return facts.recipients.flatMap((fact, recipient) => {
    const judgement = judgeBounce(facts, policy, recipient)
    const proof = judgement?.verdict === 'authentic' ? replayable(judgement.proof) : null
    if (proof === null) return []
    const { perFailedRecipient, perMessage } = policy.bounces.replay
    const each = { recipient, proof: `${proof} ${failed}`, limit: perFailedRecipient }
    // A mailing has one signature, and fails for many.
    return isBounceAddress(fact) ? [each] : [each, { recipient, proof, limit: perMessage }]
  })
}

/** The recipients for whom a bounce without proof is counted, by name. */
export function burstQuestions(
  facts: Facts,
  policy: Policy,
): readonly { readonly recipient: number; readonly name: string }[] {
  return facts.recipients.flatMap((fact, recipient) => {
    const verdict = judgeBounce(facts, policy, recipient)?.verdict
    return verdict === 'unverified' || verdict === 'backscatter' ? [{ recipient, name: nameOf(fact) }] : []
  })
}

type Read = Extract<BounceFact, { answer: 'read' }>

/** Who wrote the returned message, by each proof that names somebody. */
function authorsOf({ dkim, header, sent }: Read): readonly string[] {
  const signed = dkim.answer === 'heard' && dkim.outcome.answer === 'verified' ? [dkim.outcome.signed.fromAddress] : []
  const proven = header.answer === 'checked' && header.check.answer === 'genuine' ? [header.check.from] : []
  const logged = sent.answer === 'entries' ? sent.entries.flatMap(({ reversePath }) => reversePath ?? []) : []
  return [...new Set([...signed, ...proven, ...logged])]
}

type Judged = NonNullable<ReturnType<typeof judgeBounce>>

function replayable(proof: Extract<Judged, { verdict: 'authentic' }>['proof']): string | null {
  if (proof.by === 'dkim') return `dkim ${proof.b}`
  if (proof.by === 'proof-header') return `header ${proof.nonce}`
  // As the log compares it: in another case it would be a new proof, a thousand times.
  return proof.by === 'sent-log' ? `sent ${sentLogKey(proof.messageId) ?? proof.messageId}` : null
}

/** Return paths get bounces and nothing else. */
function isReturnPath({ entries, address }: RecipientFact): boolean {
  if (entries.some(({ form }) => form === 'srs' || form === 'bounce-address')) return true
  const read = parseAddress(address)
  if (read.kind !== 'address') return false
  return withoutBatvTag(read.localPart) !== null || withoutEopSrs(read.localPart) !== null
}
