import type { MemoryQueue, Received } from './aws/sqs/queue.ts'
import type { InvocationAnswer } from './lambda/function.ts'
import type { EventSource } from './template/queues.ts'

export type PollerOptions = {
  readonly source: EventSource
  readonly queue: MemoryQueue
  readonly region: string
  readonly invoke: (functionArn: string, event: unknown) => Promise<InvocationAnswer>
  /** Something that the operator must hear of. */
  readonly onReport: (sentence: string) => void
}

/** Resolves once no batch is under way; messages that wait for their time may still be in the queue. */
export type Poller = { readonly idle: () => Promise<void>; readonly close: () => void }

/**
 * Empties a queue into a function, as Lambda does (Developer Guide, "Using Lambda with Amazon SQS"): what the function does not
 * name as failed leaves the queue, and all of a batch stays where the function itself fails.
 */
export function startPoller({ source, queue, region, invoke, onReport }: PollerOptions): Poller {
  const underWay = new Set<Promise<void>>()
  let closed = false
  const settle = async (batch: readonly Received[]): Promise<void> => {
    const answer = await invoke(source.functionArn, eventOf(batch, source, region))
    if (closed) return
    if (answer.answer === 'failed') {
      onReport(`A batch of ${source.queueArn} failed: ${answer.error.type}: ${answer.error.message}`)
      return
    }
    const failed = source.reportsFailures ? failuresIn(answer.payload) : new Set<string>()
    for (const { messageId, receiptHandle } of batch) if (!failed.has(messageId)) queue.remove(receiptHandle)
  }
  const look = (): void => {
    while (!closed && underWay.size < source.concurrency) {
      const batch = queue.receive(source.batchSize)
      if (batch.length === 0) return
      const task = settle(batch)
        .catch((error: unknown) => closed || onReport(`A batch of ${source.queueArn} failed: ${String(error)}`))
        .then(() => {
          underWay.delete(task)
          look()
        })
      underWay.add(task)
    }
  }
  queue.onVisible(look)
  look()
  return {
    idle: async () => {
      while (underWay.size > 0) await Promise.allSettled(underWay)
    },
    close: () => {
      closed = true
    },
  }
}

function eventOf(batch: readonly Received[], { queueArn }: EventSource, region: string): object {
  return {
    Records: batch.map(({ messageId, receiptHandle, body, sentAt, receiveCount }) => ({
      messageId,
      receiptHandle,
      body,
      attributes: {
        ApproximateReceiveCount: String(receiveCount),
        SentTimestamp: String(sentAt),
        SenderId: 'local',
        ApproximateFirstReceiveTimestamp: String(sentAt),
      },
      messageAttributes: {},
      eventSource: 'aws:sqs',
      eventSourceARN: queueArn,
      awsRegion: region,
    })),
  }
}

/** An answer that has no such list means that all is done. */
function failuresIn(payload: unknown): ReadonlySet<string> {
  const failures = (payload as { readonly batchItemFailures?: unknown } | null)?.batchItemFailures
  if (!Array.isArray(failures)) return new Set()
  return new Set(failures.map((one: unknown) => String((one as { readonly itemIdentifier?: unknown }).itemIdentifier)))
}
