import * as v from 'valibot'

/** Settings that stand together. A list is an object, too, to valibot; the walk in problems.ts refuses it. */
export function section<const E extends v.ObjectEntries>(entries: E, what = 'an object') {
  return v.object(entries, what)
}

/** A setting that must be given. */
export function is<S extends v.GenericSchema>(schema: S, description: string) {
  return v.pipe(schema, v.description(description))
}

/** A setting that has a default. */
export function may<const S extends v.GenericSchema, const D extends v.Default<S, undefined>>(
  schema: S,
  fallback: D,
  description: string,
): v.SchemaWithPipe<
  readonly [v.OptionalSchema<S, D>, v.DescriptionAction<v.InferOutput<v.OptionalSchema<S, D>>, string>]
> {
  return v.pipe(v.optional(schema, fallback), v.description(description))
}
