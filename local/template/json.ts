export type Json = null | boolean | number | string | readonly Json[] | JsonRecord
export type JsonRecord = { readonly [name: string]: Json }

/*
 * Readers that narrow JSON and say where it is wrong. `place` reads like a path in the file:
 * `Quietgate.template.json: Resources.Filter.Properties.Timeout`.
 */

export function isRecord(value: Json | undefined): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function recordAt(value: Json | undefined, place: string): JsonRecord {
  if (isRecord(value)) return value
  throw unexpected(place, 'an object', value)
}

/** An absent list is an empty one. */
export function listAt(value: Json | undefined, place: string): readonly Json[] {
  if (value === undefined) return []
  if (Array.isArray(value)) return value as readonly Json[]
  throw unexpected(place, 'a list', value)
}

/** A policy document may write a list of one as the one. */
export function oneOrMoreTexts(value: Json | undefined, place: string): readonly string[] {
  if (typeof value === 'string') return [value]
  return textsAt(value, place)
}

export function textsAt(value: Json | undefined, place: string): readonly string[] {
  return listAt(value, place).map((item, i) => textAt(item, `${place}[${i}]`))
}

export function textAt(value: Json | undefined, place: string): string {
  if (typeof value === 'string') return value
  throw unexpected(place, 'a string', value)
}

export function optionalTextAt(value: Json | undefined, place: string): string | null {
  return value === undefined ? null : textAt(value, place)
}

/** CloudFormation takes "60" for 60 and "true" for true. */
export function scalarTextAt(value: Json | undefined, place: string): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return textAt(value, place)
}

export function numberAt(value: Json | undefined, place: string, absent: number): number {
  if (value === undefined) return absent
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  if (typeof number === 'number' && Number.isFinite(number)) return number
  throw unexpected(place, 'a number', value)
}

export function flagAt(value: Json | undefined, place: string, absent: boolean): boolean {
  if (value === undefined) return absent
  if (typeof value === 'boolean') return value
  if (value === 'true' || value === 'false') return value === 'true'
  throw unexpected(place, 'true or false', value)
}

export function unexpected(place: string, expected: string, found: Json | undefined): Error {
  const shown = found === undefined ? 'nothing' : JSON.stringify(found)
  return new Error(`${place}: expected ${expected}, found ${shown.length > 120 ? `${shown.slice(0, 120)}...` : shown}`)
}
