import {
  ConditionalCheckFailedException,
  PutItemCommand,
  UpdateItemCommand,
  type DynamoDBClient,
  type PutItemCommandOutput,
  type UpdateItemCommandOutput,
} from '@aws-sdk/client-dynamodb'
import { ImportInterrupted, type ImportLock, type LockHolder } from '../ports/import-ports.ts'
import { awsFailure } from './aws-failure.ts'
import { keyAttribute, keyOf } from './directory-items.ts'
import { readWhole } from './dynamodb-items.ts'
import { lockKey } from './import-items.ts'

/**
 * The lock of imports, as one item of the directory's table: one place to import to, one lock. It is given back by ending it
 * and not by deleting it, so that whoever imports needs no right to delete anything from the directory.
 */
export function createDynamoDbImportLock(client: DynamoDBClient, table: string): ImportLock {
  return {
    take: async ({ id, by, since, until }, now, signal) => {
      const put = new PutItemCommand({
        TableName: table,
        Item: { ...keyOf(lockKey), holder: { S: id }, by: { S: by }, since: { S: since }, until: { S: until } },
        ConditionExpression: 'attribute_not_exists(#key) OR holder = :id OR #until < :now',
        ExpressionAttributeNames: { '#key': keyAttribute, '#until': 'until' },
        ExpressionAttributeValues: { ':id': { S: id }, ':now': { S: now } },
      })
      if (await conditionHeld(() => client.send(put, { abortSignal: signal }), signal)) return null
      const holder = await readHolder(client, table, signal)
      return holder === null || holder.until < now ? { id: '', by: 'somebody', since: now, until: now } : holder
    },
    release: async (id, signal) => {
      const update = new UpdateItemCommand({
        TableName: table,
        Key: keyOf(lockKey),
        UpdateExpression: 'SET #until = :over',
        ConditionExpression: 'holder = :id',
        ExpressionAttributeNames: { '#until': 'until' },
        ExpressionAttributeValues: { ':id': { S: id }, ':over': { S: longOver } },
      })
      await conditionHeld(() => client.send(update, { abortSignal: signal }), signal)
    },
  }
}

const longOver = '1970-01-01T00:00:00.000Z'

/** Null: it was given back in between. */
async function readHolder(client: DynamoDBClient, table: string, signal: AbortSignal): Promise<LockHolder | null> {
  const items = await readWhole({ client, table, keyAttribute }, [lockKey], signal)
  if ('cause' in items) throw new ImportInterrupted('asking who has the lock', items.cause)
  const item = items.get(lockKey)
  if (item === undefined) return null
  return {
    id: item['holder']?.S ?? '',
    by: item['by']?.S ?? '',
    since: item['since']?.S ?? '',
    until: item['until']?.S ?? '',
  }
}

async function conditionHeld(
  send: () => Promise<PutItemCommandOutput | UpdateItemCommandOutput>,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await send()
    return true
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false
    throw new ImportInterrupted('taking the lock', awsFailure(error, signal), { cause: error })
  }
}
