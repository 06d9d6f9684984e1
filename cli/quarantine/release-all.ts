import { createS3RecordObjects } from '../../lambda/adapters/s3-record-objects.ts'
import { oneLine } from '../../lambda/core/plain-text.ts'
import type { ReleaseQuery } from '../../lambda/core/release/query.ts'
import type { ReleaseOutcome } from '../../lambda/core/release/request.ts'
import type { RecordObjects } from '../../lambda/ports/record-objects.ts'
import { mostPlanned, planRelease, releaseAll, type Planned, type ReleasePlan } from '../../lambda/release/bulk.ts'
import { createProgress } from '../progress.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { barOf } from '../bar.ts'
import { print, printJson, say } from '../terminal.ts'
import { withRecords } from '../records/open-records.ts'
import type { Verb } from '../verb.ts'
import { withRelease } from './open-release.ts'
import { commandRequest, problemWithMany, type ReleaseOptions } from './release-options.ts'
import { readQuery } from './release-query.ts'

/** Whoever releases more than this by one command must have meant it. */
const mostWithoutForce = 1000

/** Releases everything that was stopped in a certain way; with `--dry-run`, says what that is. */
export function releaseMany(options: ReleaseOptions, verb: Verb): Promise<ExitCode> {
  const problem = problemWithMany(options)
  if (problem !== null) return Promise.resolve(usage(problem, verb))
  const now = new Date()
  if (options.dryRun === true) {
    return withRecords(verb, async ({ config, client, bucket }) => {
      const query = readQuery(options, config.retention.mailDays, now)
      if (typeof query === 'string') return usage(query, verb)
      const plan = await planned(createS3RecordObjects(client, bucket), query, verb)
      await tellPlan(plan, verb)
      return plan.unread.length === 0 ? exitCodes.ok : exitCodes.error
    })
  }
  return withRelease(verb, async (ports) => {
    const query = readQuery(options, ports.mailDays, now)
    if (typeof query === 'string') return usage(query, verb)
    const plan = await planned(ports.objects, query, verb)
    tellTotals(plan, verb)
    const tooMany = refusal(plan, options)
    if (tooMany !== null) {
      say(verb.terminal, tooMany)
      return exitCodes.refused
    }
    const by = commandRequest(options)
    const progress = createProgress(verb.terminal)
    const told: Promise<void>[] = []
    let done = 0
    const onOutcome = (one: Planned, outcome: ReleaseOutcome): void => {
      done += 1
      progress.show(`${barOf(done, plan.messages.length)} released`)
      told.push(tellOutcome(one, outcome, verb))
    }
    const order = { reason: options.reason, by }
    const counts = await releaseAll(plan, order, ports, onOutcome, new AbortController().signal)
    progress.clear()
    await Promise.all(told)
    const { released, before, refused, failed, left } = counts
    say(
      verb.terminal,
      `${released} released, ${before} had been before, ${refused} refused, ${failed} failed, ${left} not tried (request ${by.request_id}).`,
      ...(failed + left > 0 ? ['Ask again: nothing is done twice.'] : []),
    )
    return refused + failed + left + plan.unread.length === 0 ? exitCodes.ok : exitCodes.error
  })
}

async function planned(objects: RecordObjects, query: ReleaseQuery, { terminal }: Verb): Promise<ReleasePlan> {
  const progress = createProgress(terminal)
  const onProgress = (done: number, of: number): void => progress.show(`${barOf(done, of)} of the records read`)
  try {
    const options = { unpackAtOnce: 4, readAtOnce: 32, onProgress }
    return await planRelease(objects, query, options, new AbortController().signal)
  } finally {
    progress.clear()
  }
}

async function tellPlan(plan: ReleasePlan, verb: Verb): Promise<void> {
  for (const { message, recipients } of plan.messages) {
    const { message_id, received_at, mail_from } = message
    if (verb.json) await printJson(verb.terminal, { message_id, received_at, mail_from, recipients })
    else {
      const columns = [received_at, message_id, mail_from ?? '<>', recipients.join(', ')]
      await print(verb.terminal, ...columns.map((text) => oneLine(text, 80)))
    }
  }
  tellTotals(plan, verb)
}

function tellTotals({ messages, viruses, more, looked, unread }: ReleasePlan, { terminal }: Verb): void {
  const of = `of ${looked} records that were looked through`
  say(terminal, `${messages.length}${more ? ' and more' : ''} messages are meant, ${of}.`)
  if (viruses > 0) say(terminal, `${viruses} more with a virus are left out: release them one by one, if at all.`)
  for (const sentence of unread) say(terminal, oneLine(sentence, 1000))
}

async function tellOutcome(
  { message: { message_id }, recipients }: Planned,
  outcome: ReleaseOutcome,
  verb: Verb,
): Promise<void> {
  if (verb.json) return printJson(verb.terminal, { message_id, ...outcome })
  const why =
    outcome.answer === 'refused'
      ? outcome.sentence
      : outcome.answer === 'failed'
        ? outcome.cause
        : recipients.join(', ')
  await print(verb.terminal, message_id, outcome.answer, oneLine(why, 300))
}

/** Null: they may be released. */
function refusal({ messages, more }: ReleasePlan, { force }: ReleaseOptions): string | null {
  if (more) return `These are more than ${mostPlanned} messages: take a shorter stretch of time. Nothing was released.`
  if (messages.length <= mostWithoutForce || force === true) return null
  return `These are more than ${mostWithoutForce} messages: look at them with --dry-run, and say --force. Nothing was released.`
}

function usage(sentence: string, { terminal }: Verb): ExitCode {
  say(terminal, sentence)
  return exitCodes.usage
}
