import { describe, expect, it } from 'vitest'
import type { RecordObjects, StoredContent } from '../../lambda/ports/record-objects.ts'

/** The contract of `ports/record-objects.ts`. `make` returns an empty bucket. */
export function describeRecordObjects(name: string, make: () => Promise<RecordObjects>): void {
  const { signal } = new AbortController()

  describe(`the objects of the record bucket (${name})`, () => {
    it('reads back what was written, with its note', async () => {
      const bucket = await make()
      expect(await bucket.write('records/a', content('one', 'first'), null, signal)).toBe('written')
      expect(await textOf(bucket, 'records/a')).toBe('one')
      expect(await bucket.stat('records/a', signal)).toEqual({ etag: expect.any(String) as string, note: 'first' })
    })

    it('says null of what is not there', async () => {
      const bucket = await make()
      expect(await textOf(bucket, 'records/a')).toBeNull()
      expect(await bucket.stat('records/a', signal)).toBeNull()
    })

    it('never writes over something that it was not told of', async () => {
      const bucket = await make()
      await bucket.write('records/a', content('one'), null, signal)
      expect(await bucket.write('records/a', content('two'), null, signal)).toBe('overtaken')
      const first = await bucket.stat('records/a', signal)
      expect(await bucket.write('records/a', content('two'), first, signal)).toBe('written')
      expect(await bucket.write('records/a', content('three'), first, signal)).toBe('overtaken')
      expect(await bucket.write('records/gone', content('three'), first, signal)).toBe('overtaken')
      expect(await textOf(bucket, 'records/a')).toBe('two')
    })

    it('lets one of several win that write at once', async () => {
      const bucket = await make()
      const answers = await Promise.all(
        Array.from({ length: 5 }, (_, i) => bucket.write('records/a', content(`${i}`), null, signal)),
      )
      expect(answers.filter((answer) => answer === 'written')).toHaveLength(1)
    })

    it('lists what lies below a prefix, in the order of the keys, with when it was written', async () => {
      const bucket = await make()
      for (const key of ['in/b', 'in/a', 'records/a', 'in/a/x']) {
        await bucket.write(key, content('some'), null, signal)
      }
      const listed = (await gathered(bucket.list('in/', signal))).flat()
      expect(listed.map(({ key, size }) => [key, size])).toEqual([
        ['in/a', 4],
        ['in/a/x', 4],
        ['in/b', 4],
      ])
      for (const { writtenAt } of listed) expect(Math.abs(Date.parse(writtenAt) - Date.now())).toBeLessThan(60_000)
      expect((await gathered(bucket.list('nothing/', signal))).flat()).toEqual([])
    })
  })
}

/** All that an iteration gives. */
export async function gathered<T>(from: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = []
  for await (const one of from) all.push(one)
  return all
}

export function content(text: string, note = 'a note'): StoredContent {
  const open = async function* () {
    yield await Promise.resolve(Buffer.from(text))
  }
  return { size: Buffer.byteLength(text), open, note }
}

async function textOf(bucket: RecordObjects, key: string): Promise<string | null> {
  const body = await bucket.read(key, new AbortController().signal)
  return body === null ? null : Buffer.concat(await gathered(body)).toString('utf8')
}
