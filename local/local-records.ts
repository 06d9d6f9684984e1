import type { DecisionRecord } from '../lambda/core/record.ts'
import { readRecord } from './records.ts'
import type { ReceivedMessage } from './ses/outcome.ts'
import type { LocalStack } from './stack.ts'

/** Follows each message from the listener to its record in the bucket. */
export type LocalRecords = {
  /** For the stack: a message has been through its rules. */
  readonly received: (message: ReceivedMessage) => void
  /** For the stack: what the functions write. Errors go to standard error; metrics are for the dashboards. */
  readonly logged: (line: string) => void
  readonly attach: (stack: LocalStack) => void
  /** The record of an accepted message, as soon as it has been through its rules; `null`: it has none. */
  readonly of: (messageId: string) => Promise<DecisionRecord | null>
  /** Told of every further message. */
  readonly onRecord: (listener: (record: DecisionRecord | null, messageId: string) => void) => void
}

/** Of messages that nobody has asked about yet, and most never will: they go through before whoever sent them asks. */
const mostRemembered = 1000

export function createLocalRecords(): LocalRecords {
  const arrived = new Map<string, ReceivedMessage>()
  const waiting = new Map<string, (message: ReceivedMessage) => void>()
  const listeners: ((record: DecisionRecord | null, messageId: string) => void)[] = []
  let stack: LocalStack | null = null
  const remember = (known: Map<string, ReceivedMessage>, message: ReceivedMessage): void => {
    known.set(message.messageId, message)
    const [oldest] = known.keys()
    if (oldest !== undefined && known.size > mostRemembered) known.delete(oldest)
  }
  const read = ({ messageId, receivedAt }: ReceivedMessage): Promise<DecisionRecord | null> => {
    if (stack === null) throw new Error('The stack must be attached before its records are read.')
    const message = { message_id: messageId, received_at: receivedAt.toISOString() }
    return readRecord(stack.clients.s3, stack.outputs['RecordBucket'] ?? '', message)
  }
  return {
    received: (message) => {
      const resolve = waiting.get(message.messageId)
      if (resolve !== undefined) resolve(message)
      else remember(arrived, message)
      if (listeners.length === 0) return
      void read(message).then((record) => listeners.forEach((listener) => listener(record, message.messageId)))
    },
    logged: (line) => {
      if (!line.startsWith('{"_aws"')) process.stderr.write(`${line}\n`)
    },
    attach: (started) => {
      stack = started
    },
    of: async (messageId) => {
      const early = arrived.get(messageId)
      arrived.delete(messageId)
      const message = early ?? (await new Promise<ReceivedMessage>((resolve) => waiting.set(messageId, resolve)))
      waiting.delete(messageId)
      return read(message)
    },
    onRecord: (listener) => void listeners.push(listener),
  }
}
