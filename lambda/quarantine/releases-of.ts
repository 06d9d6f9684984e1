import { textOf } from '../compact-records/unpack.ts'
import type { Released } from '../core/release/request.ts'
import type { RecordObjects } from '../ports/record-objects.ts'
import { readReleased, trailPrefix } from '../release/trail.ts'

/** No message has more recipients than SES takes at once, and each is two objects. */
const mostReleases = 1000

/** For whom a message was released. Throws `RecordsInterrupted` for what the store can do, and for what is no line of the trail. */
export async function releasesOf(
  objects: RecordObjects,
  message: { readonly message_id: string; readonly received_at: string },
  signal: AbortSignal,
): Promise<readonly Released[]> {
  const keys: string[] = []
  for await (const page of objects.list(trailPrefix(message), signal)) {
    keys.push(...page.map(({ key }) => key).filter((key) => !key.endsWith('.queued.json')))
    if (keys.length >= mostReleases) break
  }
  const lines = await Promise.all(
    keys.slice(0, mostReleases).map(async (key) => {
      const text = await textOf(objects, key, signal)
      return text === null ? [] : [readReleased(key, text)]
    }),
  )
  return lines.flat()
}
