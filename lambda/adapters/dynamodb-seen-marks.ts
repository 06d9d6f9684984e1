import { ConditionalCheckFailedException, UpdateItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { SeenMarks } from '../ports/seen-marks.ts'
import { awsFailure } from './aws-failure.ts'
import { readWhole } from './dynamodb-items.ts'
import { expiry, ledgerKey, ledgerTable, seenId } from './ledger-items.ts'

/**
 * The days of last mail in the ledger, and not in the directory: whoever judges mail cannot change who exists. A process
 * writes each key once a day, so that a busy mailbox costs no more than a quiet one.
 */
export function createDynamoDbSeenMarks(client: DynamoDBClient, table: string): SeenMarks {
  const marked = new Map<string, string>()
  const markOne = async (key: string, day: string, signal: AbortSignal): Promise<boolean> => {
    const command = new UpdateItemCommand({
      TableName: table,
      Key: { [ledgerKey]: { S: seenId(key) } },
      UpdateExpression: 'SET #day = :day, expires_at = :expiry',
      ConditionExpression: 'attribute_not_exists(#day) OR #day < :day',
      ExpressionAttributeNames: { '#day': 'day' },
      ExpressionAttributeValues: { ':day': { S: day }, ':expiry': expiry(Date.parse(day) + keptForMs) },
    })
    try {
      await client.send(command, { abortSignal: signal })
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) {
        awsFailure(error, signal)
        return false
      }
    }
    if (marked.size >= mostMarked) marked.clear()
    marked.set(key, day)
    return true
  }
  return {
    mark: async (keys, day, signal) => {
      const due = keys.filter((key) => (marked.get(key) ?? '') < day)
      const done = await Promise.all(due.map((key) => markOne(key, day, signal)))
      return done.every(Boolean) ? 'marked' : 'failed'
    },
  }
}

/** On which day each key last received mail; a key that never did is not in the answer. Null: the table did not answer. */
export async function readSeenDays(
  client: DynamoDBClient,
  table: string,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string> | null> {
  const items = await readWhole(ledgerTable(client, table), keys.map(seenId), signal)
  if ('cause' in items) return null
  return new Map(
    keys.flatMap((key) => {
      const day = items.get(seenId(key))?.['day']?.S
      return day === undefined ? [] : [[key, day] as const]
    }),
  )
}

const keptForMs = 400 * 86_400_000

/** Keys that a process remembers: a few megabytes. */
const mostMarked = 50_000
