import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { DomainAnswer, EntryAnswer } from '../core/facts.ts'
import type { DirectoryAnswers, RecipientDirectory } from '../ports/recipient-directory.ts'
import { keyAttribute, readDomain, readEntry } from './directory-items.ts'
import { readItems, type ItemRead } from './dynamodb-items.ts'

/**
 * The recipient directory in DynamoDB. All keys and domains of a message go into one BatchGetItem (several where there are
 * more than 100), read consistently: an address that was added a moment ago exists.
 */
export function createDynamoDbDirectory(client: DynamoDBClient, table: string): RecipientDirectory {
  return async ({ keys, domains }, signal) => {
    const read = await readItems({ client, table, keyAttribute }, [...keys, ...domains], signal)
    return answersOf(keys, domains, read)
  }
}

function answersOf(
  keys: readonly string[],
  domains: readonly string[],
  read: ReadonlyMap<string, ItemRead>,
): DirectoryAnswers {
  const unread: ItemRead = { cause: 'unprocessed' }
  return {
    entries: new Map(keys.map((key) => [key, entryAnswer(read.get(key) ?? unread)])),
    domains: new Map(domains.map((domain) => [domain, domainAnswer(read.get(domain) ?? unread)])),
  }
}

function entryAnswer(read: ItemRead): EntryAnswer {
  if ('cause' in read) return { answer: 'unavailable', cause: read.cause }
  if (read.item === undefined) return { answer: 'absent' }
  const entry = readEntry(read.item)
  // Written by a newer version: there is something at this address, so that it is not absent.
  return entry === null ? { answer: 'unavailable', cause: 'refused' } : { answer: 'found', entry }
}

function domainAnswer(read: ItemRead): DomainAnswer {
  return 'cause' in read ? { answer: 'unavailable', cause: read.cause } : readDomain(read.item)
}
