import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { DomainList, DomainLists } from '../ports/domain-lists.ts'
import { keyAttribute, type Item } from './directory-items.ts'
import { readWhole } from './dynamodb-items.ts'
import { counterOf } from './import-items.ts'

/** The domains' own items in the directory's table (directory-items.ts, import-items.ts). */
export function createDynamoDbDomainLists(client: DynamoDBClient, table: string): DomainLists {
  return async (domains, signal) => {
    const items = await readWhole({ client, table, keyAttribute }, domains, signal)
    if ('cause' in items) return null
    return new Map(domains.map((domain) => [domain, listOf(items.get(domain))]))
  }
}

function listOf(item: Item = {}): DomainList {
  const sources = Object.entries(item).flatMap(([name, value]) =>
    name.startsWith(counter) ? [{ source: name.slice(counter.length), entries: Number(value.N ?? '0') }] : [],
  )
  return {
    isComplete: item['state']?.S === 'complete',
    entries: Math.max(0, Number(item['entries']?.N ?? '0')),
    completedAt: item['completed_at']?.S ?? null,
    sources: sources.filter(({ entries }) => entries > 0).toSorted((a, b) => (a.source < b.source ? -1 : 1)),
  }
}

const counter = counterOf('')
