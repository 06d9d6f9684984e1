import { closest, distance } from 'fastest-levenshtein'
import type * as v from 'valibot'
import { withoutKeys } from '../core/zone-keys.ts'
import { expectedBy, optionsOf, placeOf } from './walk.ts'

/** Where something stands: keys of objects and indices of lists, from the outside in. */
export type Path = readonly (string | number)[]

/** What is wrong at a place, without saying where the place can be changed. */
export type Problem = { readonly path: Path; readonly words: string }

/**
 * How a message starts that names a place within a text. Of a text that is wrong at one character, "is not a term such as"
 * would leave the operator to find it.
 */
export const wrongAt = 'wrong at '

/** Longer than any setting's name; more is cut off, so that comparing names takes a bounded time. */
const longestCompared = 64

/** `dnsbl.zones[1].pattern` */
export function writePath(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`
    return text === '' ? cut(part) : `${text}.${cut(part)}`
  }, '')
}

/**
 * What stands in the input and not in the schema. The schema library stops at the first unknown key, and takes a list
 * for an object without keys: a section written as a list would silently be all defaults.
 */
export function strayKeys(schema: v.GenericSchema, input: unknown, path: Path = []): readonly Problem[] {
  const place = placeOf(schema)
  if (place.kind === 'either') return strayKeys(place.getter(input), input, path)
  if (place.kind === 'list') {
    return Array.isArray(input) ? input.flatMap((item, index) => strayKeys(place.item, item, [...path, index])) : []
  }
  if (place.kind === 'value' || typeof input !== 'object' || input === null) return []
  if (Array.isArray(input)) return [{ path, words: notWords(input, 'an object') }]
  const known = Object.keys(place.entries)
  return Object.entries(input).flatMap(([key, value]: [string, unknown]) => {
    const entry = Object.hasOwn(place.entries, key) ? place.entries[key] : undefined
    const at = [...path, key]
    return entry === undefined
      ? [{ path: at, words: `is not a setting; ${hint(key, known, path)}` }]
      : strayKeys(entry, value, at)
  })
}

/** One problem for each thing that the schema library found. */
export function problemOf(issue: v.BaseIssue<unknown>, schema: v.GenericSchema): Problem {
  const path = pathOf(issue)
  const { input, message } = issue
  if (input === undefined) return { path, words: `is missing: it must be ${expectedAt(schema, path) || message}` }
  if (message.startsWith(wrongAt)) return { path, words: `${shown(input)} is ${message}` }
  return { path, words: `${notWords(input, message)}${didYouMean(input, optionsAt(schema, path))}` }
}

/** A value as it is shown in a problem: never longer than a line, never deeper than its surface, and never a key. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(cut(value))
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`
  if (typeof value === 'object' && value !== null) return 'an object'
  return String(value)
}

/** A problem for each of the keys that stood before it already. */
export function repeated(keys: readonly string[], path: (index: number) => Path, words: string): readonly Problem[] {
  const seen = new Set<string>()
  return keys.flatMap((key, index) => {
    if (seen.has(key)) return [at(path(index), key, words)]
    seen.add(key)
    return []
  })
}

/** A problem of a value that is fine by itself. */
export function at(path: Path, value: string | number | boolean, words: string): Problem {
  return { path, words: `${shown(value)} ${words}` }
}

function notWords(found: unknown, expected: string): string {
  return typeof found === 'object' && found !== null
    ? `is ${shown(found)}, not ${expected}`
    : `${shown(found)} is not ${expected}`
}

function pathOf({ path }: v.BaseIssue<unknown>): Path {
  return (path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key)))
}

function expectedAt(schema: v.GenericSchema, path: Path): string {
  const found = schemaAt(schema, path)
  if (found === null) return ''
  return placeOf(found).kind === 'list' ? 'a list' : expectedBy(found)
}

function optionsAt(schema: v.GenericSchema, path: Path): readonly string[] {
  const found = schemaAt(schema, path)
  return found === null ? [] : optionsOf(found).filter((option) => typeof option === 'string')
}

function schemaAt(schema: v.GenericSchema, path: Path): v.GenericSchema | null {
  let at = schema
  for (const part of path) {
    const place = placeOf(at)
    const inner = place.kind === 'either' ? placeOf(place.getter({})) : place
    const next = inner.kind === 'section' ? inner.entries[String(part)] : inner.kind === 'list' ? inner.item : undefined
    if (next === undefined) return null
    at = next
  }
  return at
}

function hint(key: string, known: readonly string[], path: Path): string {
  const near = nearest(key, known)
  return near === null ? `there are ${known.join(', ')}` : `did you mean ${writePath([...path, near])}?`
}

function didYouMean(input: unknown, options: readonly string[]): string {
  const near = typeof input === 'string' ? nearest(input, options) : null
  return near === null ? '' : `; did you mean "${near}"?`
}

/** The nearest of the words, if it is near enough to have been meant: at most a third of it mistyped, or two letters. */
export function nearest(word: string, among: readonly string[]): string | null {
  if (among.length === 0) return null
  const written = word.slice(0, longestCompared).toLowerCase()
  const near = closest(
    written,
    [...among].map((candidate) => candidate.toLowerCase()),
  )
  if (distance(written, near) > Math.max(2, near.length / 3)) return null
  return among.find((candidate) => candidate.toLowerCase() === near) ?? null
}

function cut(text: string): string {
  const safe = withoutKeys(text)
  return safe.length > 80 ? `${safe.slice(0, 77)}...` : safe
}
