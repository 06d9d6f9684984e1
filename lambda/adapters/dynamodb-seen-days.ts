import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { ImportInterrupted, type SeenDays } from '../ports/import-ports.ts'
import { readSeenDays } from './dynamodb-seen-marks.ts'

/** The days of last mail as imports ask for them: from the ledger, where the filter marks them. */
export function createDynamoDbSeenDays(client: DynamoDBClient, table: string): SeenDays {
  return async (keys, signal) => {
    const days = keys.length === 0 ? new Map<string, string>() : await readSeenDays(client, table, keys, signal)
    if (days === null) throw new ImportInterrupted('reading when mail last came', 'unread')
    return days
  }
}
