import { PutItemCommand, type AttributeValue, type DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { keyOf, writeEntry } from '../../lambda/adapters/directory-items.ts'
import type { DomainAnswer } from '../../lambda/core/facts.ts'
import type { Policy } from '../../lambda/core/policy.ts'
import type { RecipientDirectory } from '../../lambda/ports/recipient-directory.ts'
import { askDirectory } from '../ask-directory.ts'

/**
 * Copies from a directory what the filter is going to ask for: the candidates of these recipients, and what is said of
 * their domains. For any other key the copy would be wrong, and none is asked.
 *
 * @returns what the source could not answer, as sentences
 */
export async function fillDirectory(
  source: RecipientDirectory,
  recipients: readonly string[],
  policy: Policy,
  to: { readonly client: DynamoDBClient; readonly table: string },
): Promise<readonly string[]> {
  const { entries, domains } = (await askDirectory(source, recipients, policy)).answers
  const problems: string[] = []
  const put = (item: Record<string, AttributeValue>): Promise<unknown> =>
    to.client.send(new PutItemCommand({ TableName: to.table, Item: item }))
  for (const [key, heard] of entries) {
    if (heard.answer === 'found') await put(writeEntry(key, heard.entry))
    else if (heard.answer === 'unavailable') problems.push(`The directory gave no answer for ${key} (${heard.cause}).`)
  }
  for (const [name, heard] of domains) {
    if (heard.answer === 'unavailable') problems.push(`The directory gave no answer for ${name} (${heard.cause}).`)
    else await put(domainItem(name, heard))
  }
  return problems
}

/** The item of a domain whose list is as the source says; how many entries it has does not matter beyond none. */
function domainItem(name: string, { answer, ...rest }: DomainAnswer): Record<string, AttributeValue> {
  const isFinished = answer === 'complete' || ('why' in rest && rest.why === 'empty')
  return {
    ...keyOf(name),
    kind: { S: 'domain' },
    entries: { N: answer === 'complete' ? '1' : '0' },
    ...(isFinished ? { state: { S: 'complete' } } : {}),
  }
}
