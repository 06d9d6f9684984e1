import { textOf } from '../compact-records/unpack.ts'
import type { DecisionRecord } from '../core/record.ts'
import type { ReleaseSeen } from '../core/release/request.ts'
import type { RecordObjects } from '../ports/record-objects.ts'
import { readQueued, readReleased, trailPrefix } from '../release/trail.ts'
import { latestFirst } from '../core/trace/latest-first.ts'

/** More messages than anybody reads an answer about. */
export const mostLookedUp = 100

/** More than a message has recipients: SES takes 50. */
const mostLines = 200

/**
 * What was released of those messages that were stopped for somebody, of the latest ones. Throws `RecordsInterrupted` for what the
 * store can do, and for what is no line of the trail.
 */
export async function releasesOf(
  objects: RecordObjects,
  records: readonly DecisionRecord[],
  signal: AbortSignal,
): Promise<readonly ReleaseSeen[]> {
  const stopped = records
    .filter(({ recipients }) => recipients.some(({ action }) => action !== 'deliver'))
    .toSorted(latestFirst)
    .slice(0, mostLookedUp)
  const seen: ReleaseSeen[] = []
  for (let at = 0; at < stopped.length; at += atOnce) {
    const some = stopped.slice(at, at + atOnce).map((record) => releasesOfMessage(objects, record, signal))
    seen.push(...(await Promise.all(some)).flat())
  }
  return seen
}

const atOnce = 16

/** All that was released of one message. */
export async function releasesOfMessage(
  objects: RecordObjects,
  message: Pick<DecisionRecord, 'message_id' | 'received_at'>,
  signal: AbortSignal,
): Promise<readonly ReleaseSeen[]> {
  const keys: string[] = []
  for await (const page of objects.list(trailPrefix(message), signal)) {
    keys.push(...page.map(({ key }) => key))
    if (keys.length > mostLines) break
  }
  const texts = await Promise.all(
    keys.slice(0, mostLines).map(async (key) => ({ key, text: await textOf(objects, key, signal) })),
  )
  const queuedAt = new Map<string, string>()
  for (const { key, text } of texts) {
    const queued = key.endsWith(queuedEnd) ? readQueued(text ?? '') : null
    if (queued !== null) queuedAt.set(queued.recipient, queued.queued_at)
  }
  return texts.flatMap(({ key, text }) => {
    if (key.endsWith(queuedEnd) || text === null) return []
    const released = readReleased(key, text)
    return [{ ...released, queued_at: queuedAt.get(released.recipient) ?? null }]
  })
}

const queuedEnd = '.queued.json'
