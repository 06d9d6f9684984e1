import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { compactedKey } from '../../lambda/core/compaction/hours.ts'
import { recordKey } from '../../lambda/core/record.ts'
import { RecordsInterrupted, type RecordObjects } from '../../lambda/ports/record-objects.ts'
import { createTimedSearch } from '../../lambda/widgets/search.ts'
import { createMemoryRecordObjects } from '../../local/memory/record-objects.ts'
import { asked, mail, to } from '../core/trace/builders.ts'

const options = { unpackAtOnce: 1, readAtOnce: 1 }
const never = new AbortController().signal

describe('a search with a time that ends', () => {
  it('finds all that there is when the time suffices', async () => {
    const over = new AbortController()
    const found = await searchIn(bucket(3), over)
    expect([found.matches.length, found.looked, found.unread]).toEqual([3, 3, []])
  })

  it('gives what it has found until then, and says of the rest that it was not read', async () => {
    const over = new AbortController()
    let reads = 0
    const objects = during(bucket(5), () => {
      reads += 1
      if (reads === 2) over.abort()
    })
    const found = await searchIn(objects, over)
    expect(found.matches.length).toBeLessThan(5)
    expect(found.unread).toEqual([
      expect.stringMatching(
        /^The search was given 45 s, which were over .*: choose a shorter time, or search on the command line with quietgate trace/,
      ),
    ])
  })

  it('does not wait for an answer of the network when the time is over', async () => {
    const over = new AbortController()
    const objects = during(bucket(1), () => undefined)
    const hanging: RecordObjects = {
      ...objects,
      read: (key, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reject(new RecordsInterrupted(`reading ${key}`, 'aborted'))
          })
          setImmediate(() => {
            over.abort()
          })
        }),
    }
    const found = await searchIn(hanging, over)
    expect(found.matches).toEqual([])
    expect(found.unread).toHaveLength(1)
  })

  it('ends in the middle of an object that is larger than the time allows', async () => {
    const over = new AbortController()
    const rows = Array.from({ length: 2000 }, () => JSON.stringify(mail([to('alice@example.com')]))).join('\n')
    const objects = createMemoryRecordObjects(Date.now)
    const key = compactedKey({ day: '2026-11-16', hour: '2026-11-16T10' })
    objects.put(key, gzipSync(rows), '2026-11-16T11:00:00.000Z')
    const slow: RecordObjects = {
      ...objects,
      read: async (one, signal) => pieces(await objects.read(one, signal), over),
    }
    const found = await searchIn(slow, over)
    expect(found.matched).toBeLessThan(2000)
    expect(found.unread[0]).toContain('The search was given 45 s')
  })

  it('keeps what could not be read for another reason', async () => {
    const over = new AbortController()
    const objects = bucket(2)
    const broken: RecordObjects = {
      ...objects,
      read: (key) => {
        over.abort()
        return Promise.reject(new RecordsInterrupted(`reading ${key}`, 'refused'))
      },
    }
    // What fails while the time ends is counted to the time; nothing is taken for absent in either case.
    expect((await searchIn(broken, over)).unread).toHaveLength(1)
    const refused: RecordObjects = {
      ...objects,
      read: (key) => Promise.reject(new RecordsInterrupted(`reading ${key}`, 'refused')),
    }
    expect((await searchIn(refused, new AbortController())).unread).toHaveLength(2)
  })

  it('is given up when whoever asked gives up', async () => {
    const aborted = AbortSignal.abort()
    const objects: RecordObjects = {
      ...bucket(1),

      list: async function* () {
        await Promise.resolve()
        throw new RecordsInterrupted('listing', 'aborted')
      },
    }
    const search = createTimedSearch(objects, options, { milliseconds: 45_000, timer: () => never })
    await expect(search(asked(), aborted)).rejects.toThrow(RecordsInterrupted)
  })
})

function searchIn(objects: RecordObjects, over: AbortController) {
  return createTimedSearch(objects, options, { milliseconds: 45_000, timer: () => over.signal })(asked(), never)
}

function bucket(messages: number) {
  const objects = createMemoryRecordObjects(Date.now)
  for (let i = 0; i < messages; i += 1) {
    const record = mail([to('alice@example.com')])
    objects.put(recordKey(record), JSON.stringify(record), record.decided_at)
  }
  return objects
}

function during(objects: RecordObjects, onRead: () => void): RecordObjects {
  return {
    ...objects,
    read: (key, signal) => {
      onRead()
      return objects.read(key, signal)
    },
  }
}

async function* pieces(body: AsyncIterable<Uint8Array> | null, over: AbortController): AsyncGenerator<Uint8Array> {
  for await (const chunk of body ?? []) {
    const half = Math.floor(chunk.length / 2)
    yield chunk.subarray(0, half)
    over.abort()
    yield chunk.subarray(half)
  }
}
