import { pointerOf, type MailPointer } from '../core/hand-over/pointer.ts'
import type { HandOverTarget, RecipientOutcome } from '../ports/hand-over-target.ts'
import { awsFailure } from './aws-failure.ts'

/**
 * A target that is told where a message lies, for all its recipients or none. That AWS refuses is a matter of permissions and
 * names, which somebody will mend, and never of the message: it waits.
 *
 * @param send throws what the SDK throws
 */
export function pointerTarget(send: (pointer: MailPointer, signal: AbortSignal) => Promise<unknown>): HandOverTarget {
  return async ({ job, record, survivors }, signal) => {
    const failed = await send(pointerOf(job, record, survivors), signal).then(
      () => null,
      (error: unknown) => `${awsFailure(error, signal)}: ${String(error).slice(0, 300)}`,
    )
    const heard =
      failed === null ? { outcome: 'taken' as const, reply: '' } : { outcome: 'later' as const, reply: failed }
    return survivors.map(({ recipient }): RecipientOutcome => ({ recipient, ...heard }))
  }
}

/** `eu-west-1` of `arn:aws:sns:eu-west-1:...`: a topic may be in another region than the mail. */
export function regionOf(arn: string): string {
  return arn.split(':')[3] ?? ''
}
