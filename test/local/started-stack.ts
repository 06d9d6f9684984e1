import { HeadObjectCommand, NotFound } from '@aws-sdk/client-s3'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDirectoryEditor } from '../../lambda/adapters/directory-editor.ts'
import type { DirectoryEntry } from '../../lambda/core/facts.ts'
import type { DecisionRecord } from '../../lambda/core/record.ts'
import { sampleRecords } from '../../local/dns/sample-zones.ts'
import { createFaultPlan, type FaultPlan } from '../../local/faults.ts'
import { createLocalRecords } from '../../local/local-records.ts'
import { sampleConfig, sampleDirectory } from '../../local/samples.ts'
import { send, type Outgoing } from '../../local/send.ts'
import type { ReceivedMessage } from '../../local/ses/outcome.ts'
import { startStack, type LocalStack, type StackOptions } from '../../local/stack.ts'
import { assertValidRecord } from '../record-schema.ts'

/** A running stack, with what its tests look at. */
export type StartedStack = {
  readonly stack: LocalStack
  readonly faults: FaultPlan
  readonly reports: readonly string[]
  /** What the functions wrote, a line each. */
  readonly log: readonly string[]
  /** Sends a message and waits until it has been through its rules. Every record is held against its schema. */
  readonly deliver: (changes?: Partial<Outgoing>) => Promise<Delivered>
  /** Whether the raw mail of a message lies in the bucket. */
  readonly isKept: (messageId: string) => Promise<boolean>
  readonly close: () => Promise<void>
}

export type Delivered = {
  readonly messageId: string
  readonly record: DecisionRecord | null
  readonly received: ReceivedMessage
  readonly milliseconds: number
}

/** Starts the stack of the samples. `directory: null` leaves it as it is after `cdk deploy`: empty. */
export async function startedStack(
  changes: Partial<StackOptions> & { readonly directory?: ReadonlyMap<string, DirectoryEntry> | null } = {},
): Promise<StartedStack> {
  const dataDir = changes.dataDir ?? mkdtempSync(join(tmpdir(), 'quietgate-test-'))
  const faults = createFaultPlan(() => 0.5)
  const records = createLocalRecords()
  const reports: string[] = []
  const log: string[] = []
  const received = new Map<string, ReceivedMessage>()
  const started = await startStack({
    config: sampleConfig,
    region: 'us-east-1',
    dataDir,
    smtpPort: 0,
    records: sampleRecords(),
    faults,
    onReceived: (message) => {
      received.set(message.messageId, message)
      records.received(message)
    },
    onReport: (sentence) => void reports.push(sentence),
    onLog: (line) => void log.push(line),
    ...changes,
  })
  if (started.answer === 'refused') throw new Error(started.sentence)
  const { stack } = started
  records.attach(stack)
  if (changes.directory !== null) await seed(stack, changes.directory ?? sampleDirectory)
  return {
    stack,
    faults,
    reports,
    log,
    deliver: async (outgoing = {}) => {
      const begun = performance.now()
      const sent = await send(stack.smtpPort, { ...letter, ...outgoing })
      if (sent.answer === 'refused') throw new Error(`The listener refused: ${sent.reply}`)
      const messageId = sent.reply.split(' ').at(-1) ?? ''
      const record = await records.of(messageId)
      if (record !== null) assertValidRecord(record)
      const through = received.get(messageId)
      if (through === undefined) throw new Error(`${messageId} never went through its rules`)
      return { messageId, record, received: through, milliseconds: performance.now() - begun }
    },
    isKept: async (messageId) => {
      const Bucket = stack.outputs['MailBucket'] ?? ''
      try {
        await stack.clients.s3.send(new HeadObjectCommand({ Bucket, Key: `mail/${messageId}` }))
        return true
      } catch (error) {
        if (error instanceof NotFound) return false
        throw error
      }
    },
    close: async () => {
      await stack.close()
      if (changes.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** An ordinary message to alice@example.com. */
export const letter: Outgoing = {
  reversePath: 'carol@partner.example',
  recipients: ['alice@example.com'],
  clientIp: '198.51.100.10',
  helo: 'mail.partner.example',
  message: Buffer.from('From: carol@partner.example\r\nTo: alice@example.com\r\nSubject: Lunch\r\n\r\nYours\r\n'),
}

async function seed(stack: LocalStack, entries: ReadonlyMap<string, DirectoryEntry>): Promise<void> {
  const editor = createDirectoryEditor(stack.clients.dynamoDb, stack.outputs['DirectoryTable'] ?? '')
  for (const [key, entry] of entries) await editor.add(key, 'example.com', entry)
  await editor.complete('example.com', '2026-11-21T10:00:00.000Z')
}
