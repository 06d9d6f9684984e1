import type { Endpoint } from './aws/endpoint.ts'
import type { PrincipalOf } from './aws/principal.ts'
import { createSqs } from './aws/sqs.ts'
import { createMemoryQueue, type MemoryQueue } from './aws/sqs/queue.ts'
import { startPoller, type PollerOptions } from './event-sources.ts'
import { eventSourcesOf, queuesOf, type QueueResource } from './template/queues.ts'
import type { Template } from './template/template.ts'

export type QueuesOptions = {
  readonly region: string
  readonly accountId: string
  readonly principalOf: PrincipalOf
  readonly secondMs: number
}

/** The queues of a template, in memory: what is in them is gone when the stack ends. */
export type Queues = {
  readonly sqs: Endpoint
  /** By name. */
  readonly queues: ReadonlyMap<string, MemoryQueue>
  /** Has the functions that the template says empty them. */
  readonly poll: (options: Pick<PollerOptions, 'invoke' | 'onReport'>) => void
  /** Resolves once no message is with a function; those that wait for their time may still be in a queue. */
  readonly idle: () => Promise<void>
  readonly close: () => Promise<void>
}

export async function startQueues(template: Template, options: QueuesOptions): Promise<Queues> {
  const resources = queuesOf(template)
  const byArn = new Map<string, MemoryQueue>()
  for (const resource of resources) queueOf(resource, resources, byArn, options.secondMs)
  const queues = new Map(resources.map(({ name, arn }) => [name, madeQueue(arn, byArn)]))
  const sqs = createSqs({ ...options, queues })
  await sqs.listen()
  const pollers: ReturnType<typeof startPoller>[] = []
  return {
    sqs,
    queues,
    poll: ({ invoke, onReport }) => {
      for (const source of eventSourcesOf(template)) {
        const queue = madeQueue(source.queueArn, byArn)
        pollers.push(startPoller({ source, queue, region: options.region, invoke, onReport }))
      }
    },
    idle: async () => {
      for (const poller of pollers) await poller.idle()
    },
    close: async () => {
      for (const poller of pollers) poller.close()
      for (const queue of queues.values()) queue.close()
      await sqs.close()
    },
  }
}

/** A queue needs the one for its dead letters first. */
function queueOf(
  { arn, visibilitySeconds, redrive }: QueueResource,
  all: readonly QueueResource[],
  made: Map<string, MemoryQueue>,
  secondMs: number,
): MemoryQueue {
  const there = made.get(arn)
  if (there !== undefined) return there
  const target = redrive === null ? undefined : all.find((other) => other.arn === redrive.arn && other.arn !== arn)
  const queue = createMemoryQueue({
    visibilitySeconds,
    secondMs,
    redrive:
      redrive === null || target === undefined
        ? null
        : { to: queueOf(target, all, made, secondMs), maxReceiveCount: redrive.maxReceiveCount },
  })
  made.set(arn, queue)
  return queue
}

function madeQueue(arn: string, made: ReadonlyMap<string, MemoryQueue>): MemoryQueue {
  const queue = made.get(arn)
  if (queue === undefined) throw new Error(`The template has no queue ${arn}.`)
  return queue
}
