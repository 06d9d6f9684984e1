import type { Entry } from './entry.ts'
import { MAX_ENTRIES_OCTETS } from './place.ts'
import { readValue } from './value.ts'

/** So many entries there can be, those that have ended and are still shown included. */
export const MAX_ENTRIES = 5000

/** UTF-16 units. */
export const MAX_REASON_LENGTH = 500
export const MAX_OWNER_LENGTH = 200

/** What the object holds; null: it is not what this version of the code writes, and must be neither obeyed nor overwritten. */
export function parseEntries(text: string): readonly Entry[] | null {
  if (text.length > MAX_ENTRIES_OCTETS) return null
  let file: unknown
  try {
    file = JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
  if (typeof file !== 'object' || file === null) return null
  const { schema_version, entries } = file as { readonly schema_version?: unknown; readonly entries?: unknown }
  if (schema_version !== 1 || !Array.isArray(entries) || entries.length > MAX_ENTRIES) return null
  return entries.every(isEntry) ? entries : null
}

/** One entry a line: two versions of the object can be compared by any tool that compares lines. */
export function writeEntries(entries: readonly Entry[]): string {
  return `{"schema_version":1,"entries":[${entries.map((entry) => `\n${JSON.stringify(entry)}`).join(',')}\n]}\n`
}

/** A value that is not written as it is compared would never match, and nobody would see why. */
function isEntry(value: unknown): value is Entry {
  if (typeof value !== 'object' || value === null) return false
  const entry = value as { readonly [_ in keyof Entry]?: unknown }
  if (entry.list !== 'allow' && entry.list !== 'block') return false
  if (!isText(entry.owner, MAX_OWNER_LENGTH) || !isText(entry.reason, MAX_REASON_LENGTH)) return false
  if (!isMoment(entry.added_at) || !isMoment(entry.expires_at) || typeof entry.value !== 'string') return false
  const read = readValue(entry.list, entry.value)
  return read.kind === 'value' && read.of === entry.kind && read.value === entry.value
}

function isText(value: unknown, most: number): boolean {
  return typeof value === 'string' && value.length > 0 && value.length <= most
}

function isMoment(value: unknown): boolean {
  return (
    typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value) && !isNaN(Date.parse(value))
  )
}
