import { startDynamoDb, type DynamoDbWorld } from '../dynamodb-world.ts'

/** A DynamoDB in this process, whose tables are as the stack makes the ledger's. */
export type LedgerWorld = Omit<DynamoDbWorld, 'emptyTable'> & { readonly emptyTable: () => Promise<string> }

export async function startLedgerWorld(): Promise<LedgerWorld> {
  const world = await startDynamoDb({ maxAttempts: 2, requestTimeout: 300 })
  return { ...world, emptyTable: () => world.emptyTable('id') }
}

/** What the network and DynamoDB can do, and the cause that is told of it. */
export const troubles = [
  ['unreachable', { kind: 'reset' }],
  ['timeout', { kind: 'hang' }],
  ['throttled', { kind: 'refuse', status: 400, code: 'ProvisionedThroughputExceededException' }],
  ['refused', { kind: 'refuse', status: 400, code: 'AccessDeniedException' }],
  ['unreachable', { kind: 'refuse', status: 500, code: 'InternalServerError' }],
] as const
