import { randomUUID } from 'node:crypto'
import type { CreatedObject } from './aws/s3.ts'
import type { InvocationAnswer } from './lambda/function.ts'
import { waitsFor, type ObjectRule, type ObjectTarget } from './template/object-rules.ts'

export type ObjectEventsOptions = {
  readonly rules: readonly ObjectRule[]
  readonly accountId: string
  readonly region: string
  /** Milliseconds that a second of waiting lasts. */
  readonly secondMs: number
  readonly invoke: (functionArn: string, event: unknown) => Promise<InvocationAnswer>
  /** Something that the operator must hear of. */
  readonly onReport: (sentence: string) => void
}

export type ObjectEvents = {
  readonly created: (object: CreatedObject) => void
  /** Resolves once no function is at work; what waits to be tried again is not waited for. */
  readonly idle: () => Promise<void>
  readonly close: () => void
}

/** Seconds before each further try. Lambda Developer Guide, "How Lambda handles errors and retries with asynchronous invocation". */
const waits: readonly number[] = [60, 120]

/**
 * Runs what the rules name when an object was put, as EventBridge and Lambda do: nobody waits for it, and what fails is tried
 * again later. What fails for good is told; in AWS it would lie in the dead-letter queue.
 */
export function startObjectEvents({ rules, secondMs, invoke, onReport, ...place }: ObjectEventsOptions): ObjectEvents {
  const underWay = new Set<Promise<void>>()
  const timers = new Set<NodeJS.Timeout>()
  let closed = false
  const attempt = async (logicalId: string, target: ObjectTarget, event: unknown, tries: number): Promise<void> => {
    const why = await invoke(target.functionArn, event).then(
      (answer) => (answer.answer === 'failed' ? answer.error.message : null),
      (error: unknown) => String(error),
    )
    if (why === null || closed) return
    const wait = waits[tries]
    if (tries >= target.retries || wait === undefined) {
      onReport(
        `What ${logicalId} started failed for good after ${tries === 0 ? '1 try' : `${tries + 1} tries`}: ${why}`,
      )
      return
    }
    onReport(`What ${logicalId} started failed, and is tried again in ${wait} s: ${why}`)
    const timer = setTimeout(() => {
      timers.delete(timer)
      run(logicalId, target, event, tries + 1)
    }, wait * secondMs)
    timers.add(timer.unref())
  }
  const run = (logicalId: string, target: ObjectTarget, event: unknown, tries: number): void => {
    const task = attempt(logicalId, target, event, tries).then(() => void underWay.delete(task))
    underWay.add(task)
  }
  return {
    created: (object) => {
      for (const rule of rules.filter((one) => waitsFor(one, object.bucket, object.key))) {
        const event = objectCreated(object, place, new Date())
        for (const target of rule.targets) run(rule.logicalId, target, target.input ?? event, 0)
      }
    },
    idle: async () => {
      while (underWay.size > 0) await Promise.all(underWay)
    },
    close: () => {
      closed = true
      for (const timer of timers) clearTimeout(timer)
    },
  }
}

/** S3 User Guide, "EventBridge event message structure". The key is as it is, and not in the encoding of a URL. */
export function objectCreated(
  { bucket, key, size, etag, reason }: CreatedObject,
  { accountId, region }: { readonly accountId: string; readonly region: string },
  now: Date,
): object {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Object Created',
    source: 'aws.s3',
    account: accountId,
    time: `${now.toISOString().slice(0, 19)}Z`,
    region,
    resources: [`arn:aws:s3:::${bucket}`],
    detail: {
      version: '0',
      bucket: { name: bucket },
      object: { key, size, etag, sequencer: now.getTime().toString(16).toUpperCase().padStart(16, '0') },
      'request-id': 'LOCAL',
      requester: accountId,
      'source-ip-address': '127.0.0.1',
      reason,
    },
  }
}
