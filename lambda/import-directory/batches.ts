/** Lines and entries travel in batches: a promise for each of a million would cost more than all the rest. */
export type Batches<T> = AsyncIterable<readonly T[]>

/** A place in sorted batches. */
export type Cursor<T> = {
  /** Null: the end. */
  head: T | null
  /** Goes on by one; `false`: `refill` has to be awaited first. */
  readonly advance: () => boolean
  readonly refill: () => Promise<void>
}

export async function openCursor<T>(batches: Batches<T>): Promise<Cursor<T>> {
  const iterator = batches[Symbol.asyncIterator]()
  let batch: readonly T[] = []
  let at = 0
  const cursor: Cursor<T> = {
    head: null,
    advance: () => {
      at += 1
      cursor.head = batch[at] ?? null
      return cursor.head !== null
    },
    refill: async () => {
      do {
        const next = await iterator.next()
        batch = next.done === true ? [] : next.value
        if (next.done === true) break
      } while (batch.length === 0)
      at = 0
      cursor.head = batch[0] ?? null
    },
  }
  await cursor.refill()
  return cursor
}

/** One by one to batches of `size`. */
export function createBatch<T>(size: number): {
  readonly add: (one: T) => readonly T[] | null
  readonly rest: () => readonly T[]
} {
  let batch: T[] = []
  const take = (): readonly T[] => {
    const taken = batch
    batch = []
    return taken
  }
  return {
    add: (one) => {
      batch.push(one)
      return batch.length >= size ? take() : null
    },
    rest: take,
  }
}

export const batchSize = 1000

/** The lines of a file that we wrote ourselves. */
export async function* linesOf(bytes: AsyncIterable<Uint8Array>): Batches<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of bytes) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    if (lines.length > 0) yield lines
  }
  if (rest !== '') yield [rest]
}

export async function* mapped<T, U>(batches: Batches<T>, change: (one: T) => U): Batches<U> {
  for await (const batch of batches) yield batch.map(change)
}
