import type { RecordObjects, StoredContent } from '../ports/record-objects.ts'

/**
 * That a digest goes out once: `digests/dt=DAY/DOMAIN.json` is written before it is sent, only if nobody else has, and
 * `DOMAIN_sent.json` when it was taken. Where the first stands alone for long, whoever wrote it has ended on the way: it is sent again,
 * because a digest that comes twice is better than one that never comes.
 */
export const digestPrefix = 'digests/'

/** Longer than a run may take (infra/digest.ts). */
const abandonedMs = 20 * 60_000

export type Marks = { readonly sent: ReadonlySet<string>; readonly begun: ReadonlyMap<string, string> }

/** Which digests of a day were sent, and which begun and when (ISO 8601 UTC): one listing for a thousand of them. */
export async function readMarks(objects: RecordObjects, day: string, signal: AbortSignal): Promise<Marks> {
  const folder = folderOf(day)
  const sent = new Set<string>()
  const begun = new Map<string, string>()
  for await (const page of objects.list(folder, signal)) {
    for (const { key, writtenAt } of page) {
      const name = key.slice(folder.length)
      if (name.endsWith(sentEnd)) sent.add(name.slice(0, -sentEnd.length))
      else if (name.endsWith('.json')) begun.set(name.slice(0, -'.json'.length), writtenAt)
    }
  }
  return { sent, begun }
}

/** Whether a digest is to be sent at `now`: it was not, and nobody is at it. */
export function isOpen({ sent, begun }: Marks, domain: string, now: number): boolean {
  if (sent.has(domain)) return false
  const since = begun.get(domain)
  return since === undefined || now - Date.parse(since) >= abandonedMs
}

/** Takes the digest of a domain to send it; false: somebody else has. `isAbandoned`: it was begun before. */
export async function begin(
  objects: RecordObjects,
  {
    day,
    domain,
    at,
    isAbandoned,
  }: { readonly day: string; readonly domain: string; readonly at: string; readonly isAbandoned: boolean },
  signal: AbortSignal,
): Promise<boolean> {
  const key = `${folderOf(day)}${domain}.json`
  const replaces = isAbandoned ? await objects.stat(key, signal) : null
  return (
    (await objects.write(key, contentOf({ schema_version: 1, domain, begun_at: at }), replaces, signal)) === 'written'
  )
}

/** Says that the topic has taken it. */
export async function finish(
  objects: RecordObjects,
  { day, domain, at }: { readonly day: string; readonly domain: string; readonly at: string },
  signal: AbortSignal,
): Promise<void> {
  const key = `${folderOf(day)}${domain}${sentEnd}`
  await objects.write(key, contentOf({ schema_version: 1, domain, sent_at: at }), null, signal)
}

/** No domain has an underscore. */
const sentEnd = '_sent.json'

function folderOf(day: string): string {
  return `${digestPrefix}dt=${day}/`
}

function contentOf(mark: object): StoredContent {
  const octets = Buffer.from(`${JSON.stringify(mark)}\n`)
  return { size: octets.length, open: () => once(octets), note: 'digest' }
}

async function* once(octets: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(octets)
}
