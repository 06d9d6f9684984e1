import {
  ConditionalCheckFailedException,
  UpdateItemCommand,
  type AttributeValue,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb'
import type { HandOverMarks } from '../ports/hand-over-marks.ts'
import { awsFailure } from './aws-failure.ts'
import { expiry, ledgerKey } from './ledger-items.ts'

/**
 * The marks in the ledger: an item `handed#MESSAGE` a message, with `settled` (a set of texts), `reserved_until` (milliseconds
 * since 1970) and `expires_at`. SES takes at most 50 recipients a message, so that no item grows large.
 */
export function createDynamoDbHandOverMarks(
  client: DynamoDBClient,
  table: string,
  rememberedDays: number,
): HandOverMarks {
  const keptForMs = rememberedDays * 86_400_000
  const keyOf = (messageId: string) => ({ [ledgerKey]: { S: `handed#${messageId}` } })
  return {
    begin: async (messageId, now, until, signal) => {
      const command = new UpdateItemCommand({
        TableName: table,
        Key: keyOf(messageId),
        UpdateExpression: 'SET reserved_until = :until, expires_at = :expiry',
        ConditionExpression: 'attribute_not_exists(reserved_until) OR reserved_until < :now',
        ExpressionAttributeValues: { ':until': number(until), ':now': number(now), ':expiry': expiry(now + keptForMs) },
        ReturnValues: 'ALL_NEW',
      })
      try {
        const { Attributes } = await client.send(command, { abortSignal: signal })
        return { answer: 'begun', settled: new Set(Attributes?.['settled']?.SS ?? []) }
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return { answer: 'busy' }
        return { answer: 'failed', cause: awsFailure(error, signal) }
      }
    },
    finish: async (messageId, settled, now, signal) => {
      const command = new UpdateItemCommand({
        TableName: table,
        Key: keyOf(messageId),
        UpdateExpression: `REMOVE reserved_until SET expires_at = :expiry${settled.length === 0 ? '' : ' ADD settled :settled'}`,
        ExpressionAttributeValues: {
          ':expiry': expiry(now + keptForMs),
          ...(settled.length === 0 ? {} : { ':settled': { SS: [...new Set(settled)] } }),
        },
      })
      try {
        await client.send(command, { abortSignal: signal })
        return 'marked'
      } catch (error) {
        awsFailure(error, signal)
        return 'failed'
      }
    },
  }
}

function number(value: number): AttributeValue {
  return { N: String(Math.trunc(value)) }
}
