import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { createDirectoryEditor, type DirectoryEditor } from '../../lambda/adapters/directory-editor.ts'
import { createDynamoDbDirectory } from '../../lambda/adapters/dynamodb-directory.ts'
import { createDynamoDbSeenDays } from '../../lambda/adapters/dynamodb-seen-days.ts'
import { policyOf } from '../../lambda/config.ts'
import type { Policy } from '../../lambda/core/policy.ts'
import type { SeenDays } from '../../lambda/ports/import-ports.ts'
import type { RecipientDirectory } from '../../lambda/ports/recipient-directory.ts'
import { readConfiguration } from '../configuration.ts'
import type { Domains } from '../entry-keys.ts'
import type { ExitCode } from '../exit-codes.ts'
import { findTarget } from '../target.ts'
import { fail, type Verb } from '../verb.ts'

/** The directory of a stack that was found, as editors and as the filter see it, and the policy that it is asked under. */
export type OpenDirectory = Domains & {
  readonly policy: Policy
  readonly editor: DirectoryEditor
  readonly ask: RecipientDirectory
  readonly dynamoDb: DynamoDBClient
  readonly table: string
  /** Where the days of last mail are; null: the stack has no such table. */
  readonly seenDays: SeenDays | null
  /** "the local stack" */
  readonly name: string
}

export async function withDirectory(
  verb: Verb,
  work: (directory: OpenDirectory) => Promise<ExitCode>,
): Promise<ExitCode> {
  const read = readConfiguration(verb)
  if (read.answer === 'unreadable') return fail(verb, read.sentence)
  const { config, where } = read.configuration
  const region = verb.target.region ?? config.region
  const found = await findTarget({ ...verb.target, region }, verb.terminal)
  if (found.answer === 'missing') return fail(verb, found.sentence)
  const { dynamoDb, directoryTable, ledgerTable, name } = found.target
  try {
    return await work({
      policy: policyOf(config),
      domains: config.domains,
      where,
      editor: createDirectoryEditor(dynamoDb, directoryTable),
      ask: createDynamoDbDirectory(dynamoDb, directoryTable),
      dynamoDb,
      table: directoryTable,
      seenDays: ledgerTable === null ? null : createDynamoDbSeenDays(dynamoDb, ledgerTable),
      name,
    })
  } finally {
    dynamoDb.destroy()
  }
}
