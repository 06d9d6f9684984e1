import { refused, type Refused } from './errors.ts'
import { parsePath, type AttributePath, type Filter } from './filter.ts'
import { field, isList, isObject, merged, withField, withoutField, type Json, type JsonObject } from './json.ts'
import { asElement, matches } from './match.ts'

/**
 * PATCH, RFC 7644 3.5.2, in the dialects that are really sent.
 *
 * Entra ID writes `Add` and `Replace` in capitals, names attributes by dotted paths in a value without a path, and expects
 * that `emails[type eq "work"].value` makes the value where there is none. Its older dialect removes members by a value
 * beside the path. Okta repeats the id in such a value. None of it has two readings, so all of it is taken.
 */
export type Patched = { readonly answer: 'patched'; readonly attributes: JsonObject } | Refused

/** Entra sends one operation for each change of a user, and at most some hundred for a group. */
export const mostOperations = 1000

export function applyPatch(attributes: JsonObject, body: JsonObject): Patched {
  const operations = field(body, 'Operations')
  if (!isList(operations) || operations.length === 0 || operations.length > mostOperations) {
    return refused(400, 'invalidSyntax', `Operations is not a list of 1 to ${mostOperations} operations.`)
  }
  let patched: Patched = { answer: 'patched', attributes }
  for (const operation of operations) {
    patched = applyOperation(patched.attributes, operation)
    if (patched.answer === 'refused') return patched
  }
  return patched
}

type Op = 'add' | 'replace' | 'remove'
type Change = { readonly op: Op; readonly path: AttributePath; readonly value: Json }

const ours: readonly string[] = ['id', 'meta', 'schemas', 'groups', 'password']

function applyOperation(attributes: JsonObject, operation: Json): Patched {
  if (!isObject(operation)) return refused(400, 'invalidSyntax', 'An operation is not an object.')
  const op = opOf(field(operation, 'op'))
  if (op === null) return refused(400, 'invalidSyntax', 'op is not "add", "replace" or "remove".')
  const text = field(operation, 'path') ?? null
  const value = field(operation, 'value') ?? null
  if (text === null || text === '') return applyWithoutPath(attributes, op, value)
  const path = typeof text === 'string' ? parsePath(text) : null
  if (path === null) return refused(400, 'invalidPath', `path ${JSON.stringify(text).slice(0, 200)} cannot be read.`)
  if (path.schema === null && ['id', 'meta', 'schemas'].includes(path.name.toLowerCase())) {
    return refused(400, 'mutability', `${path.name} is not the client's to change.`)
  }
  return applyChange(attributes, { op, path, value })
}

/** Each attribute of the value is a change of its own. What is ours to say is passed over: Okta repeats the id. */
function applyWithoutPath(attributes: JsonObject, op: Op, value: Json): Patched {
  if (op === 'remove') return refused(400, 'noTarget', 'A remove needs a path.')
  if (!isObject(value)) return refused(400, 'invalidValue', `Without a path, the value of ${op} is an object.`)
  let patched: Patched = { answer: 'patched', attributes }
  for (const [name, each] of Object.entries(value)) {
    if (ours.includes(name.toLowerCase())) continue
    const path = parsePath(name)
    if (path === null) return refused(400, 'invalidPath', `The attribute ${name.slice(0, 200)} cannot be read.`)
    patched = applyChange(patched.attributes, { op, path, value: each })
    if (patched.answer === 'refused') return patched
  }
  return patched
}

/** An attribute of an extension is changed in the extension's object. */
function applyChange(attributes: JsonObject, { op, path, value }: Change): Patched {
  const { schema } = path
  if (schema === null)
    return path.name === '' ? applyWithoutPath(attributes, op, value) : changed(attributes, op, path, value)
  const extension = asObject(field(attributes, schema))
  if (path.name === '') {
    if (op === 'remove') return { answer: 'patched', attributes: withoutField(attributes, schema) }
    if (!isObject(value)) return refused(400, 'invalidValue', `The value of ${schema} is an object.`)
    return { answer: 'patched', attributes: withField(attributes, schema, merged(extension, value)) }
  }
  const inner = changed(extension, op, path, value)
  if (inner.answer === 'refused') return inner
  return { answer: 'patched', attributes: withField(attributes, schema, inner.attributes) }
}

