import { DeleteItemCommand, GetItemCommand, PutItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { ActivationMemory } from '../ports/activation-memory.ts'
import { stateKeyOf, type StoredState } from './state-items.ts'

/** The memory of activations in the state table, which stays when the stack goes. */
export function createDynamoDbActivationMemory(client: DynamoDBClient, table: string): ActivationMemory {
  const keyOf = (ruleSet: string) => stateKeyOf(`active-before#${ruleSet}`)
  return {
    recall: async (ruleSet) => {
      const { Item } = await client.send(
        new GetItemCommand({ TableName: table, Key: keyOf(ruleSet), ConsistentRead: true }),
      )
      return Item === undefined ? null : { previous: Item['previous']?.S ?? null }
    },
    remember: async (ruleSet, { previous }) => {
      const before: StoredState = previous === null ? {} : { previous: { S: previous } }
      const item = { ...keyOf(ruleSet), kind: { S: 'activation' }, ...before }
      await client.send(new PutItemCommand({ TableName: table, Item: item }))
    },
    forget: async (ruleSet) => {
      await client.send(new DeleteItemCommand({ TableName: table, Key: keyOf(ruleSet) }))
    },
  }
}
