import * as v from 'valibot'
import { configSchema } from './schema.ts'
import { defaultOf, expectedBy, isNullable, placeOf } from './walk.ts'

/** One line of the table of settings. */
export type Setting = {
  /** `dnsbl.zones[].pattern`: `[]` stands for each item of a list. */
  readonly path: string
  readonly type: string
  /** As JSON; null where the setting must be given. */
  readonly default: string | null
  readonly description: string
}

/** Every setting there is, in the order of the definition; sections before what is in them. */
export const settings: readonly Setting[] = settingsIn(configSchema, '')

function settingsIn(schema: v.GenericSchema, prefix: string): readonly Setting[] {
  const place = placeOf(schema)
  if (place.kind === 'list') return settingsIn(place.item, `${prefix}[]`)
  if (place.kind === 'either') return settingsIn(place.getter({}), prefix)
  if (place.kind === 'value') return []
  return Object.entries(place.entries).flatMap(([key, entry]) => {
    const path = prefix === '' ? key : `${prefix}.${key}`
    const fallback = defaultOf(entry)
    const setting = {
      path,
      type: typeOf(entry),
      default: fallback === undefined ? null : JSON.stringify(fallback),
      description: v.getDescription(entry) ?? '',
    }
    return [setting, ...settingsIn(entry, path)]
  })
}

function typeOf(schema: v.GenericSchema): string {
  const place = placeOf(schema)
  return isNullable(schema) ? `null, or ${typeOfPlace(schema, place)}` : typeOfPlace(schema, place)
}

function typeOfPlace(schema: v.GenericSchema, place: ReturnType<typeof placeOf>): string {
  if (place.kind === 'section') return 'an object'
  if (place.kind === 'list') return `a list, each ${typeOf(place.item)}`
  if (place.kind === 'either') return `${typeOf(place.getter(''))} or ${typeOf(place.getter({}))}`
  return expectedBy(schema)
}