function changed(object: JsonObject, op: Op, path: AttributePath, value: Json): Patched {
  const { name, where, sub } = path
  const old = field(object, name)
  const set = (next: Json): Patched => ({ answer: 'patched', attributes: withField(object, name, next) })
  if (where !== null) {
    const elements = elementsWith(isList(old) ? old : [], op, { where, sub, value })
    return elements === null
      ? refused(400, 'noTarget', `No value of ${name} is meant by the filter, and none can be made of it.`)
      : set(elements)
  }
  if (sub !== null) {
    if (isList(old)) return set(old.map((each) => withSub(asElement(each), op, sub, value)))
    return set(withSub(asObject(old), op, sub, value))
  }
  return wholeChanged(object, old, op, path, value)
}

function wholeChanged(
  object: JsonObject,
  old: Json | undefined,
  op: Op,
  { name }: AttributePath,
  value: Json,
): Patched {
  const set = (next: Json): Patched => ({ answer: 'patched', attributes: withField(object, name, next) })
  if (op === 'remove') {
    // The older dialect of Entra: a path to the whole list, and beside it which values go.
    if (isList(old) && isList(value) && value.length > 0) return set(without(old, value))
    return { answer: 'patched', attributes: withoutField(object, name) }
  }
  if (op === 'add' && isList(old)) return set(joined(old, value))
  return set(isObject(old) && isObject(value) ? merged(old, value) : value)
}

type Selected = { readonly where: Filter; readonly sub: string | null; readonly value: Json }

function elementsWith(old: readonly Json[], op: Op, { where, sub, value }: Selected): readonly Json[] | null {
  const isMeant = (element: Json): boolean => matches(asElement(element), where)
  if (op === 'remove') {
    if (sub === null) return old.filter((element) => !isMeant(element))
    return old.map((element) => (isMeant(element) ? withoutField(asElement(element), sub) : element))
  }
  const change = (element: JsonObject): JsonObject => {
    if (sub !== null) return withField(element, sub, value)
    return isObject(value) ? merged(element, value) : withField(element, 'value', value)
  }
  if (old.some(isMeant)) return old.map((element) => (isMeant(element) ? change(asElement(element)) : element))
  const made = elementOf(where)
  return made === null ? null : [...old, change(made)]
}

/** The value that a filter of nothing but `eq` describes. */
function elementOf(where: Filter): JsonObject | null {
  if (where.kind === 'and') {
    const [left, right] = [elementOf(where.left), elementOf(where.right)]
    return left === null || right === null ? null : merged(left, right)
  }
  if (where.kind !== 'compare' || where.operator !== 'eq' || where.path.sub !== null) return null
  return { [where.path.name]: where.value }
}

function withSub(object: JsonObject, op: Op, sub: string, value: Json): JsonObject {
  return op === 'remove' ? withoutField(object, sub) : withField(object, sub, value)
}

/** RFC 7644 3.5.2.1: a value that is there already is not added again. */
function joined(old: readonly Json[], added: Json): readonly Json[] {
  const values = new Map(old.map((value) => [identityOf(value), value]))
  for (const value of isList(added) ? added : [added]) values.set(identityOf(value), value)
  return [...values.values()]
}

function without(old: readonly Json[], removed: readonly Json[]): readonly Json[] {
  const identities = new Set(removed.map(identityOf))
  return old.filter((value) => !identities.has(identityOf(value)))
}

/** Values are the same if their `value` and `type` are, or all of them where they have none. */
function identityOf(element: Json): string {
  const object = asElement(element)
  const value = field(object, 'value')
  return JSON.stringify(value === undefined ? object : [value, field(object, 'type') ?? null])
}

function asObject(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {}
}

function opOf(value: Json | undefined): Op | null {
  const op = typeof value === 'string' ? value.toLowerCase() : ''
  return op === 'add' || op === 'replace' || op === 'remove' ? op : null
}
