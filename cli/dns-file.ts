import { readFileSync } from 'node:fs'
import type { DnsRecord } from '../local/dns/records.ts'
import { describeProblem, parseZoneFile } from '../local/dns/zone-file.ts'

export type ReadDnsFile =
  | { readonly answer: 'records'; readonly records: readonly DnsRecord[] }
  | { readonly answer: 'problems'; readonly problems: readonly string[] }

/** Reads the answers of `--dns`: a master file (RFC 1035 5). */
export function readDnsFile(path: string): ReadDnsFile {
  try {
    const zone = parseZoneFile(readFileSync(path, 'utf8'), path)
    if (zone.kind === 'records') return { answer: 'records', records: zone.records }
    return { answer: 'problems', problems: zone.problems.map(describeProblem) }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    const why = error.code === 'ENOENT' ? 'there is no such file' : error.message
    return { answer: 'problems', problems: [`The DNS answers (--dns) ${path} cannot be read: ${why}.`] }
  }
}
