import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { createTable } from './dynamodb-world.ts'

/** Makes an empty table as the stack makes the directory's. */
export function createDirectoryTable(client: DynamoDBClient, name: string): Promise<string> {
  return createTable(client, name, 'address')
}
