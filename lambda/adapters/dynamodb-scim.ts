import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
  UpdateItemCommand,
  type AttributeValue,
  type DynamoDBClient,
  type ScanCommandOutput,
} from '@aws-sdk/client-dynamodb'
import type { Resource, ResourceType } from '../core/scim/resources.ts'
import type { ScimStore } from '../ports/scim-store.ts'
import { claimKey, indexKey, readResource, resourceKey, writeResource, type Item } from './scim-items.ts'

/**
 * Users and groups in a table of DynamoDB. Reads are consistent: a client asks at once for what it wrote. `mostCharacters`: of the
 * JSON of a list; groups of thousands of people would otherwise fill the memory of the function.
 */
export function createDynamoDbScim(client: DynamoDBClient, table: string, mostCharacters = 48_000_000): ScimStore {
  const get = async (key: Item): Promise<Item | null> => {
    const command = new GetItemCommand({ TableName: table, Key: key, ConsistentRead: true })
    return (await client.send(command)).Item ?? null
  }
  const change = async (verb: 'ADD' | 'DELETE', keys: readonly string[], id: string): Promise<void> => {
    for (const key of keys) {
      const command = new UpdateItemCommand({
        TableName: table,
        Key: indexKey(key),
        UpdateExpression: `${verb} ids :ids`,
        ExpressionAttributeValues: { ':ids': { SS: [id] } },
      })
      await client.send(command)
    }
  }
  return {
    claim: async (claim, id) => {
      const put = new PutItemCommand({
        TableName: table,
        Item: { ...claimKey(claim), holder: { S: id } },
        ConditionExpression: 'attribute_not_exists(id) OR holder = :holder',
        ExpressionAttributeValues: { ':holder': { S: id } },
      })
      if (await conditionHeld(() => client.send(put))) return id
      // Given up in between: whoever asks again gets it.
      return (await get(claimKey(claim)))?.['holder']?.S ?? ''
    },
    unclaim: async (claim, id) => {
      const command = new DeleteItemCommand({
        TableName: table,
        Key: claimKey(claim),
        ConditionExpression: 'holder = :holder',
        ExpressionAttributeValues: { ':holder': { S: id } },
      })
      await conditionHeld(() => client.send(command))
    },
    load: async (type, id) => {
      const item = await get(resourceKey(type, id))
      return item === null ? null : readResource(item)
    },
    save: (stored, replaced) => {
      const put = { TableName: table, Item: writeResource(stored), ...conditionOf(replaced) }
      return conditionHeld(() => client.send(new PutItemCommand(put)))
    },
    remove: (type, id, version) => {
      const command = { TableName: table, Key: resourceKey(type, id), ...conditionOf(version) }
      return conditionHeld(() => client.send(new DeleteItemCommand(command)))
    },
    index: (keys, id) => change('ADD', keys, id),
    unindex: (keys, id) => change('DELETE', keys, id),
    find: async (key) => (await get(indexKey(key)))?.['ids']?.SS ?? [],
    list: (type, most) => list({ client, table, mostCharacters }, type, most),
  }
}

type Listing = { readonly client: DynamoDBClient; readonly table: string; readonly mostCharacters: number }

async function list(
  { client, table, mostCharacters }: Listing,
  type: ResourceType,
  most: number,
): Promise<readonly Resource[] | null> {
  const found: Resource[] = []
  let characters = 0
  let start: Record<string, AttributeValue> | undefined
  do {
    const scan: ScanCommandOutput = await client.send(
      new ScanCommand({
        TableName: table,
        ConsistentRead: true,
        FilterExpression: '#type = :type',
        ExpressionAttributeNames: { '#type': 'type' },
        ExpressionAttributeValues: { ':type': { S: type } },
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      }),
    )
    for (const item of scan.Items ?? []) {
      found.push(readResource(item).resource)
      characters += item['json']?.S?.length ?? 0
    }
    if (found.length > most || characters > mostCharacters) return null
    start = scan.LastEvaluatedKey
  } while (start !== undefined)
  return found.sort((a, b) => (a.id < b.id ? -1 : 1))
}

function conditionOf(version: number | null) {
  if (version === null) return { ConditionExpression: 'attribute_not_exists(id)' }
  return {
    ConditionExpression: '#version = :version',
    ExpressionAttributeNames: { '#version': 'version' },
    ExpressionAttributeValues: { ':version': { N: String(version) } },
  }
}

/** A condition that did not hold is an answer. */
async function conditionHeld(send: () => Promise<unknown>): Promise<boolean> {
  try {
    await send()
    return true
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false
    throw error
  }
}
