import { readFileSync } from 'node:fs'
import { parseConfig, problemsText } from '../lambda/config.ts'
import type { DnsRecord } from './dns/records.ts'
import { describeProblem, parseZoneFile } from './dns/zone-file.ts'
import { sampleConfig } from './samples.ts'
import { assumedBehaviour, readBehaviour, type ReadBehaviour } from './ses/behaviour.ts'

type ReadConfig = { readonly config: { readonly [name: string]: unknown }; readonly problem: string | null }

/** A file that holds the settings themselves, or a cdk.json that has them under `context.quietgate`. */
export function readConfig(path: string | undefined): ReadConfig {
  if (path === undefined) return { config: sampleConfig, problem: null }
  try {
    const read = JSON.parse(readFileSync(path, 'utf8')) as {
      readonly [name: string]: unknown
      readonly context?: unknown
    }
    const context = read.context as { readonly quietgate?: unknown } | undefined
    const config = (context?.quietgate ?? read) as ReadConfig['config']
    // The same check as at synth, here in the name of the file that the mistake stands in.
    const parsed = parseConfig(config, path)
    // What a boundary allows stands in the account alone, so that nothing here could be held against it.
    const known = { ...config, permissionsBoundary: null }
    return { config: known, problem: parsed.kind === 'problems' ? problemsText(parsed.problems) : null }
  } catch (error) {
    return { config: {}, problem: `--config ${path} is not a JSON file that can be read: ${(error as Error).message}` }
  }
}

/** What `quietgate conformance` found out. */
export function readConformance(path: string | undefined): ReadBehaviour {
  if (path === undefined) return { kind: 'behaviour', behaviour: assumedBehaviour }
  try {
    return readBehaviour(readFileSync(path, 'utf8'), path)
  } catch (error) {
    return { kind: 'problem', sentence: `--conformance ${path} cannot be read: ${(error as Error).message}` }
  }
}

export function readZones(paths: readonly string[]): {
  readonly records: readonly DnsRecord[]
  readonly problems: readonly string[]
} {
  const records: DnsRecord[] = []
  const problems: string[] = []
  for (const path of paths) {
    try {
      const zone = parseZoneFile(readFileSync(path, 'utf8'), path)
      if (zone.kind === 'problems') problems.push(...zone.problems.map(describeProblem))
      else records.push(...zone.records)
    } catch (error) {
      problems.push(`--zone ${path} cannot be read: ${(error as Error).message}`)
    }
  }
  return { records, problems }
}
