import { randomUUID } from 'node:crypto'
import type { InvocationAnswer } from './lambda/function.ts'
import type { Schedule } from './template/schedules.ts'

export type SchedulerOptions = {
  readonly schedules: readonly Schedule[]
  readonly accountId: string
  readonly region: string
  readonly invoke: (functionArn: string, event: unknown) => Promise<InvocationAnswer>
  /** Something that the operator must hear of. */
  readonly onReport: (sentence: string) => void
}

/**
 * Runs what the schedules name, as EventBridge does: the first time when the period is over, and whether or not the run
 * before has ended. Ends when the returned function is called.
 */
export function startScheduler({ schedules, onReport, ...options }: SchedulerOptions): () => void {
  const timers = schedules.map((schedule) =>
    setInterval(() => {
      for (const { functionArn, input } of schedule.targets) {
        const event = input ?? scheduledEvent(schedule, options, new Date())
        options.invoke(functionArn, event).then(
          (answer) => {
            if (answer.answer === 'failed') onReport(failureOf(schedule, answer.error.message))
          },
          (error: unknown) => onReport(failureOf(schedule, String(error))),
        )
      }
    }, schedule.every).unref(),
  )
  return () => timers.forEach((timer) => clearInterval(timer))
}

/** EventBridge User Guide, "Events from AWS services": the event of a schedule, whose time has no fraction of a second. */
export function scheduledEvent(
  { arn }: Pick<Schedule, 'arn'>,
  { accountId, region }: { readonly accountId: string; readonly region: string },
  now: Date,
): object {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: accountId,
    time: `${now.toISOString().slice(0, 19)}Z`,
    region,
    resources: [arn],
    detail: {},
  }
}

function failureOf({ logicalId }: Schedule, why: string): string {
  return `The scheduled run of ${logicalId} failed: ${why}`
}
