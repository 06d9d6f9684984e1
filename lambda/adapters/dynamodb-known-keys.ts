import { ConditionalCheckFailedException, PutItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { KeyRecords, KnownKeys } from '../ports/known-keys.ts'
import { awsFailure } from './aws-failure.ts'
import { readWhole, type Item } from './dynamodb-items.ts'
import { expiry, keyId, ledgerKey, ledgerTable } from './ledger-items.ts'

/** The keys that have proved something, in the ledger. `clock`: milliseconds since 1970. */
export function createDynamoDbKnownKeys(
  client: DynamoDBClient,
  table: string,
  clock: () => number = Date.now,
): KnownKeys {
  const put = async (name: string, records: KeyRecords, onlyKnown: boolean, signal: AbortSignal) => {
    const command = new PutItemCommand({
      TableName: table,
      Item: {
        [ledgerKey]: { S: keyId(name) },
        records: { S: JSON.stringify(records) },
        expires_at: expiry(clock() + keptForMs),
      },
      ...(onlyKnown && {
        ConditionExpression: 'attribute_exists(#id)',
        ExpressionAttributeNames: { '#id': ledgerKey },
      }),
    })
    try {
      await client.send(command, { abortSignal: signal })
      return 'done'
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return 'condition-failed'
      awsFailure(error, signal)
      return 'failed'
    }
  }
  return {
    recall: async (names, signal) => {
      // A forger writes the selector: a name that DynamoDB would refuse must not keep the others from being known.
      const possible = names.filter((name) => name.length <= longestName)
      const items = await readWhole(ledgerTable(client, table), possible.map(keyId), signal)
      if ('cause' in items) return { answer: 'unavailable', cause: items.cause }
      const keys = possible.flatMap((name) => {
        const records = readRecords(items.get(keyId(name)), clock())
        return records === null ? [] : [[name, records] as const]
      })
      return { answer: 'known', keys: new Map(keys) }
    },
    remember: async (name, records, signal) =>
      (await put(name, records, false, signal)) === 'done' ? 'kept' : 'failed',
    replace: async (name, records, signal) => {
      const answer = await put(name, records, true, signal)
      if (answer === 'failed') return 'failed'
      return answer === 'done' ? 'replaced' : 'unknown'
    },
  }
}

const keptForMs = 400 * 86_400_000

/** Characters: RFC 1035 2.3.4. */
const longestName = 255

/**
 * `null` for a key that is not there, is past its time though DynamoDB has not taken it away yet, or was written by a version
 * that writes otherwise.
 */
export function readRecords(item: Item | undefined, now: number): KeyRecords | null {
  if (item === undefined || Number(item['expires_at']?.N ?? '0') * 1000 <= now) return null
  try {
    const records: unknown = JSON.parse(item['records']?.S ?? '')
    return isRecords(records) ? records : null
  } catch {
    return null
  }
}

function isRecords(value: unknown): value is KeyRecords {
  return Array.isArray(value) && value.every(isTexts)
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}
