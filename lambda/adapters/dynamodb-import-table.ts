import {
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  PutItemCommand,
  UpdateItemCommand,
  type AttributeValue,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb'
import { setTimeout as delay } from 'node:timers/promises'
import { ImportInterrupted, type ImportTable, type PutEntry } from '../ports/import-ports.ts'
import { awsFailure } from './aws-failure.ts'
import { keyAttribute, keyOf } from './directory-items.ts'
import { readWhole } from './dynamodb-items.ts'
import { counterOf, holdersAttribute, readStored, writeListed } from './import-items.ts'
import { chunksOf, inParallel } from './in-parallel.ts'

/** The directory's table as imports see it. Keys of one call are distinct. */
export function createDynamoDbImportTable(client: DynamoDBClient, table: string): ImportTable {
  return {
    read: async (keys, signal) => {
      const read = new Map<string, ReturnType<typeof readStored>>()
      await inParallel(chunksOf(keys, keysPerRead), callsAtOnce, async (chunk) => {
        const items = await readWhole({ client, table, keyAttribute }, chunk, signal)
        if ('cause' in items) throw new ImportInterrupted('reading the directory', items.cause)
        for (const [key, item] of items) read.set(key, readStored(item))
      })
      return read
    },
    put: (entries, source, signal) => put({ client, table }, entries, source, signal),
    tombstone: (keys, source, at, signal) =>
      inParallel(keys, callsAtOnce, async (key) => {
        const update = new UpdateItemCommand({
          TableName: table,
          Key: keyOf(key),
          UpdateExpression: 'SET removed_at = :at',
          ConditionExpression:
            '#source = :source AND attribute_not_exists(removed_at) AND attribute_not_exists(#holders)',
          ExpressionAttributeNames: { '#source': 'source', '#holders': holdersAttribute },
          ExpressionAttributeValues: { ':at': { S: at }, ':source': { S: source } },
        })
        if (await conditionHeld(client, update, signal)) return
        if (await conditionHeld(client, leftToScim(table, key, source), signal))
          await counted(client, table, key, signal)
      }),
    settle: async (domain, source, entries, completedAt, signal) => {
      const counter = counterOf(source)
      for (let tries = 0; tries < mostTries; tries += 1) {
        const items = await readWhole({ client, table, keyAttribute }, [domain], signal)
        if ('cause' in items) throw new ImportInterrupted('reading the directory', items.cause)
        const before = items.get(domain)?.[counter]?.N ?? null
        const update = settling(table, { domain, counter, entries, completedAt, before })
        if (await conditionHeld(client, update, signal)) return
      }
      throw new ImportInterrupted('counting the entries of a domain', 'unprocessed')
    },
  }
}

const keysPerRead = 100
/** DynamoDB API, BatchWriteItem. */
const itemsPerWrite = 25
const callsAtOnce = 8
/** A domain's item changes under our hands only while a person adds entries to it. */
const mostTries = 5

/** Waits before each further try for what DynamoDB throttled or left, in milliseconds. No message waits for it. */
const patience: readonly number[] = [50, 100, 200, 400, 800, 1600, 3200, 6400]

type Place = { readonly client: DynamoDBClient; readonly table: string }

/** More at once are written without a condition, in a twentieth of the requests. */
const mostWithCondition = 100

async function put(
  { client, table }: Place,
  entries: readonly PutEntry[],
  source: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const absent = entries.filter(({ there }) => !there)
  const isBulk = absent.length > mostWithCondition
  const left: string[] = []
  await inParallel(isBulk ? entries.filter(({ there }) => there) : entries, callsAtOnce, async (entry) => {
    const command = entry.there ? revival(table, entry, source) : insertion(table, entry, source)
    if (!(await conditionHeld(client, command, signal))) left.push(entry.key)
  })
  await inParallel(chunksOf(isBulk ? absent : [], itemsPerWrite), callsAtOnce, (chunk) =>
    writeAll(
      client,
      table,
      chunk.map((entry) => writeListed(entry, source)),
      signal,
    ),
  )
  return left
}

/** Doing it twice is no contradiction: the entry is the source's own then. */
function insertion(table: string, entry: PutEntry, source: string): PutItemCommand {
  return new PutItemCommand({
    TableName: table,
    Item: writeListed(entry, source),
    ConditionExpression: 'attribute_not_exists(#key) OR (#source = :source AND attribute_not_exists(#holders))',
    ExpressionAttributeNames: { '#key': keyAttribute, '#source': 'source', '#holders': holdersAttribute },
    ExpressionAttributeValues: { ':source': { S: source } },
  })
}

/** Of an entry that is the source's already, or that nobody has any more. Its holders are those of the SCIM endpoint. */
function revival(table: string, { key, kind, target }: PutEntry, source: string): UpdateItemCommand {
  const withTarget = target === null ? { set: '', remove: ', #target' } : { set: ', #target = :target', remove: '' }
  return new UpdateItemCommand({
    TableName: table,
    Key: keyOf(key),
    UpdateExpression: `SET #kind = :kind, #source = :source${withTarget.set} REMOVE removed_at${withTarget.remove}`,
    ConditionExpression: 'attribute_not_exists(#key) OR #source = :source OR attribute_exists(removed_at)',
    ExpressionAttributeNames: { '#key': keyAttribute, '#kind': 'kind', '#source': 'source', '#target': 'target' },
    ExpressionAttributeValues: {
      ':kind': { S: kind },
      ':source': { S: source },
      ...(target === null ? {} : { ':target': { S: target } }),
    },
  })
}

async function writeAll(
  client: DynamoDBClient,
  table: string,
  items: readonly Record<string, AttributeValue>[],
  signal: AbortSignal,
): Promise<void> {
  let left = items.map((Item) => ({ PutRequest: { Item } }))
  let cause = 'unprocessed'
  for (const wait of [0, ...patience]) {
    await waited(wait, signal)
    try {
      const request = new BatchWriteItemCommand({ RequestItems: { [table]: left } })
      const { UnprocessedItems } = await client.send(request, { abortSignal: signal })
      left = (UnprocessedItems?.[table] ?? []) as typeof left
      if (left.length === 0) return
      cause = 'unprocessed'
    } catch (error) {
      cause = awsFailure(error, signal)
      if (cause !== 'throttled') throw new ImportInterrupted('writing the directory', cause, { cause: error })
    }
  }
  throw new ImportInterrupted('writing the directory', cause)
}

/** Sends a conditional write; `false`: the condition did not hold. */
async function conditionHeld(
  client: DynamoDBClient,
  write: PutItemCommand | UpdateItemCommand,
  signal: AbortSignal,
): Promise<boolean> {
  for (const wait of [0, ...patience]) {
    await waited(wait, signal)
    try {
      if (write instanceof PutItemCommand) await client.send(write, { abortSignal: signal })
      else await client.send(write, { abortSignal: signal })
      return true
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false
      const cause = awsFailure(error, signal)
      if (cause !== 'throttled') throw new ImportInterrupted('writing the directory', cause, { cause: error })
    }
  }
  throw new ImportInterrupted('writing the directory', 'throttled')
}

/** Up to twice as long as `milliseconds`, so that several who wait do not come back together. */
async function waited(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (milliseconds > 0) await delay(milliseconds * (1 + Math.random()), undefined, { signal }).catch(() => undefined)
  if (signal.aborted) throw new ImportInterrupted('writing the directory', 'aborted')
}

/** Somebody whom the SCIM endpoint knows has the address: gone from this source, it is still theirs. */
function leftToScim(table: string, key: string, source: string): UpdateItemCommand {
  return new UpdateItemCommand({
    TableName: table,
    Key: keyOf(key),
    UpdateExpression: 'SET #source = :scim',
    ConditionExpression: '#source = :source AND attribute_not_exists(removed_at) AND attribute_exists(#holders)',
    ExpressionAttributeNames: { '#source': 'source', '#holders': holdersAttribute },
    ExpressionAttributeValues: { ':source': { S: source }, ':scim': { S: 'scim' } },
  })
}

/** What `settle` will take off for the source stays counted for the domain. */
async function counted(client: DynamoDBClient, table: string, key: string, signal: AbortSignal): Promise<void> {
  const update = new UpdateItemCommand({
    TableName: table,
    Key: keyOf(key.slice(key.lastIndexOf('@') + 1)),
    UpdateExpression: 'ADD #entries :one',
    ExpressionAttributeNames: { '#entries': 'entries' },
    ExpressionAttributeValues: { ':one': { N: '1' } },
  })
  await conditionHeld(client, update, signal)
}

type Settling = {
  readonly domain: string
  readonly counter: string
  readonly entries: number
  readonly completedAt: string | null
  /** The counter as it was read; null: there was none. */
  readonly before: string | null
}

/** The time of completion is that of the first one: it says since when the domain can answer "unknown". */
function settling(table: string, { domain, counter, entries, completedAt, before }: Settling): UpdateItemCommand {
  const complete = completedAt === null ? '' : ', #state = :complete, completed_at = if_not_exists(completed_at, :at)'
  return new UpdateItemCommand({
    TableName: table,
    Key: keyOf(domain),
    UpdateExpression: `SET #kind = :domain, #counter = :entries${complete} ADD #entries :by`,
    ConditionExpression: before === null ? 'attribute_not_exists(#counter)' : '#counter = :before',
    ExpressionAttributeNames: {
      '#kind': 'kind',
      '#counter': counter,
      '#entries': 'entries',
      ...(completedAt === null ? {} : { '#state': 'state' }),
    },
    ExpressionAttributeValues: {
      ':domain': { S: 'domain' },
      ':entries': { N: String(entries) },
      ':by': { N: String(entries - Number(before ?? '0')) },
      ...(before === null ? {} : { ':before': { N: before } }),
      ...(completedAt === null ? {} : { ':complete': { S: 'complete' }, ':at': { S: completedAt } }),
    },
  })
}
