import * as v from 'valibot'

/** What a schema says of a place in the configuration, without the wrappings of the schema library. */
export type Place =
  | { readonly kind: 'section'; readonly entries: Readonly<Record<string, v.GenericSchema>> }
  | { readonly kind: 'list'; readonly item: v.GenericSchema }
  /** It depends on what stands there: `getter` gives the schema of a value. */
  | { readonly kind: 'either'; readonly getter: (value: unknown) => v.GenericSchema }
  | { readonly kind: 'value' }

/** Which of the library's own fields tells what; it has no public way to walk a schema. */
type Inside = {
  readonly wrapped?: v.GenericSchema
  readonly entries?: Readonly<Record<string, v.GenericSchema>>
  readonly item?: v.GenericSchema
  readonly getter?: (value: unknown) => v.GenericSchema
  readonly default?: unknown
}

export function placeOf(schema: v.GenericSchema): Place {
  const { entries, item, getter } = unwrapped(schema) as Inside
  if (entries !== undefined) return { kind: 'section', entries }
  if (item !== undefined) return { kind: 'list', item }
  return getter === undefined ? { kind: 'value' } : { kind: 'either', getter }
}

/** The words of values.ts for what is expected here; '' for a section or a list. */
export function expectedBy(schema: v.GenericSchema): string {
  const { expected } = v.getMetadata(unwrapped(schema)) as { readonly expected?: string }
  return expected ?? ''
}

/** The words that may stand here, for the nearest match; none where the values are not a closed set. */
export function optionsOf(schema: v.GenericSchema): readonly unknown[] {
  const { options } = v.getMetadata(unwrapped(schema)) as { readonly options?: readonly unknown[] }
  return options ?? []
}

/** `undefined`: the setting must be given. */
export function defaultOf(schema: v.GenericSchema): unknown {
  return (schema as Inside).default
}

export function isNullable(schema: v.GenericSchema): boolean {
  for (let at = schema; ;) {
    if (at.type === 'nullable') return true
    const { wrapped } = at as Inside
    if (wrapped === undefined) return false
    at = wrapped
  }
}

function unwrapped(schema: v.GenericSchema): v.GenericSchema {
  for (let at = schema; ;) {
    const { wrapped } = at as Inside
    if (wrapped === undefined) return at
    at = wrapped
  }
}
