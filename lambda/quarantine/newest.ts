import type { QuarantinePointer } from '../core/effects.ts'
import type { ListedObject, RecordObjects } from '../ports/record-objects.ts'
import { pointerPrefix, readPointer } from './pointers.ts'

/** Which pointers are wanted, and from where on. */
export type PointerQuestion = {
  /** Received then or later, ISO 8601 UTC with milliseconds. */
  readonly from: string
  /** The first moment that is no longer meant. */
  readonly until: string
  /** One of the reasons; null: whatever they are. */
  readonly reason: string | null
  /** Null: from the newest on. */
  readonly beyond: { readonly direction: Direction; readonly place: Place } | null
  readonly most: number
}

export type Direction = 'older' | 'newer'

/** A pointer's place among all of them: when it was written, and its key. */
export type Place = { readonly writtenAt: string; readonly key: string }

export type PlacedPointer = { readonly place: Place; readonly pointer: QuarantinePointer }

export type PointerPage = {
  /** The newest first. */
  readonly pointers: readonly PlacedPointer[]
  /** Where to go on in the direction that was asked for; null: there is nothing more. */
  readonly next: Place | null
  /** So many pointers were read, and no more are in one go: there may be more that match. */
  readonly isCut: boolean
}

/** Pointers that are read for one page: those whose reason is another have to be read, too. */
const mostRead = 2000
const atOnce = 32

/**
 * A page of what was put aside, the newest first. The time of writing is that of the decision, so that a listing orders them and only
 * those of the page are read. Throws `RecordsInterrupted` for what the store can do.
 */
export async function newestPointers(
  objects: RecordObjects,
  question: PointerQuestion,
  signal: AbortSignal,
): Promise<PointerPage> {
  const { from, until, reason, most } = question
  const direction = question.beyond?.direction ?? 'older'
  const found: PlacedPointer[] = []
  let read = 0
  let last: Place | null = null
  const finish = (next: Place | null, isCut: boolean): PointerPage => ({
    pointers: direction === 'older' ? found : found.toReversed(),
    next,
    isCut,
  })
  for await (const places of placesInOrder(objects, question, direction, signal)) {
    for (let at = 0; at < places.length; at += atOnce) {
      const some = places.slice(at, at + atOnce)
      const pointers = await Promise.all(some.map(({ key }) => readPointer(objects, key, signal)))
      for (const [i, place] of some.entries()) {
        const pointer = pointers[i] ?? null
        const isMeant = pointer !== null && pointer.received_at >= from && pointer.received_at < until
        // One more than fits shows that there are more.
        if (isMeant && (reason === null || pointer.reasons.some((code) => code === reason))) {
          if (found.length === most) return finish(last, false)
          found.push({ place, pointer })
          last = place
        }
      }
      read += some.length
      if (read >= mostRead) return finish(some.at(-1) ?? null, true)
    }
  }
  return finish(null, false)
}

/** Day by day, all places of a day that come into question. Empty days are listed several at a time. */
async function* placesInOrder(
  objects: RecordObjects,
  { from, until, beyond }: PointerQuestion,
  direction: Direction,
  signal: AbortSignal,
): AsyncGenerator<readonly Place[]> {
  const days = daysOf(from, until, direction).filter((day) => isAhead(day, beyond?.place ?? null, direction))
  // A pointer is written after its message came, by clocks that differ by less than an hour.
  const earliest = new Date(Date.parse(from) - 3_600_000).toISOString()
  let step = 1
  for (let at = 0; at < days.length;) {
    const some = days.slice(at, at + step)
    at += step
    const listed = await Promise.all(some.map((day) => listedOn(objects, day, signal)))
    for (const places of listed) {
      const wanted = places
        .filter((place) => place.writtenAt >= earliest && isBeyond(place, beyond?.place ?? null, direction))
        .sort((a, b) => (direction === 'older' ? order(b, a) : order(a, b)))
      if (wanted.length > 0) yield wanted
    }
    step = listed.some((places) => places.length > 0) ? 1 : Math.min(8, step * 2)
  }
}

async function listedOn(objects: RecordObjects, day: string, signal: AbortSignal): Promise<readonly Place[]> {
  const places: Place[] = []
  for await (const page of objects.list(`${pointerPrefix}${day}/`, signal)) places.push(...page.map(placeOf))
  return places
}

function placeOf({ key, writtenAt }: ListedObject): Place {
  return { key, writtenAt }
}

/** Days of receipt; more than ten years nobody keeps. */
function daysOf(from: string, until: string, direction: Direction): readonly string[] {
  const days: string[] = []
  const last = Date.parse(until) - 1
  for (let at = Date.parse(from.slice(0, 10)); at <= last && days.length < 3660; at += 86_400_000) {
    days.push(new Date(at).toISOString().slice(0, 10))
  }
  return direction === 'older' ? days.toReversed() : days
}

function isAhead(day: string, place: Place | null, direction: Direction): boolean {
  if (place === null) return true
  return direction === 'older' ? day <= dayOf(place) : day >= dayOf(place)
}

/** By day of receipt first, because that is how they are listed. */
function isBeyond(place: Place, other: Place | null, direction: Direction): boolean {
  if (other === null) return true
  const byDay = compare(dayOf(place), dayOf(other))
  const all = byDay === 0 ? order(place, other) : byDay
  return direction === 'older' ? all < 0 : all > 0
}

function order(a: Place, b: Place): number {
  return compare(a.writtenAt, b.writtenAt) || compare(a.key, b.key)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function dayOf({ key }: Place): string {
  return key.slice(pointerPrefix.length, pointerPrefix.length + 10)
}
