/**
 * Whether the raw mail of a message is still there, by the `s3://bucket/key` of its record. `missing` is said only when that is
 * certain; what the network and the store can do is `failed`. Gives up when `signal` aborts, and rejects only for a bug.
 */
export type MailStat = (keptKey: string, signal: AbortSignal) => Promise<MailStatted>

export type MailStatted =
  | { readonly answer: 'there'; readonly octets: number }
  | { readonly answer: 'missing' }
  | { readonly answer: 'failed'; readonly cause: string }
