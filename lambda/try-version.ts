import type { InvokeVersion } from './ports/function-versions.ts'
import { trialEvent, trialProblem } from './trial.ts'

export type TriedVersion =
  { readonly kind: 'passed'; readonly said: string } | { readonly kind: 'failed'; readonly said: string }

/**
 * Tries a version of the filter before the alias `live` moves to it; SES asks the version behind the alias.
 *
 * What never reaches the handler's own `try` shows here: an error while the code loads, a missing variable, a policy that
 * cannot be read. A version older than the one before it is a rollback to what was live until now, and is not held up: a
 * rollback that fails leaves the stack stuck.
 */
export async function tryVersion(
  versionArn: string,
  before: string | null,
  invoke: InvokeVersion,
): Promise<TriedVersion> {
  if (before !== null && numberOf(versionArn) < numberOf(before)) {
    return { kind: 'passed', said: `Version ${numberOf(versionArn)} was live before: it is not tried again.` }
  }
  const answer = await invoke(versionArn, trialEvent)
  const problem = answer.kind === 'threw' ? answer.why : trialProblem(answer.answer)
  if (problem === null) return { kind: 'passed', said: `Version ${numberOf(versionArn)} answers as it should.` }
  return {
    kind: 'failed',
    said:
      `The new version ${numberOf(versionArn)} of the filter failed its trial, and gets no mail; the one before stays live. ` +
      `It said: ${problem}. Read the log group of the filter, mend that, and deploy again.`,
  }
}

/** Lambda numbers the versions of a function upwards, and uses no number twice. */
function numberOf(versionArn: string): number {
  return Number(versionArn.slice(versionArn.lastIndexOf(':') + 1))
}
