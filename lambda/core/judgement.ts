/** What a bounce is to one recipient. */
export type Judgement =
  /** It is about mail that we sent. */
  | { readonly verdict: 'authentic'; readonly proof: Proof }
  /** Somebody who might have proven it gave no answer. */
  | { readonly verdict: 'undecidable'; readonly silences: readonly Silence[] }
  /** It is about mail that we did not send. */
  | { readonly verdict: 'backscatter'; readonly because: Counterproof }
  /** Nothing proves it, and nothing speaks for certain against it. */
  | { readonly verdict: 'unverified'; readonly why: Unproven; readonly hints: readonly Hint[] }

export type BounceVerdict = Judgement['verdict']

/** Why a bounce is about mail of ours. */
export type Proof =
  | { readonly by: 'ses-feedback' }
  | {
      readonly by: 'dkim'
      readonly d: string
      readonly s: string
      /** ISO 8601 UTC. */
      readonly signedAt: string
      /** The signature itself: by it a replay is recognised. */
      readonly b: string
    }
  | { readonly by: 'proof-header'; readonly key: string; readonly signedAt: string; readonly nonce: string }
  | { readonly by: 'sent-log'; readonly messageId: string; readonly sentAt: string }
  | { readonly by: 'prvs' | 'srs' | 'tag'; readonly key: string; readonly lastDay: string }

/** Somebody who might have proven it gave no answer. */
export type Silence = 'dkim-key' | 'proof-header-key' | 'sent-log' | 'tag-key' | 'directory'

/** Why a bounce cannot be about mail of ours. Each stands on something that the operator declared. */
export type Counterproof =
  /** The recipient never sends. */
  | 'never-sends'
  /** The domain sends through SES alone, and the returned message was never there. */
  | 'not-sent-via-ses'
  /** All our mail is signed, and the returned message, from a domain of ours, is not. */
  | 'not-signed'

/** `replayed`: there is a proof, and it was used up. */
export type Unproven = 'nothing-returned' | 'header-incomplete' | 'no-proof' | 'replayed'

/** What looks wrong and proves nothing: servers rewrite headers, lists forward, people have several addresses. */
export type Hint =
  Mismatch | 'client-listed' | 'returned-from-is-not-ours' | 'returned-path-is-not-ours' | 'several-recipients'

/** Something that would have been a proof, and is not. */
export type Mismatch =
  | 'signature-fails'
  | 'signature-too-old'
  | 'signature-without-date'
  | 'several-from-fields'
  | 'author-is-another'
  | 'proof-header-fails'
  | 'tag-fails'
  | 'tag-expired'
  | 'sent-to-others'
  | 'sent-too-long-ago'
