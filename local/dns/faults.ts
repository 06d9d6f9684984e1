import type { DnsAnswer, DnsReply } from './answers.ts'
import type { DnsName, DnsRecord } from './records.ts'

/** The ways in which a zone fails on purpose, each seen on some public list. `ms` in milliseconds. */
export type DnsFault =
  /** Never answers. */
  | { readonly kind: 'silent' }
  | { readonly kind: 'slow'; readonly ms: number }
  | { readonly kind: 'servfail' }
  | { readonly kind: 'refused' }
  /** Every name under it has this address: a list that was closed by listing the world. */
  | { readonly kind: 'lists-everything'; readonly address: string }
  /** It and every name under it have this address, outside 127/8: the domain went to a parking service. */
  | { readonly kind: 'parked'; readonly address: string }
  /** Every name under it has this address, in 127.255.255/24: the list does not want our resolver. */
  | { readonly kind: 'error-code'; readonly address: string }
  /** No name under it exists. */
  | { readonly kind: 'empty' }

export type QuestionAtFault = {
  readonly name: DnsName
  readonly type: string
  /** The suffix that the fault was set for. */
  readonly zone: DnsName
  readonly soa: readonly DnsRecord[]
}

/** Seconds, of an address that a fault makes up. */
const FAULT_TTL = 300

/** What a question gets whose zone has a fault. `normal` is asked only where the fault lets the truth through. */
export const answerAtFault = (fault: DnsFault, question: QuestionAtFault, normal: () => DnsAnswer): DnsReply => {
  switch (fault.kind) {
    case 'silent':
      return { kind: 'silence' }
    case 'slow':
      return { kind: 'answer', answer: normal(), afterMs: fault.ms }
    case 'servfail':
      return atOnce({ rcode: 'SERVFAIL', answers: [], authorities: [] })
    case 'refused':
      return atOnce({ rcode: 'REFUSED', answers: [], authorities: [] })
    case 'empty':
      if (question.name === question.zone) return atOnce(normal())
      return atOnce({ rcode: 'NXDOMAIN', answers: [], authorities: question.soa })
    case 'lists-everything':
    case 'error-code':
      if (question.name === question.zone) return atOnce(normal())
      return atOnce(everywhere(fault.address, question))
    case 'parked':
      return atOnce(everywhere(fault.address, question))
  }
}

const atOnce = (answer: DnsAnswer): DnsReply => ({ kind: 'answer', answer, afterMs: 0 })

const everywhere = (address: string, { name, type, soa }: QuestionAtFault): DnsAnswer =>
  type === 'A'
    ? { rcode: 'NOERROR', answers: [{ name, ttl: FAULT_TTL, type, data: address }], authorities: [] }
    : { rcode: 'NOERROR', answers: [], authorities: soa }
