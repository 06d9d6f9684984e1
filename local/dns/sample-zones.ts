import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { DnsRecord } from './records.ts'
import { describeProblem, parseZoneFile } from './zone-file.ts'

/** The zones of `samples.zone`, beside this file; its head says who is who. Throws if somebody broke the file. */
export const sampleRecords = (): readonly DnsRecord[] => {
  const path = fileURLToPath(new URL('samples.zone', import.meta.url))
  const zone = parseZoneFile(readFileSync(path, 'utf8'), path)
  if (zone.kind === 'problems') throw new Error(zone.problems.map(describeProblem).join('\n'))
  return zone.records
}
