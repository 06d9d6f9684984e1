import { GetObjectCommand, S3ServiceException, type S3Client } from '@aws-sdk/client-s3'
import type { EntriesSilence } from '../core/entries/entries-fact.ts'
import { entryIndex, type EntryIndex } from '../core/entries/entry-index.ts'
import { entriesKey, MAX_ENTRIES_OCTETS } from '../core/entries/place.ts'
import type { Entries } from '../ports/entries.ts'
import { awsFailure } from './aws-failure.ts'

export type S3EntriesOptions = {
  readonly client: S3Client
  /** The record bucket. Whoever may not list it hears 403 of a list that nobody ever wrote, which is no answer. */
  readonly bucket: string
  /** Milliseconds since 1970. @default Date.now */
  readonly clock?: () => number
  /** The list could not be read. */
  readonly failed: () => void
}

/** So soon a change is obeyed. Within that time a function asks S3 once, whatever comes. */
const freshForMs = 30_000

/** Beyond that, what was read earlier says nothing about what the operator wants now. */
const usedForMs = 15 * 60_000

/** A store that does not answer is not asked again for every message. */
const triedAgainAfterMs = 5000

/** A read that takes longer would be noticed by whoever waits for the mail. */
const readingTakesMs = 2000

/**
 * The entries of the record bucket, read again when they are older than half a minute, and only if they have changed: S3 answers
 * 304 to the ETag that is known (RFC 9110 13.1.2). While S3 does not answer, the last list is used for a quarter of an hour.
 */
export function createS3Entries({ client, bucket, clock = Date.now, failed }: S3EntriesOptions): Entries {
  let known: Known = { index: nothing, etag: null, readAt: null }
  let failure: { readonly cause: EntriesSilence; readonly at: number } | null = null
  const refresh = async (now: number, signal: AbortSignal): Promise<void> => {
    const read = await readWithin(client, bucket, known.etag, signal)
    if (read.answer === 'failed') {
      failure = { cause: read.cause, at: now }
      failed()
      return
    }
    failure = null
    known = read.answer === 'unchanged' ? { ...known, readAt: now } : { ...read, readAt: now }
  }
  return async ({ parties, receivedAt }, signal) => {
    const now = clock()
    if (!isWithin(known.readAt, freshForMs, now) && !isWithin(failure?.at ?? null, triedAgainAfterMs, now)) {
      await refresh(now, signal)
    }
    if (failure !== null && !isWithin(known.readAt, usedForMs, now)) {
      return { answer: 'unavailable', cause: failure.cause }
    }
    return { answer: 'heard', matching: known.index.matching(parties, receivedAt) }
  }
}

type Known = {
  readonly index: EntryIndex
  readonly etag: string | null
  /** When S3 last said that this is the list; null: never. */
  readonly readAt: number | null
}

type Read =
  | { readonly answer: 'read'; readonly index: EntryIndex; readonly etag: string | null }
  | { readonly answer: 'unchanged' }
  | { readonly answer: 'failed'; readonly cause: EntriesSilence }

const nothing = entryIndex([])

/** A clock that was set back would otherwise keep what was read for as long as it was set back. */
function isWithin(at: number | null, milliseconds: number, now: number): boolean {
  return at !== null && now >= at && now - at < milliseconds
}

async function readWithin(client: S3Client, bucket: string, etag: string | null, signal: AbortSignal): Promise<Read> {
  const budget = AbortSignal.timeout(readingTakesMs)
  try {
    return await read(client, bucket, etag, AbortSignal.any([signal, budget]))
  } catch (error) {
    const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined
    if (status === 304) return { answer: 'unchanged' }
    if (error instanceof S3ServiceException && error.name === 'NoSuchKey') {
      return { answer: 'read', index: nothing, etag: null }
    }
    return { answer: 'failed', cause: budget.aborted && !signal.aborted ? 'timeout' : awsFailure(error, signal) }
  }
}

async function read(client: S3Client, bucket: string, etag: string | null, abortSignal: AbortSignal): Promise<Read> {
  const condition = etag === null ? {} : { IfNoneMatch: etag }
  const get = new GetObjectCommand({ Bucket: bucket, Key: entriesKey, ...condition })
  const { Body, ETag = null } = await client.send(get, { abortSignal })
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of (Body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length
    if (size > MAX_ENTRIES_OCTETS) return { answer: 'failed', cause: 'malformed' }
    chunks.push(chunk)
  }
  // Most filters have no entries, and never load what reads them.
  const { parseEntries } = await import('../core/entries/file.ts')
  const entries = parseEntries(Buffer.concat(chunks).toString('utf8'))
  return entries === null
    ? { answer: 'failed', cause: 'malformed' }
    : { answer: 'read', index: entryIndex(entries), etag: ETag }
}
