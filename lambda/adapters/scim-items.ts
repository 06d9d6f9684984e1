import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import type { ResourceType } from '../core/scim/resources.ts'
import type { StoredResource } from '../ports/scim-store.ts'

/**
 * How users and groups lie in their table. One attribute is the key, and no index of DynamoDB is needed, so that whatever
 * was written is found at once:
 *
 *     resource User ID           type, version, json   (the resource and what it holds)
 *     claim User alice@…         holder                (whose name it is)
 *     index User emails alice@…  ids                   (who may be meant)
 */
export type Item = Record<string, AttributeValue>

export const resourceKey = (type: ResourceType, id: string): Item => ({ id: { S: `resource ${type} ${id}` } })
export const claimKey = (claim: string): Item => ({ id: { S: `claim ${claim}` } })
export const indexKey = (key: string): Item => ({ id: { S: `index ${key}` } })

export function writeResource(stored: StoredResource): Item {
  const { type, id, version } = stored.resource
  return {
    ...resourceKey(type, id),
    type: { S: type },
    version: { N: String(version) },
    json: { S: JSON.stringify(stored) },
  }
}

/** The JSON is our own, and was written whole. */
export function readResource(item: Item): StoredResource {
  return JSON.parse(item['json']?.S ?? '') as StoredResource
}
