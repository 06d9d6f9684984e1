import type { HeldAddress } from '../core/scim/addresses.ts'
import type { Resource, ResourceType } from '../core/scim/resources.ts'

/** A resource, and what of the directory it holds. */
export type StoredResource = {
  readonly resource: Resource
  readonly held: readonly HeldAddress[]
  /** Held before, and not yet known to be given back. */
  readonly leaving: readonly HeldAddress[]
}

/**
 * The users and groups that a provisioning client has sent.
 *
 * Every call rejects where AWS cannot do it, with the error of the SDK: a client repeats what was answered with 503. What is
 * written is read by the next call. `test/adapters/dynamodb-scim.test.ts` states this as tests.
 */
export type ScimStore = {
  /** Makes a name the property of an id, and answers whose it is: this id's, or another's that was there first. */
  readonly claim: (claim: string, id: string) => Promise<string>
  /** Gives a name up, if it is this id's. */
  readonly unclaim: (claim: string, id: string) => Promise<void>
  readonly load: (type: ResourceType, id: string) => Promise<StoredResource | null>
  /** Writes if the version that stands is `replaced`, or if none stands and it is null; else false. */
  readonly save: (stored: StoredResource, replaced: number | null) => Promise<boolean>
  /** Removes if the version that stands is this; else false. */
  readonly remove: (type: ResourceType, id: string, version: number) => Promise<boolean>
  readonly index: (keys: readonly string[], id: string) => Promise<void>
  readonly unindex: (keys: readonly string[], id: string) => Promise<void>
  /** The ids below a key of an index, which may be of resources that are gone. */
  readonly find: (key: string) => Promise<readonly string[]>
  /** All of a type, by id; null if there are more than `most`, or more than memory holds. */
  readonly list: (type: ResourceType, most: number) => Promise<readonly Resource[] | null>
}
