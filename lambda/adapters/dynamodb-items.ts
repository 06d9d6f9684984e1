import { BatchGetItemCommand, type AttributeValue, type DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { setTimeout as delay } from 'node:timers/promises'
import type { UnavailableCause } from '../core/facts.ts'
import { awsFailure } from './aws-failure.ts'

export type Item = Readonly<Record<string, AttributeValue>>

/** A table whose only key is a text. */
export type KeyedTable = { readonly client: DynamoDBClient; readonly table: string; readonly keyAttribute: string }

/** An item, `undefined` for none there, or the cause why nobody knows. */
export type ItemRead = { readonly item: Item | undefined } | { readonly cause: UnavailableCause }

/** DynamoDB API, BatchGetItem: at most so many keys in one call. */
const keysPerCall = 100

/** Waits before each further try for what DynamoDB left unprocessed, in milliseconds; together they fit the deadline. */
const patience: readonly number[] = [20, 50, 100, 200, 400]

/**
 * Reads items by their keys, consistently, in as few calls as there can be, and asks again for what DynamoDB left
 * unprocessed. Every key has an answer, whatever the network does.
 */
export async function readItems(
  table: KeyedTable,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ItemRead>> {
  const all = [...new Set(keys)]
  const chunks = Array.from({ length: Math.ceil(all.length / keysPerCall) }, (_, index) =>
    all.slice(index * keysPerCall, (index + 1) * keysPerCall),
  )
  const read = await Promise.all(chunks.map((chunk) => readChunk(table, chunk, signal)))
  return new Map(read.flatMap((items) => [...items]))
}

/** The same where one item that stays unread makes the others worthless: the items that are there, by their keys. */
export async function readWhole(
  table: KeyedTable,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Item> | { readonly cause: UnavailableCause }> {
  const items = new Map<string, Item>()
  for (const [key, read] of await readItems(table, keys, signal)) {
    if ('cause' in read) return { cause: read.cause }
    if (read.item !== undefined) items.set(key, read.item)
  }
  return items
}

async function readChunk(
  table: KeyedTable,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ItemRead>> {
  const read = new Map<string, ItemRead>()
  let left = keys
  for (const wait of [...patience, null]) {
    const answer = await batchGet(table, left, signal)
    if ('cause' in answer) return fill(read, left, { cause: answer.cause })
    for (const item of answer.items) read.set(item[table.keyAttribute]?.S ?? '', { item })
    const unprocessed = new Set(answer.unprocessed)
    fill(
      read,
      left.filter((key) => !unprocessed.has(key) && !read.has(key)),
      { item: undefined },
    )
    left = left.filter((key) => unprocessed.has(key))
    if (left.length === 0 || wait === null || !(await waited(wait, signal))) break
  }
  return fill(read, left, { cause: signal.aborted ? 'aborted' : 'unprocessed' })
}

type Batch = { readonly items: readonly Item[]; readonly unprocessed: readonly string[] }

async function batchGet(
  { client, table, keyAttribute }: KeyedTable,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<Batch | { readonly cause: UnavailableCause }> {
  const asked = { Keys: keys.map((key) => ({ [keyAttribute]: { S: key } })), ConsistentRead: true }
  const request = new BatchGetItemCommand({ RequestItems: { [table]: asked } })
  try {
    const { Responses, UnprocessedKeys } = await client.send(request, { abortSignal: signal })
    return {
      items: Responses?.[table] ?? [],
      unprocessed: (UnprocessedKeys?.[table]?.Keys ?? []).map((key) => key[keyAttribute]?.S ?? ''),
    }
  } catch (error) {
    return { cause: awsFailure(error, signal) }
  }
}

async function waited(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  try {
    await delay(milliseconds, undefined, { signal })
    return true
  } catch (error) {
    if (signal.aborted) return false
    throw error
  }
}

function fill(read: Map<string, ItemRead>, keys: readonly string[], value: ItemRead): ReadonlyMap<string, ItemRead> {
  for (const key of keys) read.set(key, value)
  return read
}
