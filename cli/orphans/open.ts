import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { listOrphans } from '../../lambda/adapters/s3-orphans.ts'
import { guessEnvelope, type GuessedEnvelope } from '../../lambda/core/hand-over/guess.ts'
import type { Orphan } from '../../lambda/core/hand-over/orphans.ts'
import { readConfiguration } from '../configuration.ts'
import type { ExitCode } from '../exit-codes.ts'
import { findStack, type FoundStack } from '../target.ts'
import { fail, type Verb } from '../verb.ts'

export type OpenOrphans = {
  readonly stack: FoundStack
  readonly s3: S3Client
  readonly recordBucket: string
  /** The oldest first. */
  readonly orphans: readonly Orphan[]
  /** The envelope as the raw mail tells it; null: the raw mail is gone. */
  readonly envelopeOf: (orphan: Orphan) => Promise<GuessedEnvelope | null>
}

/** Finds the stack and its orphans, and closes what was opened for them when the work is done. */
export async function withOrphans(verb: Verb, work: (opened: OpenOrphans) => Promise<ExitCode>): Promise<ExitCode> {
  const read = readConfiguration(verb)
  if (read.answer === 'unreadable') return fail(verb, read.sentence)
  const { config } = read.configuration
  const region = verb.target.region ?? config.region
  const found = await findStack({ ...verb.target, region }, 'RecordBucket', verb.terminal)
  if (found.answer === 'missing') return fail(verb, found.sentence)
  const { stack, output: recordBucket } = found
  const s3 = await stack.s3()
  const domains = config.domains.map(({ name }) => name)
  try {
    const orphans = await listOrphans(s3, recordBucket, new AbortController().signal)
    return await work({ stack, s3, recordBucket, orphans, envelopeOf: (orphan) => envelopeOf(s3, orphan, domains) })
  } finally {
    s3.destroy()
  }
}

/** Of a header that is longer, what stands further down is the sender's own, and as good a guess as none. */
const headOctets = 256 * 1024

async function envelopeOf(
  s3: S3Client,
  { kept_key }: Orphan,
  domains: readonly string[],
): Promise<GuessedEnvelope | null> {
  const [, Bucket, Key] = /^s3:\/\/([^/]+)\/([^]+)$/.exec(kept_key) ?? []
  try {
    const object = await s3.send(new GetObjectCommand({ Bucket, Key, Range: `bytes=0-${headOctets - 1}` }))
    return guessEnvelope((await object.Body?.transformToString('latin1')) ?? '', domains)
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchKey') return null
    throw error
  }
}
