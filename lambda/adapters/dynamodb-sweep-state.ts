import { GetItemCommand, PutItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { SweepState } from '../core/hand-over/orphans.ts'
import type { SweepPorts } from '../ports/orphans.ts'
import { awsFailure } from './aws-failure.ts'
import { stateKeyOf } from './state-items.ts'

/** The sweep's place in the state table, one item. One that cannot be read begins anew with the mail of two days. */
export function createDynamoDbSweepState(client: DynamoDBClient, table: string): SweepPorts['state'] {
  return {
    read: async (signal) => {
      const command = new GetItemCommand({ TableName: table, Key: stateKeyOf(id), ConsistentRead: true })
      try {
        const { Item } = await client.send(command, { abortSignal: signal })
        return readState(Item?.['body']?.S)
      } catch (error) {
        awsFailure(error, signal)
        return 'failed'
      }
    },
    write: async (state, signal) => {
      const Item = { ...stateKeyOf(id), kind: { S: 'sweep' }, body: { S: JSON.stringify(state) } }
      try {
        await client.send(new PutItemCommand({ TableName: table, Item }), { abortSignal: signal })
        return 'written'
      } catch (error) {
        awsFailure(error, signal)
        return 'failed'
      }
    },
  }
}

const id = 'sweep'

function readState(body: string | undefined): SweepState | 'none' {
  try {
    const { from, to, after } = JSON.parse(body ?? '') as Partial<SweepState>
    const isRead = isTime(from) && isTime(to) && (after === null || typeof after === 'string')
    return isRead ? { from, to, after } : 'none'
  } catch {
    return 'none'
  }
}

function isTime(value: unknown): value is string {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value))
}
