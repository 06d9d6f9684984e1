import type { BounceFact, RecipientBounceFact } from '../../bounce-facts.ts'
import type { Facts, RecipientFact } from '../../facts.ts'
import type { Mismatch, Proof, Silence } from '../../judgement.ts'
import type { Message } from '../../message.ts'
import type { Policy } from '../../policy.ts'
import { parseAddress } from '../../protocol/address.ts'
import { MS_A_DAY } from '../../protocol/keyed-hash.ts'
import { isWithin } from '../../protocol/idna.ts'
import { foldedAddress, proofOfSending } from '../../sent-log.ts'
import { isBounceAddress, sameIdentity, type SameIdentity } from './identity.ts'

export type Findings = {
  readonly proof: Proof | null
  readonly silences: readonly Silence[]
  readonly mismatches: readonly Mismatch[]
}

type Read = Extract<BounceFact, { answer: 'read' }>
type Finding =
  | { readonly kind: 'proof'; readonly proof: Proof }
  | { readonly kind: 'silence'; readonly silence: Silence }
  | { readonly kind: 'mismatch'; readonly mismatch: Mismatch }
  | null

/** Looks for a proof in each place in turn; the first one found is the proof. */
export function findProof(fact: Read, facts: Facts, index: number, policy: Policy): Findings {
  const recipient = facts.recipients[index]
  const own = fact.recipients[index]
  if (recipient === undefined || own === undefined) return { proof: null, silences: [], mismatches: [] }
  const found = [
    fromTag(own),
    fromSignature(fact, recipient, policy),
    fromHeader(fact, recipient, facts.message, policy),
    fromSentLog(fact, recipient, facts.message, policy),
  ].filter((finding) => finding !== null)
  return {
    proof: found.find((finding) => finding.kind === 'proof')?.proof ?? null,
    silences: found.flatMap((finding) => (finding.kind === 'silence' ? [finding.silence] : [])),
    mismatches: found.flatMap((finding) => (finding.kind === 'mismatch' ? [finding.mismatch] : [])),
  }
}

/**
 * SES's own word about mail that we sent: From MAILER-DAEMON at amazonses.com or below it, DMARC passed by SES's own verdict,
 * one From field, and To is the recipient. What the header says of authentication is not looked at: a sender can write it.
 */
export function isSesFeedback({ fromField, fromFields, toField, scans }: Message, recipient: string): boolean {
  const from = fromField === null ? null : parseAddress(fromField)
  if (from?.kind !== 'address' || from.localPart.toLowerCase() !== 'mailer-daemon') return false
  if (!isWithin(from.domain, 'amazonses.com') || fromFields !== 1 || scans.dmarc !== 'pass') return false
  const wanted = foldedAddress(recipient)
  return wanted !== null && toField.some((to) => foldedAddress(to) === wanted)
}

/** A tag names its mailbox, so that it proves for this recipient alone. */
function fromTag({ tag }: RecipientBounceFact): Finding {
  if (tag.answer === 'not-asked') return null
  if (tag.answer === 'unavailable') return silent('tag-key')
  const { check, use } = tag
  if (check.answer === 'genuine') return proven({ by: use, key: check.key, lastDay: check.lastDay })
  if (check.answer === 'expired') return mismatch('tag-expired')
  return check.answer === 'no-tag' ? null : mismatch('tag-fails')
}

function fromSignature({ dkim, author }: Read, recipient: RecipientFact, policy: Policy): Finding {
  if (dkim.answer === 'not-asked' || dkim.outcome.answer === 'unsigned') return null
  const { outcome } = dkim
  if (outcome.answer === 'undecidable') return silent('dkim-key')
  if (outcome.answer === 'failed') {
    if (outcome.why === 'too-old') return mismatch('signature-too-old')
    return mismatch(outcome.why === 'age-unknown' ? 'signature-without-date' : 'signature-fails')
  }
  // Servers add no From: above the one that was signed, somebody put another, and readers are shown that one.
  if (outcome.fromFields !== 1) return mismatch('several-from-fields')
  const { d, s, b } = outcome
  const proof = { by: 'dkim', d, s, b, signedAt: new Date(outcome.signedAt).toISOString() } as const
  return ofAuthor(proof, outcome.signed.fromAddress, recipient, author, policy)
}

function fromHeader({ header, author }: Read, recipient: RecipientFact, message: Message, policy: Policy): Finding {
  if (header.answer === 'not-asked') return null
  if (header.answer === 'unavailable') return silent('proof-header-key')
  const { check } = header
  if (check.answer === 'absent') return null
  if (check.answer !== 'genuine') return mismatch('proof-header-fails')
  const { key, signedAt, nonce } = check
  if (isTooOld(signedAt, message, policy)) return mismatch('proof-header-fails')
  return ofAuthor({ by: 'proof-header', key, signedAt, nonce }, check.from, recipient, author, policy)
}

/** Message-IDs are public: the report must also name somebody to whom that message went, and come to whoever sent it. */
function fromSentLog(
  { sent, report, author }: Read,
  recipient: RecipientFact,
  message: Message,
  policy: Policy,
): Finding {
  if (sent.answer === 'not-asked') return null
  if (sent.answer === 'unavailable') return silent('sent-log')
  if (sent.entries.length === 0) return null
  const failed = report.failed.flatMap(({ address }) => (address === null ? [] : [address]))
  const maxAge = policy.bounces.maxAgeDays * MS_A_DAY
  const proof = proofOfSending(sent.entries, [...failed, ...report.originals], message.receivedAt, maxAge)
  if (proof.answer === 'hint') return mismatch(proof.why === 'too-old' ? 'sent-too-long-ago' : 'sent-to-others')
  const found = { by: 'sent-log', messageId: report.returned?.messageId ?? '', sentAt: proof.sentAt } as const
  if (proof.reversePath === null || foldedAddress(proof.reversePath) === foldedAddress(recipient.address)) {
    return proven(found)
  }
  return ofAuthor(found, proof.reversePath, recipient, author, policy)
}

/** A proof that the message is ours is one for this recipient only if it is theirs, or a declared return path. */
function ofAuthor(
  proof: Proof,
  from: string,
  recipient: RecipientFact,
  author: Read['author'],
  policy: Policy,
): Finding {
  if (isBounceAddress(recipient)) return proven(proof)
  const identity: SameIdentity = sameIdentity(from, recipient, author, policy)
  if (identity === 'unavailable') return silent('directory')
  return identity === 'same' ? proven(proof) : mismatch('author-is-another')
}

/** The field has a longest age of its own. How often it was used is remembered for that of the policy alone. */
function isTooOld(at: string, { receivedAt }: Message, { bounces }: Policy): boolean {
  return Date.parse(receivedAt) - Date.parse(at) > bounces.maxAgeDays * MS_A_DAY
}

const proven = (proof: Proof): Finding => ({ kind: 'proof', proof })
const silent = (silence: Silence): Finding => ({ kind: 'silence', silence })
const mismatch = (what: Mismatch): Finding => ({ kind: 'mismatch', mismatch: what })
