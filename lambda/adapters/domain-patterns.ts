import { ConditionalCheckFailedException, UpdateItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { keyAttribute, keyOf } from './directory-items.ts'
import { readWhole } from './dynamodb-items.ts'

/** The patterns of local parts in a domain's item: whoever matches one exists. `core/glob.ts` says how they match. */
export type DomainPatterns = {
  readonly read: (domainName: string) => Promise<PatternList>
  /** Writes the list instead of the one that was read; `false`: somebody else has changed it since. */
  readonly write: (domainName: string, read: PatternList, patterns: readonly string[]) => Promise<boolean>
}

/** `version`: how often the list was written; it tells two changes at once apart. */
export type PatternList = { readonly patterns: readonly string[]; readonly version: number }

/** A look-up reads the item with every message: it has to stay small. */
export const mostPatterns = 100

/** Throws as the SDK does, and a `TimeoutError` where the table did not answer in time. */
export function createDomainPatterns(client: DynamoDBClient, table: string): DomainPatterns {
  return {
    read: async (domainName) => {
      const items = await readWhole({ client, table, keyAttribute }, [domainName], AbortSignal.timeout(patienceMs))
      if ('cause' in items) throw new DOMException(`the directory gave no answer (${items.cause})`, 'TimeoutError')
      const item = items.get(domainName)
      const patterns = item?.['patterns']?.L?.flatMap(({ S }) => (S === undefined ? [] : [S])) ?? []
      return { patterns, version: Number(item?.['patterns_version']?.N ?? '0') }
    },
    write: async (domainName, { version }, patterns) => {
      const update = new UpdateItemCommand({
        TableName: table,
        Key: keyOf(domainName),
        UpdateExpression: 'SET #kind = :domain, patterns = :patterns, patterns_version = :next',
        ConditionExpression: version === 0 ? 'attribute_not_exists(patterns_version)' : 'patterns_version = :version',
        ExpressionAttributeNames: { '#kind': 'kind' },
        ExpressionAttributeValues: {
          ':domain': { S: 'domain' },
          ':patterns': { L: patterns.map((S) => ({ S })) },
          ':next': { N: String(version + 1) },
          ...(version === 0 ? {} : { ':version': { N: String(version) } }),
        },
      })
      try {
        await client.send(update)
        return true
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false
        throw error
      }
    },
  }
}

const patienceMs = 30_000
