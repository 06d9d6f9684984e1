import { BatchGetItemCommand, DynamoDBServiceException, type DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { setTimeout as delay } from 'node:timers/promises'
import type { DomainAnswer, EntryAnswer, UnavailableCause } from '../core/facts.ts'
import type { DirectoryAnswers, RecipientDirectory } from '../ports/recipient-directory.ts'
import { keyAttribute, keyOf, readDomain, readEntry, type Item } from './directory-items.ts'

/** DynamoDB API, BatchGetItem: at most so many keys in one call. */
const keysPerCall = 100

/** Waits before each further try for what DynamoDB left unprocessed, in milliseconds; together they fit the deadline. */
const patience: readonly number[] = [20, 50, 100, 200, 400]

/**
 * The recipient directory in DynamoDB. All keys and domains of a message go into one BatchGetItem (several where there are
 * more than 100), read consistently: an address that was added a moment ago exists.
 */
export function createDynamoDbDirectory(client: DynamoDBClient, table: string): RecipientDirectory {
  return async ({ keys, domains }, signal) => {
    const all = [...new Set([...keys, ...domains])]
    const chunks = Array.from({ length: Math.ceil(all.length / keysPerCall) }, (_, index) =>
      all.slice(index * keysPerCall, (index + 1) * keysPerCall),
    )
    const heard = await Promise.all(chunks.map((chunk) => readChunk(client, table, chunk, signal)))
    return answersOf(keys, domains, new Map(heard.flatMap((answers) => [...answers])))
  }
}

/** An item, `undefined` for none there, or the cause why nobody knows. */
type Read = { readonly item: Item | undefined } | { readonly cause: UnavailableCause }

async function readChunk(
  client: DynamoDBClient,
  table: string,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Read>> {
  const read = new Map<string, Read>()
  let left: readonly string[] = keys
  for (const wait of [...patience, null]) {
    const answer = await batchGet(client, table, left, signal)
    if ('cause' in answer) return fill(read, left, { cause: answer.cause })
    for (const item of answer.items) read.set(item[keyAttribute]?.S ?? '', { item })
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
  client: DynamoDBClient,
  table: string,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<Batch | { readonly cause: UnavailableCause }> {
  const request = { RequestItems: { [table]: { Keys: keys.map(keyOf), ConsistentRead: true } } }
  try {
    const { Responses, UnprocessedKeys } = await client.send(new BatchGetItemCommand(request), { abortSignal: signal })
    return {
      items: Responses?.[table] ?? [],
      unprocessed: (UnprocessedKeys?.[table]?.Keys ?? []).map((key) => key[keyAttribute]?.S ?? ''),
    }
  } catch (error) {
    return { cause: causeOf(error, signal) }
  }
}

/** What the network and DynamoDB can do is data; anything else is a bug of ours and is thrown on. */
function causeOf(error: unknown, signal: AbortSignal): UnavailableCause {
  if (signal.aborted) return 'aborted'
  if (error instanceof DynamoDBServiceException) {
    if (/Throttl|LimitExceeded|ThroughputExceeded/.test(error.name)) return 'throttled'
    return error.$fault === 'server' ? 'unreachable' : 'refused'
  }
  // The SDK names a cut connection TimeoutError, too; only the code tells them apart.
  if (error instanceof Error && 'code' in error && error.code !== 'ETIMEDOUT') return 'unreachable'
  if (error instanceof Error && error.name === 'TimeoutError') return 'timeout'
  if (error instanceof Error && '$metadata' in error) return 'unreachable'
  throw error
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

function fill(read: Map<string, Read>, keys: readonly string[], value: Read): ReadonlyMap<string, Read> {
  for (const key of keys) read.set(key, value)
  return read
}

function answersOf(
  keys: readonly string[],
  domains: readonly string[],
  read: ReadonlyMap<string, Read>,
): DirectoryAnswers {
  const unread: Read = { cause: 'unprocessed' }
  return {
    entries: new Map(keys.map((key) => [key, entryAnswer(read.get(key) ?? unread)])),
    domains: new Map(domains.map((domain) => [domain, domainAnswer(read.get(domain) ?? unread)])),
  }
}

function entryAnswer(read: Read): EntryAnswer {
  if ('cause' in read) return { answer: 'unavailable', cause: read.cause }
  if (read.item === undefined) return { answer: 'absent' }
  const entry = readEntry(read.item)
  // Written by a newer version: there is something at this address, so that it is not absent.
  return entry === null ? { answer: 'unavailable', cause: 'refused' } : { answer: 'found', entry }
}

function domainAnswer(read: Read): DomainAnswer {
  return 'cause' in read ? { answer: 'unavailable', cause: read.cause } : readDomain(read.item)
}
