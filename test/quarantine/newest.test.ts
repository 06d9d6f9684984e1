import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { newestPointers, type Place, type PointerPage } from '../../lambda/quarantine/newest.ts'
import { createMemoryRecordObjects } from '../../local/memory/record-objects.ts'

const range = { from: '2026-11-01T00:00:00.000Z', until: '2026-12-01T00:00:00.000Z' }
const start = Date.parse(range.from)
const never = new AbortController().signal
const iso = (at: number): string => new Date(at).toISOString()

describe('what was put aside, the newest first', () => {
  it('comes page by page, each pointer once, in both directions', async () => {
    const minutes = fc.array(fc.integer({ min: 0, max: 30 * 1440 - 1 }), { maxLength: 60 })
    await fc.assert(
      fc.asyncProperty(minutes, fc.integer({ min: 1, max: 10 }), async (times, most) => {
        const objects = bucket(times.map((minute) => start + minute * 60_000))
        const older = await walk(objects, most, 'older', null)
        const received = older.flatMap(({ pointers }) => pointers.map(({ pointer }) => pointer.received_at))
        expect(received).toEqual(
          times
            .map((minute) => iso(start + minute * 60_000))
            .toSorted()
            .toReversed(),
        )
        expect(new Set(idsOf(older)).size).toBe(times.length)
        const last = older.at(-1)?.pointers.at(-1)?.place
        if (last === undefined) return
        const newer = await walk(objects, most, 'newer', last)
        expect(idsOf(newer.toReversed())).toEqual(idsOf(older).slice(0, -1))
      }),
      { numRuns: 50 },
    )
  })

  it('leaves out what was received before or after, and what is no pointer', async () => {
    const objects = bucket([start - 1, start, Date.parse(range.until) - 1, Date.parse(range.until)])
    objects.put('quarantine/2026-11-05/broken.json', '{', iso(start + 1))
    const page = await newestPointers(objects, { ...range, reason: null, beyond: null, most: 10 }, never)
    expect(page.pointers.map(({ pointer }) => pointer.received_at)).toEqual([
      '2026-11-30T23:59:59.999Z',
      '2026-11-01T00:00:00.000Z',
    ])
  })

  it('looks to the millisecond in the middle of a day', async () => {
    const [from, until] = ['2026-11-05T10:00:00.000Z', '2026-11-05T12:00:00.000Z']
    const edges = [Date.parse(from) - 1, Date.parse(from), Date.parse(until) - 1, Date.parse(until)]
    const page = await newestPointers(bucket(edges), { from, until, reason: null, beyond: null, most: 10 }, never)
    expect(page.pointers.map(({ pointer }) => pointer.received_at)).toEqual(['2026-11-05T11:59:59.999Z', from])
  })

  it('reads no more than it shows, and one more', async () => {
    const objects = bucket(Array.from({ length: 500 }, (_, i) => start + i * 1000))
    let reads = 0
    const counting: typeof objects = {
      ...objects,
      read: (key, signal) => {
        reads += 1
        return objects.read(key, signal)
      },
    }
    const page = await newestPointers(counting, { ...range, reason: null, beyond: null, most: 50 }, never)
    expect(page.pointers).toHaveLength(50)
    expect(reads).toBeLessThanOrEqual(64)
  })

  it('stops looking for a rare reason after so many, says so, and goes on from there', async () => {
    const objects = bucket(Array.from({ length: 4100 }, (_, i) => start + i * 1000))
    const question = { ...range, reason: 'virus-found', most: 50 }
    const first = await newestPointers(objects, { ...question, beyond: null }, never)
    expect([first.pointers.length, first.isCut, first.next !== null]).toEqual([0, true, true])
    const beyond = (place: Place | null) => (place === null ? null : ({ direction: 'older', place } as const))
    const second = await newestPointers(objects, { ...question, beyond: beyond(first.next) }, never)
    const third = await newestPointers(objects, { ...question, beyond: beyond(second.next) }, never)
    expect([second.isCut, third]).toEqual([true, { pointers: [], next: null, isCut: false }])
  })
})

function bucket(times: readonly number[]) {
  const objects = createMemoryRecordObjects(Date.now, 20)
  for (const [i, at] of times.entries()) {
    const received_at = iso(at)
    const key = `quarantine/${received_at.slice(0, 10)}/id-${i}.json`
    const pointer = {
      schema_version: 1,
      message_id: `id-${i}`,
      received_at,
      record_key: 'in/x',
      reasons: ['spam-found'],
    }
    objects.put(key, JSON.stringify(pointer), received_at)
  }
  return objects
}

async function walk(
  objects: ReturnType<typeof bucket>,
  most: number,
  direction: 'older' | 'newer',
  from: Place | null,
): Promise<readonly PointerPage[]> {
  const pages: PointerPage[] = []
  let place = from
  do {
    const beyond = place === null ? null : { direction, place }
    const page = await newestPointers(objects, { ...range, reason: null, beyond, most }, never)
    pages.push(page)
    place = page.next
  } while (place !== null)
  return pages
}

function idsOf(pages: readonly PointerPage[]): readonly string[] {
  return pages.flatMap(({ pointers }) => pointers.map(({ pointer }) => pointer.message_id))
}
