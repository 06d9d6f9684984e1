import { freshPrefix } from '../../lambda/core/compaction/hours.ts'
import { readRow } from '../../lambda/core/compaction/row.ts'
import type { DecisionRecord } from '../../lambda/core/record.ts'
import { textOf } from '../../lambda/compact-records/unpack.ts'
import type { ListedObject, RecordObjects } from '../../lambda/ports/record-objects.ts'

export type FollowOptions = {
  /** Milliseconds since 1970: what was written before is not shown. */
  readonly since: number
  /** Milliseconds since 1970. */
  readonly clock: () => number
  /** Waits until the next look; false: there is none. */
  readonly wait: () => Promise<boolean>
}

/**
 * Decisions in the order in which they were written, each once, look by look. What is held is bounded by the decisions of ten minutes: the
 * store shows everything that was written at the next look.
 */
export async function* follow(
  objects: RecordObjects,
  { since, clock, wait }: FollowOptions,
  signal: AbortSignal,
): AsyncGenerator<DecisionRecord> {
  const seen = new Map<string, number>()
  let from = since
  do {
    const fresh = await listedSince(objects, from, clock(), signal)
    for (const { key, writtenAt } of fresh) {
      if (seen.has(key)) continue
      seen.set(key, Date.parse(writtenAt))
      const record = readRow((await textOf(objects, key, signal)) ?? '')
      if (record !== null) yield record
    }
    // Clocks differ by minutes at most, and what is older cannot come any more.
    from = Math.max(since, clock() - tenMinutes)
    for (const [key, at] of seen) if (at < from) seen.delete(key)
  } while (await wait())
}

const tenMinutes = 600_000
const dayMs = 86_400_000

/** Of the days of receipt that SES may still ask about, those that hold most of what is new: today and yesterday. */
async function listedSince(
  objects: RecordObjects,
  from: number,
  now: number,
  signal: AbortSignal,
): Promise<readonly ListedObject[]> {
  const fresh: ListedObject[] = []
  for (const at of [now - dayMs, now]) {
    for await (const page of objects.list(freshPrefix(new Date(at).toISOString().slice(0, 10)), signal)) {
      fresh.push(...page.filter(({ writtenAt }) => Date.parse(writtenAt) >= from))
    }
  }
  return fresh.sort((a, b) => (a.writtenAt < b.writtenAt ? -1 : 1))
}
