import { createHash } from 'node:crypto'
import { textOf } from '../compact-records/unpack.ts'
import type { Released } from '../core/release/request.ts'
import { RecordsInterrupted, type RecordObjects, type StoredContent } from '../ports/record-objects.ts'

/** `releases/dt=DAY-OF-RECEIPT/MESSAGE-ID/RECIPIENT-HASH.json`, and beside it `RECIPIENT-HASH.queued.json`. */
export const releasesPrefix = 'releases/'

/** That the job of a release is in the queue: whoever finds a line of the trail without it queues the job again. */
export type Queued = {
  readonly schema_version: 1
  readonly message_id: string
  readonly recipient: string
  /** ISO 8601 UTC with milliseconds. */
  readonly queued_at: string
  readonly request_id: string
}

type Message = { readonly message_id: string; readonly received_at: string }

/** Everything that was released of one message lies below it. */
export function trailPrefix({ message_id, received_at }: Message): string {
  return `${releasesPrefix}dt=${received_at.slice(0, 10)}/${encodeURIComponent(message_id)}/`
}

/** A hash, because an address may hold any character and have more of them than a key. */
export function trailKey(message: Message, recipient: string): string {
  const hash = createHash('sha256').update(recipient, 'utf8').digest('hex').slice(0, 32)
  return `${trailPrefix(message)}${hash}.json`
}

export function queuedKey(message: Message, recipient: string): string {
  return trailKey(message, recipient).replace(/\.json$/, '.queued.json')
}

/**
 * Writes a line of the trail unless there is one. `stands` is what lies there afterwards: `released` itself, or that of an
 * earlier request. Throws `RecordsInterrupted` for what the store can do.
 */
export async function writeOnce(
  objects: RecordObjects,
  receivedAt: string,
  released: Released,
  signal: AbortSignal,
): Promise<{ readonly written: boolean; readonly stands: Released }> {
  const key = trailKey({ ...released, received_at: receivedAt }, released.recipient)
  for (let tries = 0; tries < mostTries; tries++) {
    if ((await objects.write(key, contentOf(released), null, signal)) === 'written') {
      return { written: true, stands: released }
    }
    // `overtaken` is also said while somebody else is writing, and what is being written may fail.
    const text = await textOf(objects, key, signal)
    if (text !== null) return { written: false, stands: readReleased(key, text) }
  }
  throw new RecordsInterrupted(`writing ${key}`, 'others keep writing it')
}

const mostTries = 3

/** Whether the job of an earlier request is known to have reached the queue. */
export async function isQueued(
  objects: RecordObjects,
  message: Message,
  recipient: string,
  signal: AbortSignal,
): Promise<boolean> {
  return (await objects.stat(queuedKey(message, recipient), signal)) !== null
}

export async function markQueued(
  objects: RecordObjects,
  receivedAt: string,
  queued: Queued,
  signal: AbortSignal,
): Promise<void> {
  const key = queuedKey({ ...queued, received_at: receivedAt }, queued.recipient)
  await objects.write(key, contentOf(queued), null, signal)
}

/** Throws `RecordsInterrupted` for what is no line of the trail: it must not be taken for absent. */
export function readReleased(key: string, text: string): Released {
  const value = parsed(text) as Partial<Released> | null
  const by = value?.by as Partial<Released['by']> | undefined
  const isReleased =
    value?.schema_version === 1 &&
    [value.message_id, value.recipient, value.released_at, value.reason, by?.kind, by?.request_id].every(isText)
  if (!isReleased) throw new RecordsInterrupted(`reading ${key}`, 'it is no line of the trail')
  return value as Released
}

/** Null for anything else. */
export function readQueued(text: string): Queued | null {
  const value = parsed(text) as Partial<Queued> | null
  return isText(value?.recipient) && isText(value.queued_at) ? (value as Queued) : null
}

function contentOf(value: object): StoredContent {
  const bytes = Buffer.from(JSON.stringify(value))
  return { size: bytes.length, open: () => once(bytes), note: 'release' }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}
