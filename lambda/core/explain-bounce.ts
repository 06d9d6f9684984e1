import type { Kind } from './classify.ts'
import type { Counterproof, Hint, Proof, Silence, Unproven } from './judgement.ts'
import type { Reason, ReasonCode } from './reasons.ts'

type BounceCode = Extract<ReasonCode, 'report-recognised' | `bounce-${string}`>

/** A sentence for each reason about bounces, with its evidence. */
export const bounceSentences: { readonly [C in BounceCode]: (reason: Extract<Reason, { code: C }>) => string } = {
  'report-recognised': ({ kind, evidence }) => `It is ${kindWords[kind]} (${evidence.join(', ')}).`,
  'bounce-authentic': ({ address, proof, d, s, key, signed_at, sent_at, message_id }) =>
    `The bounce to ${address} is about mail of ours: ${proofWords[proof]}${inBrackets([
      s === undefined || d === undefined ? undefined : `${s}._domainkey.${d}`,
      key === undefined ? undefined : `key ${key}`,
      message_id,
      signed_at ?? sent_at,
    ])}. No list and no flood counts against it.`,
  'bounce-backscatter': ({ address, because }) =>
    `The bounce to ${address} is about mail that is not ours: ${counterproofWords[because]}.`,
  'bounce-unverified': ({ address, why, hints }) =>
    `Nothing proves the bounce to ${address}: ${unprovenWords[why]}${hints.length > 0 ? ` (noted: ${hints.map((hint) => hintWords[hint]).join('; ')})` : ''}.`,
  'bounce-suspected': ({ address, hints }) =>
    `The bounce to ${address} proves nothing and looks wrong: ${hints.map((hint) => hintWords[hint]).join('; ')}.`,
  'bounce-undecidable': ({ address, silent }) =>
    `Nobody can say whether the bounce to ${address} is about mail of ours: ${silent.map((who) => silenceWords[who]).join(', ')} gave no answer. It is delivered.`,
  'bounce-unread': ({ cause, signs }) =>
    `It looks like a bounce (${signs.join(', ')}), but the raw mail could not be read (${cause}). It is delivered.`,
  'bounce-burst': ({ address, in_window, limit }) =>
    `${address} gets a flood of bounces without proof: ${in_window > limit ? `more than ${limit} within the window` : `only ${in_window} within the window, but the last flood is not over yet`}.`,
  'bounce-memory-unavailable': ({ address, cause }) =>
    `Earlier bounces to ${address} could not be counted (${cause}): a proof stands, and a flood is not seen.`,
}

const kindWords: { readonly [K in Exclude<Kind, 'none'>]: string } = {
  dsn: 'a bounce (RFC 3464)',
  'dsn-nonstandard': 'a bounce that follows no standard',
  mdn: 'a notice that a message was read or deleted (RFC 8098)',
  'auto-reply': 'an automatic reply',
  challenge: 'a challenge, which asks the sender to confirm',
  'feedback-report': 'a complaint report (RFC 5965)',
}

const proofWords: { readonly [P in Proof['by']]: string } = {
  'ses-feedback': 'SES itself reports about what it sent',
  dkim: 'our own DKIM signature on the returned header verifies',
  'proof-header': 'the field Quietgate-Proof of the returned header is ours',
  'sent-log': 'the sent log has the returned Message-ID for whom it could not reach',
  prvs: 'its address carries a BATV tag of ours',
  srs: 'its address carries an SRS tag of ours',
  tag: 'its address carries a tag of ours',
}

const counterproofWords: { readonly [C in Counterproof]: string } = {
  'never-sends': 'the recipient never sends',
  'not-sent-via-ses': 'the domain sends through SES alone, and the returned message was never there',
  'not-signed': 'all mail of the domain is signed, and the returned message is not',
}

const unprovenWords: { readonly [U in Unproven]: string } = {
  'nothing-returned': 'it returns no header to judge it by',
  'header-incomplete': 'the header that it returns is not whole',
  'no-proof': 'what it returns carries no proof',
  replayed: 'its proof has been used too often',
}

const silenceWords: { readonly [S in Silence]: string } = {
  'dkim-key': 'the DNS (our public key)',
  'proof-header-key': 'the store of the key of Quietgate-Proof',
  'sent-log': 'the sent log',
  'tag-key': 'the store of the keys of tags',
  directory: 'the directory',
}

const hintWords: { readonly [H in Hint]: string } = {
  'signature-fails': 'our signature fails, as it does where a server rewrote the header',
  'signature-too-old': 'our signature is too old',
  'signature-without-date': 'our signature does not say when it was made',
  'several-from-fields': 'there is a second From above the signed one',
  'author-is-another': 'the mail is ours, but not of this recipient',
  'proof-header-fails': 'the field Quietgate-Proof does not hold',
  'tag-fails': 'the tag in the address is not ours',
  'tag-expired': 'the tag in the address has expired',
  'sent-to-others': 'the sent log knows the message, but not for whom it names',
  'sent-too-long-ago': 'the sent log knows the message, which was sent too long ago',
  'client-listed': 'the client is on a list of senders of backscatter',
  'returned-from-is-not-ours': 'the returned From is not in a domain of ours',
  'returned-path-is-not-ours': 'the returned Return-Path is not in a domain of ours',
  'several-recipients': 'it goes to several recipients',
}

function inBrackets(parts: readonly (string | undefined)[]): string {
  const known = parts.filter((part) => part !== undefined)
  return known.length > 0 ? ` (${known.join(', ')})` : ''
}
