import type { S3Client } from '@aws-sdk/client-s3'
import type { Config } from '../../lambda/config.ts'
import { readConfiguration } from '../configuration.ts'
import type { ExitCode } from '../exit-codes.ts'
import { findStack, type FoundStack } from '../target.ts'
import { fail, type Verb } from '../verb.ts'

export type OpenRecords = {
  readonly config: Config
  readonly client: S3Client
  /** The record bucket. */
  readonly bucket: string
  /** "the local stack" */
  readonly name: string
  readonly stack: FoundStack
}

/** Finds the record bucket of the stack, and closes what was opened for it when the work is done. */
export async function withRecords(verb: Verb, work: (opened: OpenRecords) => Promise<ExitCode>): Promise<ExitCode> {
  const configured = readConfiguration(verb)
  if (configured.answer === 'unreadable') return fail(verb, configured.sentence)
  const { config } = configured.configuration
  const region = verb.target.region ?? config.region
  const found = await findStack({ ...verb.target, region }, 'RecordBucket', verb.terminal)
  if (found.answer === 'missing') return fail(verb, found.sentence)
  const client = await found.stack.s3()
  try {
    return await work({ config, client, bucket: found.output, name: found.stack.name, stack: found.stack })
  } catch (error) {
    if (!(error instanceof Error && error.name === 'RecordsInterrupted')) throw error
    return fail(verb, `The records could not be read: ${error.message}.`)
  } finally {
    client.destroy()
  }
}
