import { describe, expect, it } from 'vitest'
import { createMemoryQueue } from '../../local/aws/sqs/queue.ts'
import { startPoller } from '../../local/event-sources.ts'
import type { InvocationAnswer } from '../../local/lambda/function.ts'
import type { EventSource } from '../../local/template/queues.ts'

type Batch = {
  readonly Records: readonly {
    readonly messageId: string
    readonly body: string
    readonly attributes: { readonly ApproximateReceiveCount: string }
  }[]
}

const source: EventSource = {
  queueArn: 'arn:aws:sqs:eu-west-1:123456789012:jobs',
  functionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:worker',
  batchSize: 2,
  concurrency: 2,
  reportsFailures: true,
}

describe('a queue that is emptied into a function', () => {
  it('keeps what the function names as failed, and hands it out again when its time is over', async () => {
    const world = worldOf((batch) => ({
      batchItemFailures: batch.Records.filter(
        ({ body, attributes }) => body === 'b' && attributes.ApproximateReceiveCount === '1',
      ).map(({ messageId }) => ({ itemIdentifier: messageId })),
    }))
    for (const body of ['a', 'b', 'c']) world.queue.send(body)
    await expect.poll(() => world.queue.bodies()).toEqual([])
    expect(world.seen.flat().sort()).toEqual(['a 1', 'b 1', 'b 2', 'c 1'])
    expect(world.reports).toEqual([])
  })

  it('keeps a whole batch when the function fails, and says so', async () => {
    let fails = true
    const world = worldOf(() => {
      if (fails) throw new Error('killed')
      return null
    })
    world.queue.send('a')
    await expect.poll(() => world.reports.length).toBe(1)
    fails = false
    await expect.poll(() => world.queue.bodies()).toEqual([])
    expect(world.reports).toEqual([`A batch of ${source.queueArn} failed: Error: killed`])
  })

  it('works on no more batches at once than it may', async () => {
    let atOnce = 0
    let most = 0
    const world = worldOf(async () => {
      most = Math.max(most, ++atOnce)
      await new Promise((resolve) => setImmediate(resolve))
      atOnce--
      return null
    })
    for (let i = 0; i < 20; i++) world.queue.send(String(i))
    await expect.poll(() => world.queue.bodies()).toEqual([])
    expect(most).toBe(2)
  })
})

function worldOf(work: (batch: Batch) => unknown) {
  const queue = createMemoryQueue({ visibilitySeconds: 2, redrive: null, secondMs: 10 })
  const seen: (readonly string[])[] = []
  const reports: string[] = []
  startPoller({
    source,
    queue,
    region: 'eu-west-1',
    invoke: async (_arn, event): Promise<InvocationAnswer> => {
      const batch = event as Batch
      seen.push(batch.Records.map(({ body, attributes }) => `${body} ${attributes.ApproximateReceiveCount}`))
      try {
        return { answer: 'returned', payload: await work(batch), ms: 1, coldStart: false, initMs: null }
      } catch (error) {
        return { answer: 'failed', kind: 'thrown', error: { type: 'Error', message: (error as Error).message } }
      }
    },
    onReport: (sentence) => void reports.push(sentence),
  })
  return { queue, seen, reports }
}
