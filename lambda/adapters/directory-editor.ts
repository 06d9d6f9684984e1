import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  PutItemCommand,
  ScanCommand,
  UpdateItemCommand,
  type AttributeValue,
  type DynamoDBClient,
  type ScanCommandOutput,
} from '@aws-sdk/client-dynamodb'
import type { DirectoryEntry, DomainAnswer } from '../core/facts.ts'
import { keyAttribute, keyOf, readDomain, readEntry, writeEntry } from './directory-items.ts'

/**
 * Changes to the recipient directory, one entry at a time.
 *
 * Every prefix of every change is safe. The count of a domain's entries errs only to the low side when a change dies half
 * way (added before it is counted, discounted before it is removed), because a domain that seems empty answers
 * "unavailable", while one that seems full answers "unknown".
 */
export type DirectoryEditor = {
  /** `false`: an entry stood there already, and is left as it is. */
  readonly add: (key: string, domainName: string, entry: DirectoryEntry) => Promise<boolean>
  /** `false`: there was none. */
  readonly remove: (key: string, domainName: string) => Promise<boolean>
  /** States that the domain's list is complete, so that it may answer "unknown". Refused while it has no entry. */
  readonly complete: (domainName: string, at: string) => Promise<'completed' | 'refused-empty'>
  readonly domain: (domainName: string) => Promise<DomainAnswer>
  /** All entries, in no order; those of one domain if it is named. Reads the table in pages. */
  readonly list: (domainName: string | null) => AsyncIterable<ListedItem>
}

export type ListedItem = {
  readonly key: string
  readonly entry: DirectoryEntry
  /** The import, or SCIM, that wrote it; null: a person. */
  readonly source: string | null
}

export function createDirectoryEditor(client: DynamoDBClient, table: string): DirectoryEditor {
  const count = (domainName: string, by: 1 | -1): Promise<unknown> =>
    client.send(
      new UpdateItemCommand({
        TableName: table,
        Key: keyOf(domainName),
        UpdateExpression: 'SET #kind = :domain ADD #entries :by',
        ExpressionAttributeNames: { '#kind': 'kind', '#entries': 'entries' },
        ExpressionAttributeValues: { ':domain': { S: 'domain' }, ':by': { N: String(by) } },
      }),
    )
  return {
    add: async (key, domainName, entry) => {
      const put = new PutItemCommand({
        TableName: table,
        Item: writeEntry(key, entry),
        ConditionExpression: 'attribute_not_exists(#key)',
        ExpressionAttributeNames: { '#key': keyAttribute },
      })
      if (!(await conditionHeld(() => client.send(put)))) return false
      await count(domainName, 1)
      return true
    },
    remove: async (key, domainName) => {
      if (!(await exists(client, table, key))) return false
      await count(domainName, -1)
      const remove = new DeleteItemCommand({
        TableName: table,
        Key: keyOf(key),
        ConditionExpression: 'attribute_exists(#key)',
        ExpressionAttributeNames: { '#key': keyAttribute },
      })
      if (await conditionHeld(() => client.send(remove))) return true
      // Somebody else removed it in between, and has counted it, too.
      await count(domainName, 1)
      return false
    },
    complete: async (domainName, at) => {
      const update = new UpdateItemCommand({
        TableName: table,
        Key: keyOf(domainName),
        UpdateExpression: 'SET #state = :complete, completed_at = :at',
        ConditionExpression: '#entries > :none',
        ExpressionAttributeNames: { '#state': 'state', '#entries': 'entries' },
        ExpressionAttributeValues: { ':complete': { S: 'complete' }, ':at': { S: at }, ':none': { N: '0' } },
      })
      return (await conditionHeld(() => client.send(update))) ? 'completed' : 'refused-empty'
    },
    domain: async (domainName) => readDomain((await read(client, table, domainName)) ?? undefined),
    list: (domainName) => list(client, table, domainName),
  }
}

async function* list(client: DynamoDBClient, table: string, domainName: string | null): AsyncIterable<ListedItem> {
  let start: Record<string, AttributeValue> | undefined
  do {
    const scan: ScanCommandOutput = await client.send(new ScanCommand({ TableName: table, ExclusiveStartKey: start }))
    const { Items, LastEvaluatedKey } = scan
    for (const item of Items ?? []) {
      const key = item[keyAttribute]?.S ?? ''
      const entry = readEntry(item)
      if (entry === null || (domainName !== null && !key.endsWith(`@${domainName}`))) continue
      yield { key, entry, source: item['source']?.S ?? null }
    }
    start = LastEvaluatedKey
  } while (start !== undefined)
}

async function exists(client: DynamoDBClient, table: string, key: string): Promise<boolean> {
  return (await read(client, table, key)) !== null
}

async function read(client: DynamoDBClient, table: string, key: string) {
  const request = { RequestItems: { [table]: { Keys: [keyOf(key)], ConsistentRead: true } } }
  const { Responses } = await client.send(new BatchGetItemCommand(request))
  return Responses?.[table]?.[0] ?? null
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
