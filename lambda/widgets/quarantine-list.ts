import { readRow } from '../core/compaction/row.ts'
import { textOf } from '../compact-records/unpack.ts'
import { chosenReason, type QuarantineList, type QuarantineRow } from '../core/widget/quarantine-view.ts'
import type { WidgetRequest } from '../core/widget/request.ts'
import type { RecordObjects } from '../ports/record-objects.ts'
import { newestPointers, type Direction, type Place, type PlacedPointer } from '../quarantine/newest.ts'
import { pointerPrefix } from '../quarantine/pointers.ts'

export const rowsOfPage = 50

/** The page of the quarantine that is asked for. Throws `RecordsInterrupted` for what the store can do. */
export async function quarantineList(
  objects: RecordObjects,
  request: WidgetRequest,
  signal: AbortSignal,
): Promise<QuarantineList> {
  const reason = chosenReason(request)
  const beyond = beyondOf(request)
  const page = await newestPointers(objects, { ...request.range, reason, beyond, most: rowsOfPage }, signal)
  const rows = await Promise.all(page.pointers.map((placed) => rowOf(objects, placed, signal)))
  const [first, last] = [page.pointers.at(0)?.place ?? null, page.pointers.at(-1)?.place ?? null]
  const isBack = beyond?.direction === 'newer'
  return {
    rows,
    reason,
    older: textOfPlace(isBack ? last : page.next),
    newer: textOfPlace(isBack ? page.next : beyond === null ? null : (first ?? beyond.place)),
    here: hereOf(request, reason),
    isCut: page.isCut,
  }
}

async function rowOf(objects: RecordObjects, { pointer }: PlacedPointer, signal: AbortSignal): Promise<QuarantineRow> {
  const { message_id, received_at, reasons, record_key } = pointer
  const text = await textOf(objects, record_key, signal)
  return { message_id, received_at, reasons, record: text === null ? null : readRow(text) }
}

function hereOf({ asks }: WidgetRequest, reason: string | null): Readonly<Record<string, string>> {
  const [older, newer] = [asks.get('older'), asks.get('newer')]
  return {
    ...(reason === null ? {} : { reason }),
    ...(older === undefined ? {} : { older }),
    ...(newer === undefined ? {} : { newer }),
  }
}

function beyondOf({ asks }: WidgetRequest): { readonly direction: Direction; readonly place: Place } | null {
  for (const direction of ['older', 'newer'] as const) {
    const place = placeOf(asks.get(direction) ?? '')
    if (place !== null) return { direction, place }
  }
  return null
}

/** `TIME KEY`; null for whatever is no place in the quarantine. */
function placeOf(text: string): Place | null {
  const [, writtenAt = '', key = ''] = /^(\d{4}-\d\d-\d\dT[\d:.]{8,12}Z) (\S{1,400})$/.exec(text) ?? []
  const day = key.startsWith(pointerPrefix) ? key.slice(pointerPrefix.length, pointerPrefix.length + 11) : ''
  return /^\d{4}-\d\d-\d\d\/$/.test(day) ? { writtenAt, key } : null
}

function textOfPlace(place: Place | null): string | null {
  return place === null ? null : `${place.writtenAt} ${place.key}`
}
