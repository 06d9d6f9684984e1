import { policyOf } from '../../lambda/config.ts'
import { decideAgain, type ChangedRecipient, type Unheard } from '../../lambda/core/decide-again.ts'
import { oneLine } from '../../lambda/core/plain-text.ts'
import type { Policy } from '../../lambda/core/policy.ts'
import type { DecisionRecord } from '../../lambda/core/record.ts'
import { withoutKeys } from '../../lambda/core/zone-keys.ts'
import { readConfiguration } from '../configuration.ts'
import { createProgress } from '../progress.ts'
import { readRecords, type ReadRecord } from '../records/read-records.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { print, printJson, say } from '../terminal.ts'
import { withRecords } from '../records/open-records.ts'
import { readSinceUntil } from '../records/time-range.ts'
import { fail, type Verb } from '../verb.ts'

export type ReplayInput = { readonly file: string; readonly since: string | null; readonly until: string | null }

/** Lists each recipient for whom the other configuration would do something else, as the records are read, and sums it up. */
export async function replay({ file, since, until }: ReplayInput, verb: Verb): Promise<ExitCode> {
  const range = readSinceUntil(since, until, new Date())
  if (typeof range === 'string') {
    say(verb.terminal, range)
    return exitCodes.usage
  }
  const other = readConfiguration({ ...verb, configFile: file })
  if (other.answer === 'unreadable') return fail(verb, other.sentence)
  const policy = policyOf(other.configuration.config)
  return withRecords(verb, async ({ client, bucket, name }) => {
    const tally = await decideAll(readRecords(client, bucket, range), policy, verb)
    say(verb.terminal, ...summary(tally), `Received from ${range.from} until ${range.until} (${name}).`)
    if (tally.unreadable > 0) return exitCodes.error
    return tally.changed === 0 ? exitCodes.ok : exitCodes.findings
  })
}

type Tally = {
  decided: number
  /** Messages. */
  changed: number
  unreadable: number
  /** Recipients, by "deliver -> quarantine". */
  readonly ways: Map<string, number>
  /** Messages, by what nobody had asked for. */
  readonly unheard: Map<string, number>
}

async function decideAll(records: AsyncIterable<ReadRecord>, policy: Policy, verb: Verb): Promise<Tally> {
  const tally: Tally = { decided: 0, changed: 0, unreadable: 0, ways: new Map(), unheard: new Map() }
  const progress = createProgress(verb.terminal)
  for await (const one of records) {
    if (one.answer === 'gone') continue
    const again = one.answer === 'record' ? decideAgain(one.record, policy) : one
    if (one.answer === 'unreadable' || again.answer !== 'decided') {
      tally.unreadable += 1
      continue
    }
    tally.decided += 1
    progress.show(`${tally.decided} records decided again, ${one.record.received_at.slice(0, 10)}`)
    for (const what of new Set(again.unheard.map(unheardWords))) count(tally.unheard, what)
    if (again.changes.length === 0) continue
    tally.changed += 1
    progress.clear()
    for (const change of again.changes) {
      count(tally.ways, `${change.before} -> ${change.after}`)
      await tell(one.record, change, verb)
    }
  }
  progress.clear()
  return tally
}

async function tell(record: DecisionRecord, change: ChangedRecipient, verb: Verb): Promise<void> {
  const { message_id, received_at, mail_from = null, header_from = null, subject = null } = record
  if (verb.json) {
    await printJson(verb.terminal, { message_id, received_at, mail_from, header_from, subject, ...change })
    return
  }
  const why = [...change.gained.map((code) => `+${code}`), ...change.lost.map((code) => `-${code}`)].join(' ')
  const way = `${change.before} -> ${change.after}`
  const columns = [received_at, way, message_id, mail_from ?? '<>', change.address, why || '-', subject ?? '-']
  await print(verb.terminal, ...columns.map((text) => oneLine(text, 80)))
}

function summary({ decided, changed, unreadable, ways, unheard }: Tally): readonly string[] {
  const counted = (counts: ReadonlyMap<string, number>): string =>
    [...counts].map(([what, times]) => `${times} ${what}`).join(', ')
  return [
    changed === 0
      ? `Nothing would change, of ${decided} messages.`
      : `${changed} of ${decided} messages would be treated differently. Recipients: ${counted(ways)}.`,
    ...(unheard.size === 0
      ? []
      : [`Not known, because it was not asked then (messages): ${counted(unheard)}. It counts for nothing here.`]),
    ...(unreadable === 0 ? [] : [`${unreadable} could not be read, and were left out.`]),
  ]
}

function unheardWords(unheard: Unheard): string {
  switch (unheard.kind) {
    case 'zone':
      return `what ${withoutKeys(unheard.zone)} says`
    case 'control':
      return `whether ${withoutKeys(unheard.zone)} was sound`
    case 'directory':
      return 'whether the directory has another form of the address'
    case 'bounce':
      return 'what the message returns'
    case 'entries':
      return 'whether an allow or block entry is about it'
  }
}

function count(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1)
}
