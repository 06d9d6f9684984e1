import { addressesOf, type HeldAddress } from '../core/scim/addresses.ts'
import { refused, type Refused } from '../core/scim/errors.ts'
import { claimOf, indexKeysOf } from '../core/scim/indexes.ts'
import type { JsonObject } from '../core/scim/json.ts'
import type { Patched } from '../core/scim/patch.ts'
import { etagOf } from '../core/scim/render.ts'
import { readAttributes, type Resource, type ResourceType } from '../core/scim/resources.ts'
import type { StoredResource } from '../ports/scim-store.ts'
import type { ScimRun, Written } from './run.ts'

/**
 * Changes to users and groups, so ordered that every prefix is safe: what is new comes into the directory before anything
 * else, what is old goes out of it after everything else, and what was interrupted is finished by doing it again. An
 * interruption may leave an address that nobody has; it never takes one from somebody.
 */
export async function create(type: ResourceType, sent: JsonObject, run: ScimRun): Promise<Written> {
  const read = readAttributes(type, sent)
  if (read.answer === 'refused') return read
  const { attributes } = read
  const at = run.now()
  const id = await claimed(claimOf({ type, attributes }), type, run.newId(), 'adopt', run)
  if (id === null) return taken(type)
  const resource: Resource = { type, id, attributes, version: 1, created: at, modified: at }
  const held = addressesOf(resource, run.domains)
  await hold(held, id, run)
  await run.store.index(indexKeysOf(resource), id)
  return (await run.store.save({ resource, held, leaving: [] }, null)) ? { answer: 'written', resource } : taken(type)
}

/** `change` is asked again where somebody else wrote in between. `ifMatch` is the header field (RFC 7644 3.14). */
export async function update(
  { type, id, ifMatch }: Target,
  change: (attributes: JsonObject) => Patched,
  run: ScimRun,
): Promise<Written> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const stored = await run.store.load(type, id)
    const problem = problemOf(stored, ifMatch)
    if (stored === null || problem !== null) return problem ?? absent
    const patched = change(stored.resource.attributes)
    if (patched.answer === 'refused') return patched
    const read = readAttributes(type, patched.attributes)
    if (read.answer === 'refused') return read
    const written = await replace(stored, read.attributes, run)
    if (written !== null) return written
  }
  return busy
}

/** The resource goes; its addresses stay known for the grace period. */
export async function remove(
  { type, id, ifMatch }: Target,
  run: ScimRun,
): Promise<{ readonly answer: 'removed' } | Refused> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const stored = await run.store.load(type, id)
    const problem = problemOf(stored, ifMatch)
    if (stored === null || problem !== null) return problem ?? absent
    const { resource } = stored
    await release([...stored.held, ...stored.leaving], id, run)
    await run.store.unindex(indexKeysOf(resource), id)
    await run.store.unclaim(claimOf(resource), id)
    if (await run.store.remove(type, id, resource.version)) return { answer: 'removed' }
  }
  return busy
}

export type Target = { readonly type: ResourceType; readonly id: string; readonly ifMatch: string | null }

const attempts = 3
const absent = refused(404, null, 'There is no resource of this id.')
const busy = refused(503, null, 'Others kept changing this resource. Ask again.')

/** Null: somebody else has changed it. */
async function replace(stored: StoredResource, attributes: JsonObject, run: ScimRun): Promise<Written | null> {
  const { type, id, version } = stored.resource
  const isSame = JSON.stringify(attributes) === JSON.stringify(stored.resource.attributes)
  const resource = isSame
    ? stored.resource
    : { ...stored.resource, attributes, version: version + 1, modified: run.now() }
  const [oldClaim, claim] = [claimOf(stored.resource), claimOf(resource)]
  if (claim !== oldClaim && (await claimed(claim, type, id, 'take', run)) === null) return taken(type)
  const held = addressesOf(resource, run.domains)
  // Those that it holds already, too: somebody may have taken one out of the directory by hand.
  await hold(held, id, run)
  const [oldKeys, keys] = [indexKeysOf(stored.resource), indexKeysOf(resource)]
  await run.store.index(difference(keys, oldKeys), id)
  const leaving = leavingOf(stored, held)
  if (isSame && leaving.length === 0 && sameHeld(held, stored.held)) return { answer: 'written', resource }
  if (!(await run.store.save({ resource, held, leaving }, version))) return null
  await release(leaving, id, run)
  await run.store.unindex(difference(oldKeys, keys), id)
  if (claim !== oldClaim) await run.store.unclaim(oldClaim, id)
  if (leaving.length > 0) await run.store.save({ resource, held, leaving: [] }, resource.version)
  return { answer: 'written', resource }
}

/**
 * Makes a name this id's. Null: another resource has it. A name may be left over from what was interrupted: one of a
 * resource that was never written is adopted with its id by whoever creates, so that the addresses that it holds have an
 * owner again; one that its owner does not use any more is taken.
 */
async function claimed(
  claim: string,
  type: ResourceType,
  id: string,
  whose: 'adopt' | 'take',
  { store }: ScimRun,
): Promise<string | null> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const owner = await store.claim(claim, id)
    if (owner === id) return id
    const other = await store.load(type, owner)
    if (other === null && whose === 'adopt') return owner
    if (other !== null && claimOf(other.resource) === claim) return null
    await store.unclaim(claim, owner)
  }
  return null
}

function problemOf(stored: StoredResource | null, ifMatch: string | null): Refused | null {
  if (stored === null) return absent
  if (ifMatch === null || ifMatch.trim() === '*') return null
  const etag = etagOf(stored.resource)
  const isMatch = ifMatch.split(',', 20).some((each) => each.trim().replace(/^(?!W\/)/, 'W/') === etag)
  return isMatch ? null : refused(412, null, `The resource is ${etag} now.`)
}

function taken(type: ResourceType): Refused {
  const what = type === 'User' ? 'userName' : 'displayName and externalId'
  return refused(409, 'uniqueness', `Another ${type} has this ${what}.`)
}

async function hold(held: readonly HeldAddress[], id: string, { directory }: ScimRun): Promise<void> {
  for (const each of held) await directory.hold(each, id)
}

async function release(held: readonly HeldAddress[], id: string, { directory, now }: ScimRun): Promise<void> {
  for (const each of held) await directory.release(each, id, now())
}

function leavingOf(stored: StoredResource, held: readonly HeldAddress[]): readonly HeldAddress[] {
  const staying = new Set(held.map(({ address }) => address))
  const before = new Map([...stored.leaving, ...stored.held].map((each) => [each.address, each]))
  return [...before.values()].filter(({ address }) => !staying.has(address))
}

function sameHeld(some: readonly HeldAddress[], others: readonly HeldAddress[]): boolean {
  return JSON.stringify(some) === JSON.stringify(others)
}

function difference(some: readonly string[], others: readonly string[]): readonly string[] {
  return some.filter((each) => !others.includes(each))
}
