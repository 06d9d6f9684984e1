import type { DNSResolver } from 'mailauth'
import type { DnsReply, DnsSource } from './answers.ts'
import { isWellFormed } from './records.ts'
import type { DnsRecord } from './records.ts'

/**
 * `dns.promises.resolve` on a source of the laptop, without a network: the same results, and errors with the same
 * `code`, `syscall` and `hostname`. SPF, DKIM and DMARC are evaluated with it.
 *
 * A slow answer comes at once, and a silence is ETIMEOUT at once: nobody gains by waiting here.
 */
export const resolverOf = (source: DnsSource): DNSResolver => {
  const resolve = (name: string, rrtype = 'A'): Promise<Resolved> => {
    const type = rrtype.toUpperCase()
    const fail = (code: string) => Promise.reject(dnsError(code, type, name))
    if (!isWellFormed(name)) return fail('EBADNAME')
    const reply = source.reply(name, type)
    const code = errorOf(reply)
    if (code !== null || reply.kind === 'silence') return fail(code ?? 'ETIMEOUT')
    const resolved = shapeOf(type, reply.answer.answers)
    return resolved === null ? fail('ENODATA') : Promise.resolve(resolved)
  }
  // The library's type knows the results of TXT and A only, but MX and SOA are objects in node:dns too.
  return resolve as unknown as DNSResolver
}

type Resolved =
  | readonly string[]
  | readonly (readonly string[])[]
  | readonly { readonly exchange: string; readonly priority: number; readonly type: string }[]
  | Readonly<Record<string, string | number>>

const errorOf = (reply: DnsReply): string | null => {
  if (reply.kind === 'silence') return 'ETIMEOUT'
  switch (reply.answer.rcode) {
    case 'NOERROR':
      return null
    case 'NXDOMAIN':
      return 'ENOTFOUND'
    case 'SERVFAIL':
      return 'ESERVFAIL'
    case 'REFUSED':
      return 'EREFUSED'
  }
}

/** Types for which node:dns takes an alias that leads to no record for an empty answer, and not for ENODATA. */
const EMPTY_BEHIND_ALIAS: ReadonlySet<string> = new Set(['A', 'AAAA', 'MX', 'TXT'])

/** Null where there is nothing of the type. The aliases on the way are not the answer, unless they were asked for. */
const shapeOf = (type: string, records: readonly DnsRecord[]): Resolved | null => {
  const found = records.filter((record) => record.type === type)
  if (found.length === 0) return records.length > 0 && EMPTY_BEHIND_ALIAS.has(type) ? [] : null
  const soa = found[0]?.type === 'SOA' ? found[0].data : null
  if (soa !== null) {
    const { mname, rname, serial, refresh, retry, expire, minimum } = soa
    return { nsname: mname, hostmaster: rname, serial, refresh, retry, expire, minttl: minimum }
  }
  const mx = found.flatMap((record) => (record.type === 'MX' ? [record.data] : []))
  if (mx.length > 0) return mx.map(({ preference, exchange }) => ({ exchange, priority: preference, type }))
  const txt = found.flatMap((record) => (record.type === 'TXT' ? [[...record.data]] : []))
  if (txt.length > 0) return txt
  return found.flatMap((record) => (typeof record.data === 'string' ? [record.data] : []))
}

const dnsError = (code: string, type: string, hostname: string): Error => {
  const syscall = `query${type.charAt(0)}${type.slice(1).toLowerCase()}`
  return Object.assign(new Error(`${syscall} ${code} ${hostname}`), { code, syscall, hostname, errno: undefined })
}
