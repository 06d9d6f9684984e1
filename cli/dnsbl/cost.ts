import { closest, distance } from 'fastest-levenshtein'
import { policyOf } from '../../lambda/config.ts'
import { catalogue } from '../../lambda/core/catalogue.ts'
import { withoutKeys } from '../../lambda/core/zone-keys.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { print, printJson, say } from '../terminal.ts'
import type { Verb } from '../verb.ts'
import { createProgress } from '../progress.ts'
import { withRecords } from '../records/open-records.ts'
import { readRecords } from '../records/read-records.ts'
import { readTimeRange, type TimeRange } from '../records/time-range.ts'
import { touchedBy, touchedColumns, type Touch } from './touched.ts'
import { zoneNamed } from './zone-name.ts'

export type CostInput = { readonly zone: string; readonly from: string; readonly to: string | null }

/**
 * Lists the mail that a zone touched, as it is read. A zone that no record names is an answer; a record that cannot be read
 * is an error, told after all others were read.
 */
export async function cost(input: CostInput, verb: Verb): Promise<ExitCode> {
  const now = { at: new Date(), words: 'now' }
  const range = readTimeRange(
    { option: '--from', text: input.from, usual: now },
    { option: '--to', text: input.to, usual: now },
  )
  if (typeof range === 'string') {
    say(verb.terminal, range)
    return exitCodes.usage
  }
  return withRecords(verb, async ({ config, client, bucket, name }) => {
    const zones = policyOf(config).dnsxl.zones.map(({ zone }) => zone)
    // A zone that was taken out of the configuration still stands in the records.
    const zone = zoneNamed(input.zone, [...zones, ...catalogue.map((entry) => entry.zone)])
    const tally = await list(zone, readRecords(client, bucket, range), verb)
    say(verb.terminal, ...summary(withoutKeys(zone), zones, tally, range, name))
    return tally.unreadable.length > 0 ? exitCodes.error : exitCodes.ok
  })
}

type Tally = {
  readonly read: number
  readonly touched: ReadonlyMap<Touch, ReadonlyMap<string, number>>
  /** The keys of the first few. */
  readonly unreadable: readonly string[]
}

async function list(zone: string, records: ReturnType<typeof readRecords>, verb: Verb): Promise<Tally> {
  const touched = new Map<Touch, Map<string, number>>()
  const unreadable: string[] = []
  const progress = createProgress(verb.terminal)
  let read = 0
  for await (const one of records) {
    if (one.answer === 'unreadable') unreadable.push(one.key)
    if (one.answer !== 'record') continue
    read += 1
    progress.show(`${read} records read, ${one.record.received_at.slice(0, 10)}`)
    const message = touchedBy(zone, one.record)
    if (message === null) continue
    const actions = touched.get(message.touch) ?? new Map<string, number>()
    touched.set(message.touch, actions.set(message.action, (actions.get(message.action) ?? 0) + 1))
    progress.clear()
    if (verb.json) await printJson(verb.terminal, message)
    else await print(verb.terminal, ...touchedColumns(message))
  }
  progress.clear()
  return { read, touched, unreadable }
}

function summary(
  zone: string,
  zones: readonly string[],
  { read, touched, unreadable }: Tally,
  { from, until }: TimeRange,
  stack: string,
): readonly string[] {
  const messages = `${read} ${read === 1 ? 'message' : 'messages'} received from ${from} until ${until} (${stack})`
  const counts = [...touched].map(([touch, actions]) => {
    const done = [...actions].map(([action, count]) => `${count} ${action}`).join(', ')
    return `${sum(actions.values())} ${touchWords[touch]} (${done})`
  })
  const total = sum([...touched.values()].flatMap((actions) => [...actions.values()]))
  const some = unreadable.slice(0, 5).join(', ')
  return [
    total === 0
      ? `No record names ${zone}, of ${messages}.${hint(zone, zones)}`
      : `${zone} touched ${total} of ${messages}: ${counts.join(', ')}.`,
    ...(unreadable.length === 0
      ? []
      : [`${unreadable.length} objects beside them are no decision records, and were left out: ${some}.`]),
  ]
}

const touchWords: { readonly [T in Touch]: string } = { listed: 'listed', unsound: 'not believed', hint: 'as a hint' }

/** A zone that was taken out is still in the records; one that was never in is a typing error. */
function hint(zone: string, zones: readonly string[]): string {
  if (zones.includes(zone) || zones.length === 0) return ''
  const near = closest(zone.slice(0, 255), zones)
  const meant = distance(zone.slice(0, 255), near) <= 3 ? ` Did you mean ${near}?` : ''
  return ` It is not in the configuration, either.${meant}`
}

function sum(counts: Iterable<number>): number {
  let total = 0
  for (const count of counts) total += count
  return total
}
