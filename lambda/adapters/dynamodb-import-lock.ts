import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  PutItemCommand,
  type DeleteItemCommandOutput,
  type DynamoDBClient,
  type PutItemCommandOutput,
} from '@aws-sdk/client-dynamodb'
import { ImportInterrupted, type ImportLock, type LockHolder } from '../ports/import-ports.ts'
import { awsFailure } from './aws-failure.ts'
import { keyAttribute, keyOf } from './directory-items.ts'
import { readWhole } from './dynamodb-items.ts'
import { lockKey } from './import-items.ts'

/** The lock of imports, as one item of the directory's table: one place to import to, one lock. */
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
      return (await readHolder(client, table, signal)) ?? { id: '', by: 'somebody', since: now, until: now }
    },
    release: async (id, signal) => {
      const remove = new DeleteItemCommand({
        TableName: table,
        Key: keyOf(lockKey),
        ConditionExpression: 'holder = :id',
        ExpressionAttributeValues: { ':id': { S: id } },
      })
      await conditionHeld(() => client.send(remove, { abortSignal: signal }), signal)
    },
  }
}

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
  send: () => Promise<PutItemCommandOutput | DeleteItemCommandOutput>,
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
