import { BatchWriteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { setTimeout as delay } from 'node:timers/promises'
import type { LedgerFailure } from '../ports/bounce-history.ts'
import { mostRecipients, type SentLog, type SentLogWriter } from '../ports/sent-log.ts'
import { awsFailure } from './aws-failure.ts'
import { readWhole } from './dynamodb-items.ts'
import { readSentItem, sentItemId, sentItemsOf, type SentItem } from './sent-items.ts'

/** The sent log in a DynamoDB table whose key is `id`. One request answers, read consistently: bounces come at once. */
export function createDynamoDbSentLog(client: DynamoDBClient, table: string): SentLog {
  return {
    find: async (messageId, failedRecipients, signal) => {
      const wanted = [...new Set(failedRecipients)].slice(0, mostRecipients)
      const ids = wanted.map((address) => sentItemId(messageId, address))
      // What is missing might be the proof: a part is no answer.
      const items = await readWhole({ client, table, keyAttribute: 'id' }, ids, signal)
      if ('cause' in items) return { answer: 'unavailable', cause: items.cause }
      return { answer: 'entries', entries: [...items.values()].map(readSentItem).filter((entry) => entry !== null) }
    },
  }
}

/**
 * Writes the sent log to a DynamoDB table whose key is `id` and whose TTL attribute is `expires_at`: one item for each message
 * and recipient, 25 in a request. What DynamoDB has no capacity for is tried again for some seconds.
 */
export function createDynamoDbSentLogWriter(client: DynamoDBClient, table: string): SentLogWriter {
  return {
    add: async (entries, signal) => {
      const pieces = entries.map(sentItemsOf)
      const items = [...new Map(pieces.flatMap((piece) => [...piece]))]
      const chunks = Array.from({ length: Math.ceil(items.length / itemsPerCall) }, (_, index) =>
        items.slice(index * itemsPerCall, (index + 1) * itemsPerCall).map(([, item]) => item),
      )
      const unwritten = new Set<string>()
      let cause: LedgerFailure | null = null
      const work = async (): Promise<void> => {
        for (let chunk = chunks.shift(); chunk !== undefined; chunk = chunks.shift()) {
          // What kept one request from its work keeps the next one, too.
          const wrote: Wrote = cause === null ? await writeAll(client, table, chunk, signal) : { left: chunk, cause }
          cause ??= wrote.cause
          for (const item of wrote.left) unwritten.add(item['id']?.S ?? '')
        }
      }
      await Promise.all(Array.from({ length: callsAtOnce }, work))
      const failed = pieces.filter((piece) => [...piece.keys()].some((id) => unwritten.has(id))).length
      return { failed, cause }
    },
  }
}

/** DynamoDB API, BatchWriteItem: at most so many items in one call. */
const itemsPerCall = 25

const callsAtOnce = 4

/** Waits before each further try for what DynamoDB throttled or left, in milliseconds. No message waits for it. */
const patience: readonly number[] = [50, 100, 200, 400, 800, 1600, 3200]

type Wrote = { readonly left: readonly SentItem[]; readonly cause: LedgerFailure | null }

async function writeAll(
  client: DynamoDBClient,
  table: string,
  items: readonly SentItem[],
  signal: AbortSignal,
): Promise<Wrote> {
  let left = items
  // Who gives up waiting still says what there was to wait for.
  let cause: LedgerFailure = 'aborted'
  for (const wait of [0, ...patience]) {
    if (!(await waited(wait, signal))) return { left, cause }
    const wrote = await batchWrite(client, table, left, signal)
    if (!('cause' in wrote)) {
      left = wrote.unprocessed
      if (left.length === 0) return { left, cause: null }
    } else if (wrote.cause !== 'throttled') return { left, cause: wrote.cause }
    cause = 'cause' in wrote ? wrote.cause : 'unprocessed'
  }
  return { left, cause }
}

async function batchWrite(
  client: DynamoDBClient,
  table: string,
  items: readonly SentItem[],
  signal: AbortSignal,
): Promise<{ readonly unprocessed: readonly SentItem[] } | { readonly cause: LedgerFailure }> {
  const puts = items.map((Item) => ({ PutRequest: { Item } }))
  const request = new BatchWriteItemCommand({ RequestItems: { [table]: puts } })
  try {
    const { UnprocessedItems } = await client.send(request, { abortSignal: signal })
    const left = UnprocessedItems?.[table] ?? []
    return { unprocessed: left.flatMap(({ PutRequest }) => (PutRequest?.Item === undefined ? [] : [PutRequest.Item])) }
  } catch (error) {
    return { cause: awsFailure(error, signal) }
  }
}

/** Up to twice as long as `milliseconds`, so that several who wait do not come back together. `false`: given up. */
async function waited(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  try {
    await delay(milliseconds * (1 + Math.random()), undefined, { signal })
    return true
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') return false
    throw error
  }
}
