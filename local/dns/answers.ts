import type { DnsRecord } from './records.ts'

export type Rcode = 'NOERROR' | 'SERVFAIL' | 'NXDOMAIN' | 'REFUSED'

export type DnsAnswer = {
  readonly rcode: Rcode
  readonly answers: readonly DnsRecord[]
  /** The SOA of the zone beside a negative answer, its TTL being how long that answer may be kept (RFC 2308 3). */
  readonly authorities: readonly DnsRecord[]
}

/** What becomes of a question: an answer, after a while or at once, or nothing at all. */
export type DnsReply =
  { readonly kind: 'answer'; readonly answer: DnsAnswer; readonly afterMs: number } | { readonly kind: 'silence' }

/** Anything that answers DNS questions from what it has. `type` is the mnemonic, in any case. */
export type DnsSource = { readonly reply: (name: string, type: string) => DnsReply }
