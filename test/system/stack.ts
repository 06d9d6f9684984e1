import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDirectoryEditor } from '../../lambda/adapters/directory-editor.ts'
import type { DecisionRecord } from '../../lambda/core/record.ts'
import { sampleRecords } from '../../local/dns/sample-zones.ts'
import { createFaultPlan } from '../../local/faults.ts'
import { readRecord } from '../../local/records.ts'
import { sampleConfig, sampleDirectory } from '../../local/samples.ts'
import type { ReceivedMessage } from '../../local/ses/outcome.ts'
import { operatorKeys, startStack, type LocalStack, type StackOptions } from '../../local/stack.ts'
import { assertValidRecord } from '../record-schema.ts'

/** What became of one message, each part read where an operator would read it. */
export type Outcome = {
  readonly received: ReceivedMessage
  /** From the record bucket, and valid by its schema. */
  readonly record: DecisionRecord
  /** From the mail bucket. */
  readonly raw: Buffer
}

/** The system of the samples with its directory filled, and every message that came through it. */
export type ObservedStack = {
  readonly stack: LocalStack
  /**
   * What became of the messages that came in since the last call, in the order in which they were done. Waits for those
   * that are under way. Throws if one of them has no record or no raw mail.
   */
  readonly outcomes: () => Promise<readonly Outcome[]>
  /** What the functions and the stack complained about; nothing should. */
  readonly complaints: readonly string[]
  /** Each line that a function has written. */
  readonly log: readonly string[]
  /** Everything that is stored lies in this folder, and what was synthesized. */
  readonly dataDir: string
  readonly close: () => Promise<void>
}

/** The parts of an outcome that a test states, in one value. */
export function told({ received, record }: Outcome) {
  return {
    disposition: received.disposition,
    action: record.action,
    recipients: record.recipients.map(({ address, answer, action }) => `${address}: ${answer}, ${action}`),
    reasons: record.reasons.map(({ code }) => code),
    mail_from: record.mail_from,
    null_sender: record.null_sender,
    client_ip: record.client_ip,
  }
}

/**
 * Starts the stack on a free port, with everything that it stores in a folder that goes away with it.
 *
 * @param options what differs from the samples; with `names: 'network'` the configuration says who is asked for names
 */
export async function startObservedStack(
  options: Partial<Pick<StackOptions, 'config' | 'names' | 'environment'>> = {},
): Promise<ObservedStack> {
  const dataDir = mkdtempSync(join(tmpdir(), 'quietgate-system-'))
  const done: ReceivedMessage[] = []
  const complaints: string[] = []
  const log: string[] = []
  const started = await startStack({
    config: sampleConfig,
    region: 'eu-west-1',
    dataDir,
    smtpPort: 0,
    records: sampleRecords(),
    faults: createFaultPlan(),
    onReceived: (message) => void done.push(message),
    onReport: (sentence) => void complaints.push(sentence),
    onLog: (line) => {
      log.push(line)
      if (!line.startsWith('{"_aws"')) complaints.push(line)
    },
    ...options,
  })
  if (started.answer === 'refused') throw new Error(started.sentence)
  const { stack } = started
  const editor = createDirectoryEditor(stack.clients.dynamoDb, stack.outputs['DirectoryTable'] ?? '')
  for (const [key, entry] of sampleDirectory) await editor.add(key, 'example.com', entry)
  await editor.complete('example.com', new Date().toISOString())
  // A client of its own, as somebody has who was told the endpoint and nothing else.
  const s3 = new S3Client({
    endpoint: stack.s3.url,
    region: stack.region,
    credentials: operatorKeys,
    forcePathStyle: true,
  })
  return {
    stack,
    outcomes: async () => {
      await stack.receiver.idle()
      return Promise.all(done.splice(0).map((received) => outcomeOf(received, s3, stack)))
    },
    complaints,
    log,
    dataDir,
    close: async () => {
      s3.destroy()
      await stack.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

async function outcomeOf(received: ReceivedMessage, s3: S3Client, { outputs }: LocalStack): Promise<Outcome> {
  const { messageId, receivedAt, storedAt } = received
  const message = { message_id: messageId, received_at: receivedAt.toISOString() }
  const record = await readRecord(s3, outputs['RecordBucket'] ?? '', message)
  if (record === null) throw new Error(`The message ${messageId} has no record.`)
  assertValidRecord(record)
  const [stored] = storedAt
  if (stored === undefined) throw new Error(`The raw mail of ${messageId} is nowhere.`)
  const object = await s3.send(new GetObjectCommand({ Bucket: outputs['MailBucket'], Key: stored.key }))
  return { received, record, raw: Buffer.from((await object.Body?.transformToByteArray()) ?? []) }
}
