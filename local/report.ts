import Table from 'cli-table3'
import { sentenceOf } from '../lambda/core/explain.ts'
import type { DecisionRecord } from '../lambda/core/record.ts'
import type { Replayed } from './replay.ts'
import type { Sample } from './samples.ts'
import { shown } from '../lambda/core/plain-text.ts'

/** One sample, its record, and whether it is what was expected. */
export type Judged = {
  readonly sample: Sample
  readonly record: DecisionRecord | null
  readonly asExpected: boolean
}

/** Whether a record says what the sample's story says: the same action, and the same reasons in any order. */
export function asExpected({ expected }: Sample, record: DecisionRecord | null): boolean {
  if (record === null || record.action !== expected.action) return false
  const codes = new Set(record.reasons.map(({ code }) => code))
  return codes.size === new Set(expected.reasons).size && expected.reasons.every((code) => codes.has(code))
}

/** What happened and why, for a person. */
export function sampleTable(judged: readonly Judged[]): string {
  const table = new Table({
    head: ['message', 'recipients', 'done', 'why'],
    colWidths: [25, 33, 14, 66],
    wordWrap: true,
    // Colours would have to be turned off for pipes and NO_COLOR; the table reads well without.
    style: { head: [], border: [] },
  })
  for (const { sample, record, asExpected } of judged) {
    const who = record?.recipients.map(({ address, answer }) => `${address}: ${answer}`) ?? sample.recipients
    const done = record === null ? 'no record' : record.action
    const why = record?.reasons.map((reason) => sentenceOf(reason)) ?? []
    table.push([
      shown(sample.title),
      shown(who.join('\n')),
      asExpected ? done : `${done} (expected ${sample.expected.action})`,
      shown(why.length === 0 ? 'Nothing speaks against it.' : why.join('\n')),
    ])
  }
  return table.toString()
}

export function replaySummary({ read, accepted, refused, records, actions, reasons }: Replayed): string {
  const counted = (counts: Readonly<Record<string, number>>): string =>
    Object.entries(counts)
      .sort(([, a], [, b]) => b - a)
      .map(([name, count]) => `  ${name}: ${count}`)
      .join('\n')
  return [
    `${read} messages read, ${accepted} accepted, ${refused.length} refused by the listener, ${records} records.`,
    accepted === records
      ? 'In = out: no message is without its record.'
      : `LOST: ${accepted - records} messages have no record.`,
    ...refused.slice(0, 20).map(({ name, reply }) => `  refused: ${name}: ${shown(reply)}`),
    counted(actions),
    counted(reasons),
  ]
    .filter((line) => line !== '')
    .join('\n')
}
