/**
 * The objects of the record bucket, for whoever reads or compacts many of them. What the network and the store can do to a
 * call is thrown as `RecordsInterrupted`, also out of an iteration, because half a listing must never be taken for a whole one.
 */
export type RecordObjects = {
  /** Everything below a prefix in the order of the keys (by octets), a page of at most 1,000 at a time. */
  readonly list: (prefix: string, signal: AbortSignal) => AsyncIterable<readonly ListedObject[]>
  /** The content as it lies there; null: there is no such object. */
  readonly read: (key: string, signal: AbortSignal) => Promise<AsyncIterable<Uint8Array> | null>
  /** Null: there is no such object. */
  readonly stat: (key: string, signal: AbortSignal) => Promise<StoredVersion | null>
  /**
   * Writes an object whole, or not at all, and only if what stands there is still `replaces` (null: nothing).
   * `overtaken`: something else stands there, or is just being written. An interrupted one may have been written.
   */
  readonly write: (
    key: string,
    content: StoredContent,
    replaces: StoredVersion | null,
    signal: AbortSignal,
  ) => Promise<'written' | 'overtaken'>
}

export type ListedObject = {
  readonly key: string
  /** When it was written, as the store says, ISO 8601 UTC with milliseconds. */
  readonly writtenAt: string
  /** Octets. */
  readonly size: number
}

/** One state of an object. */
export type StoredVersion = {
  readonly etag: string
  /** The note that it was written with; null: without one. */
  readonly note: string | null
}

export type StoredContent = {
  /** Octets. */
  readonly size: number
  readonly open: () => AsyncIterable<Uint8Array>
  /** Printable ASCII, kept beside the object: which content this is. */
  readonly note: string
}

export class RecordsInterrupted extends Error {
  override readonly name = 'RecordsInterrupted'
  /** `timeout`, `throttled`, `refused`, `unreachable`, `aborted`, or a code of the file system. */
  readonly reason: string

  constructor(what: string, reason: string, options?: ErrorOptions) {
    super(`${what}: ${reason}`, options)
    this.reason = reason
  }
}
