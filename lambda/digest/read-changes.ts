import { textOf } from '../compact-records/unpack.ts'
import type { Changes, ImportLine } from '../core/digest/changes.ts'
import type { Entry } from '../core/entries/entry.ts'
import { parseEntries } from '../core/entries/file.ts'
import { entriesKey } from '../core/entries/place.ts'
import type { ProbeEvent } from '../core/probe-events.ts'
import type { RecordObjects } from '../ports/record-objects.ts'

/** What was changed on a day, as far as it lies in the record bucket. What cannot be read as what it should be is left out. */
export async function readChanges(
  objects: RecordObjects,
  day: string,
  signal: AbortSignal,
): Promise<Omit<Changes, 'policies'>> {
  // lambda/import-directory/archive.ts, importId: `20261121T100000000Z-0a1b2c3d`.
  const imports = await jsonBelow(objects, `directory/history/${day.replaceAll('-', '')}T`, signal)
  const events = await jsonBelow(objects, `events/dt=${day}/`, signal)
  return {
    imports: imports.flatMap(importOf),
    events: events.flatMap(eventOf),
    entries: await entriesOf(objects, day, signal),
  }
}

/** So many are read of a kind: a list that goes up and down all day is known by then. */
const mostRead = 100

type Json = Readonly<Record<string, unknown>>

async function jsonBelow(objects: RecordObjects, prefix: string, signal: AbortSignal): Promise<readonly Json[]> {
  const keys: string[] = []
  for await (const page of objects.list(prefix, signal)) {
    keys.push(...page.map(({ key }) => key))
    if (keys.length >= mostRead) break
  }
  const texts = await Promise.all(keys.slice(0, mostRead).map((key) => textOf(objects, key, signal)))
  return texts.map((text) => objectOf(text ?? 'null')).filter((value) => value !== null)
}

function objectOf(text: string): Json | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

function importOf(value: Json): readonly ImportLine[] {
  const { at, source, by, result, added, changed, removed } = value
  const texts = [at, source, by, result].every((one) => typeof one === 'string')
  const numbers = [added, changed, removed].every((one) => typeof one === 'number')
  return texts && numbers ? [value as ImportLine] : []
}

const kinds: { readonly [K in ProbeEvent['kind']]: readonly string[] } = {
  'zone-state': ['zone', 'from', 'to'],
  'own-listed': ['subject', 'zone'],
  'own-delisted': ['subject', 'zone'],
  'resolver-filters-127': [],
  'resolver-passes-127': [],
}

function eventOf(value: Json): readonly ProbeEvent[] {
  const kind = Object.keys(kinds).find((one) => one === value['kind']) as ProbeEvent['kind'] | undefined
  if (kind === undefined) return []
  return ['at', ...kinds[kind]].every((name) => typeof value[name] === 'string') ? [value as ProbeEvent] : []
}

async function entriesOf(objects: RecordObjects, day: string, signal: AbortSignal): Promise<readonly Entry[]> {
  const entries = parseEntries((await textOf(objects, entriesKey, signal)) ?? '') ?? []
  return entries.filter(({ added_at, expires_at }) => added_at.startsWith(day) || expires_at.startsWith(day))
}
