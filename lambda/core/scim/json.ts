/** JSON as SCIM uses it: attribute names are compared without case (RFC 7643 2.1), and nothing is nested deeply. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export type JsonObject = { readonly [name: string]: Json }

/** No schema of SCIM nests deeper than five; what does would only exhaust the stack of whoever writes it again. */
export const deepest = 16

/** An object of JSON text; null if it is none, or nested too deeply. */
export function readObject(text: string): JsonObject | null {
  if (!isShallow(text)) return null
  try {
    const value = JSON.parse(text) as Json
    return isObject(value) ? value : null
  } catch {
    // All that JSON.parse throws is about this text.
    return null
  }
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !isList(value)
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}

/** The attribute of this name, in whatever case it was written; undefined if there is none. */
export function field(object: JsonObject, name: string): Json | undefined {
  const key = keyOf(object, name)
  return key === undefined ? undefined : object[key]
}

/** With the attribute set, under the name that it has already. */
export function withField(object: JsonObject, name: string, value: Json): JsonObject {
  const key = keyOf(object, name)
  if (key === undefined) return Object.fromEntries([...Object.entries(object), [name, value]])
  return Object.fromEntries(Object.entries(object).map(([each, old]) => [each, each === key ? value : old]))
}

export function withoutField(object: JsonObject, name: string): JsonObject {
  const folded = name.toLowerCase()
  return Object.fromEntries(Object.entries(object).filter(([each]) => each.toLowerCase() !== folded))
}

export function merged(object: JsonObject, changes: JsonObject): JsonObject {
  return Object.entries(changes).reduce((sum, [name, value]) => withField(sum, name, value), object)
}

function keyOf(object: JsonObject, name: string): string | undefined {
  if (Object.hasOwn(object, name)) return name
  const folded = name.toLowerCase()
  return Object.keys(object).find((each) => each.toLowerCase() === folded)
}

function isShallow(text: string): boolean {
  let depth = 0
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (quoted) {
      if (character === '\\') at++
      else if (character === '"') quoted = false
    } else if (character === '"') quoted = true
    else if (character === '{' || character === '[') {
      depth++
      if (depth > deepest) return false
    } else if (character === '}' || character === ']') depth--
  }
  return true
}
