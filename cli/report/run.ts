import { readinessOf } from '../../lambda/core/readiness/judge.ts'
import type { Readiness } from '../../lambda/core/readiness/readiness.ts'
import { takeRecord, type DomainTally } from '../../lambda/core/readiness/tally.ts'
import { createProgress } from '../progress.ts'
import { readRecords } from '../records/read-records.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { print, printJson, say } from '../terminal.ts'
import { withRecords } from '../records/open-records.ts'
import { readSinceUntil } from '../records/time-range.ts'
import { fail, type Verb } from '../verb.ts'
import { readinessWords } from './words.ts'

export type ReportInput = {
  readonly since: string | null
  readonly until: string | null
  readonly domain: string | null
}

/** Reads the records of some time once, and says of each domain of the configuration whether it may be enforced. */
export async function report({ since, until, domain }: ReportInput, verb: Verb): Promise<ExitCode> {
  const range = readSinceUntil(since, until, new Date(), usualDays)
  if (typeof range === 'string') {
    say(verb.terminal, range)
    return exitCodes.usage
  }
  return withRecords(verb, async ({ config, client, bucket, name }) => {
    const served = config.domains.map((one) => one.name)
    const wanted = domain === null ? served : [domain.toLowerCase()]
    if (domain !== null && !served.includes(domain.toLowerCase())) {
      return fail(verb, `${domain} is not in the configuration, which has ${served.join(', ')}.`)
    }
    const tallies = new Map<string, DomainTally>()
    const progress = createProgress(verb.terminal)
    let read = 0
    let unreadable = 0
    for await (const one of readRecords(client, bucket, range)) {
      if (one.answer === 'unreadable') unreadable += 1
      if (one.answer !== 'record') continue
      read += 1
      progress.show(`${read} records read, ${one.record.received_at.slice(0, 10)}`)
      takeRecord(tallies, one.record)
    }
    progress.clear()
    const found = wanted.flatMap((each) => {
      const tally = tallies.get(each)
      return tally === undefined ? [] : [readinessOf(each, tally)]
    })
    for (const each of found) await tell(each, verb)
    const silent = wanted.filter((each) => !tallies.has(each))
    say(
      verb.terminal,
      ...silent.map((each) => `${each}: no mail came, so that nothing can be said.`),
      `${read} ${read === 1 ? 'record' : 'records'} received from ${range.from} until ${range.until} were read (${name}).`,
      ...(unreadable === 0
        ? []
        : [
            `${unreadable} ${unreadable === 1 ? 'object' : 'objects'} could not be read: what stands there is missing above.`,
          ]),
    )
    if (unreadable > 0) return exitCodes.error
    return silent.length === 0 && found.every(({ verdict }) => verdict === 'ready') ? exitCodes.ok : exitCodes.findings
  })
}

/** Two weekends. */
const usualDays = 14

async function tell(readiness: Readiness, verb: Verb): Promise<void> {
  if (verb.json) await printJson(verb.terminal, readiness)
  else for (const line of readinessWords(readiness)) await print(verb.terminal, line)
}
