import type { AttributePath, Filter, Operator } from './filter.ts'
import { field, isList, isObject, type Json, type JsonObject } from './json.ts'

/** RFC 7644 3.4.2.2: whether a filter holds of a resource, or of one value of a multi-valued attribute. */
export function matches(resource: JsonObject, filter: Filter): boolean {
  switch (filter.kind) {
    case 'and':
      return matches(resource, filter.left) && matches(resource, filter.right)
    case 'or':
      return matches(resource, filter.left) || matches(resource, filter.right)
    case 'not':
      return !matches(resource, filter.term)
    case 'present':
      return valuesAt(resource, filter.path).some((value) => value !== null && value !== '')
    case 'compare':
      return holds(filter, valuesAt(resource, filter.path).map(plain))
  }
}

/** What stands at a path: none, one, or the values of a multi-valued attribute. */
export function valuesAt(resource: JsonObject, { schema, name, where, sub }: AttributePath): readonly Json[] {
  const container = schema === null ? resource : field(resource, schema)
  const found = name === '' || !isObject(container) ? container : field(container, name)
  if (found === undefined) return []
  const values = isList(found) ? found : [found]
  const chosen = where === null ? values : values.filter((value) => matches(asElement(value), where))
  if (sub === null) return chosen
  return chosen.flatMap((value) => (isObject(value) ? (field(value, sub) ?? []) : []))
}

/** A value of a multi-valued attribute that is no object is its own `value`. */
export function asElement(value: Json): JsonObject {
  return isObject(value) ? value : { value }
}

type Comparison = Filter & { readonly kind: 'compare' }

function holds({ path, operator, value }: Comparison, found: readonly Json[]): boolean {
  // RFC 7643 3.1: these two are caseExact; all others that are compared here are not.
  const exact = path.sub === null && ['id', 'externalid'].includes(path.name.toLowerCase())
  const wanted = comparable(value, exact)
  const values = found.map((each) => comparable(each, exact))
  if (operator === 'eq') return values.includes(wanted) || (wanted === null && values.length === 0)
  if (operator === 'ne') return !values.includes(wanted)
  return values.some((each) => compares(each, operator, wanted))
}

function compares(found: Json, operator: Exclude<Operator, 'eq' | 'ne'>, wanted: Json): boolean {
  if (typeof found === 'number' && typeof wanted === 'number') return isOrdered(found, operator, wanted)
  if (typeof found !== 'string' || typeof wanted !== 'string') return false
  if (operator === 'co') return found.includes(wanted)
  if (operator === 'sw') return found.startsWith(wanted)
  if (operator === 'ew') return found.endsWith(wanted)
  return isOrdered(found, operator, wanted)
}

function isOrdered<T extends string | number>(found: T, operator: Operator, wanted: T): boolean {
  if (operator === 'gt') return found > wanted
  if (operator === 'ge') return found >= wanted
  if (operator === 'lt') return found < wanted
  return operator === 'le' && found <= wanted
}

/** Entra asks for `primary eq "True"`: a boolean is compared as its word. */
function comparable(value: Json, exact: boolean): Json {
  if (typeof value === 'boolean') return String(value)
  return typeof value === 'string' && !exact ? value.toLowerCase() : value
}

function plain(value: Json): Json {
  return isObject(value) ? (field(value, 'value') ?? null) : value
}
