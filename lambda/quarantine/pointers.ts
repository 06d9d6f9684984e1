import { textOf } from '../compact-records/unpack.ts'
import type { QuarantinePointer } from '../core/effects.ts'
import type { RecordObjects } from '../ports/record-objects.ts'

/** Below `quarantine/`: `effectsOf` in lambda/core/effects.ts makes the keys. */
export const pointerPrefix = 'quarantine/'

/** The pointers of a stretch of time in the order of their keys, a page of them at a time, each null that is none. */
export async function* pointersBetween(
  objects: RecordObjects,
  { from, until }: { readonly from: string; readonly until: string },
  signal: AbortSignal,
): AsyncGenerator<QuarantinePointer> {
  for await (const page of objects.list(pointerPrefix, signal)) {
    const keys = page.map(({ key }) => key).filter((key) => isMeant(key, from, until))
    for (let at = 0; at < keys.length; at += atOnce) {
      const some = await Promise.all(keys.slice(at, at + atOnce).map((key) => readPointer(objects, key, signal)))
      for (const pointer of some) {
        if (pointer !== null && pointer.received_at >= from && pointer.received_at < until) yield pointer
      }
    }
  }
}

const atOnce = 32

/** `quarantine/2026-11-21/ID.json` */
function isMeant(key: string, from: string, until: string): boolean {
  const day = key.slice(pointerPrefix.length, pointerPrefix.length + 10)
  return day >= from.slice(0, 10) && day <= until.slice(0, 10)
}

export async function readPointer(
  objects: RecordObjects,
  key: string,
  signal: AbortSignal,
): Promise<QuarantinePointer | null> {
  const text = await textOf(objects, key, signal)
  try {
    const value = JSON.parse(text ?? 'null') as Partial<QuarantinePointer> | null
    const isPointer = typeof value?.message_id === 'string' && typeof value.received_at === 'string'
    return isPointer && Array.isArray(value.reasons) ? (value as QuarantinePointer) : null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}
