import type { ObjectStore } from './aws/s3.ts'
import type { InvocationAnswer } from './lambda/function.ts'
import { startObjectEvents } from './object-events.ts'
import type { Queues } from './queues.ts'
import { startScheduler } from './schedule.ts'
import { objectRulesOf } from './template/object-rules.ts'
import { schedulesOf } from './template/schedules.ts'
import type { Template } from './template/template.ts'

export type EventsOptions = {
  readonly accountId: string
  readonly region: string
  /** Milliseconds that a second of waiting lasts. */
  readonly secondMs: number
  /** Whether the schedules run by the clock. */
  readonly schedules: boolean
  readonly invoke: (functionArn: string, event: unknown) => Promise<InvocationAnswer>
  /** Something that the operator must hear of. */
  readonly onReport: (sentence: string) => void
}

/** Runs what the template says that functions are run by, other than mail: the clock, objects that are put, queues. */
export function startEvents(
  template: Template,
  queues: Queues,
  s3: ObjectStore,
  { schedules, ...options }: EventsOptions,
): { readonly idle: () => Promise<void>; readonly close: () => void } {
  const stopScheduler = startScheduler({ ...options, schedules: schedules ? schedulesOf(template) : [] })
  queues.poll(options)
  const objects = startObjectEvents({ ...options, rules: objectRulesOf(template) })
  s3.onCreated(objects.created)
  return {
    idle: async () => {
      await objects.idle()
      await queues.idle()
    },
    close: () => {
      stopScheduler()
      objects.close()
    },
  }
}
