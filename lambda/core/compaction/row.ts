import { recordKey, type DecisionRecord } from '../record.ts'

/**
 * A fresh record as a line of the compacted object, without the line's end; null for what is no record, or lies under another
 * key than its own: one message would then have two rows.
 */
export function rowOf(key: string, text: string): string | null {
  const record = readRow(text)
  return record !== null && recordKey(record) === key ? JSON.stringify(record) : null
}

/** Reads a record; null for anything else. What the filter writes was held against the schema where it was written. */
export function readRow(text: string): DecisionRecord | null {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : null
  } catch {
    return null
  }
}

function isRecord(value: unknown): value is DecisionRecord {
  if (typeof value !== 'object' || value === null) return false
  const { schema_version, message_id, received_at, reasons, recipients } = value as Readonly<Record<string, unknown>>
  return (
    schema_version === 1 &&
    typeof message_id === 'string' &&
    typeof received_at === 'string' &&
    areObjects(reasons) &&
    areObjects(recipients)
  )
}

function areObjects(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'object' && item !== null)
}
