import { createS3Orphans } from '../../lambda/adapters/s3-orphans.ts'
import { createSqsQueue } from '../../lambda/adapters/sqs-queue.ts'
import type { HandOverJob } from '../../lambda/core/hand-over/job.ts'
import type { Orphan } from '../../lambda/core/hand-over/orphans.ts'
import type { SendToQueue } from '../../lambda/ports/hand-over-queue.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { print, printJson, say } from '../terminal.ts'
import { fail, type Verb } from '../verb.ts'
import { withOrphans, type OpenOrphans } from './open.ts'

export type HandOverInput = {
  readonly ids: readonly string[]
  readonly all: boolean
  /** Instead of those that the header tells; none: as the header tells. */
  readonly recipients: readonly string[]
}

/** Puts orphans into the queue, each for everybody whom it seems to be for. One that was put there is no orphan any more. */
export async function handOver(input: HandOverInput, verb: Verb): Promise<ExitCode> {
  if (input.all === input.ids.length > 0) {
    say(verb.terminal, 'Say which: ids as `quietgate orphans list` shows them, or --all.')
    return exitCodes.usage
  }
  return withOrphans(verb, async (opened) => {
    const queueUrl = opened.stack.outputs.get('HandOverQueue')
    if (queueUrl === undefined) {
      return fail(
        verb,
        `Nothing is handed over by ${opened.stack.name}: it has no output HandOverQueue. Set handOver in the configuration and deploy.`,
      )
    }
    const { orphans } = opened
    const wanted = input.all ? orphans : orphans.filter(({ message_id }) => input.ids.includes(message_id))
    const unknown = input.ids.filter((id) => !orphans.some(({ message_id }) => message_id === id))
    const sqs = await opened.stack.sqs()
    const send = createSqsQueue(sqs, queueUrl)
    const done: boolean[] = []
    for (const orphan of wanted) done.push(await handOne(orphan, input.recipients, send, opened, verb))
    sqs.destroy()
    for (const id of unknown) say(verb.terminal, `${id} is not listed: see quietgate orphans list.`)
    say(verb.terminal, `${done.filter(Boolean).length} of ${wanted.length + unknown.length} are in the queue.`)
    return unknown.length === 0 && done.every(Boolean) ? exitCodes.ok : exitCodes.error
  })
}

async function handOne(
  orphan: Orphan,
  given: readonly string[],
  send: SendToQueue,
  { envelopeOf, s3, recordBucket }: OpenOrphans,
  verb: Verb,
): Promise<boolean> {
  const { message_id, stored_at, kept_key } = orphan
  const envelope = await envelopeOf(orphan)
  if (envelope === null) return refuse(verb, `${message_id}: the raw mail is gone.`)
  const recipients = given.length > 0 ? given : envelope.recipients
  if (recipients.length === 0) {
    return refuse(verb, `${message_id}: the message names nobody of your domains; say for whom it is with --rcpt.`)
  }
  const job: HandOverJob = {
    schema_version: 1,
    message_id,
    received_at: stored_at,
    kept_key,
    recipients,
    ...(envelope.mailFrom === null ? {} : { mail_from: envelope.mailFrom }),
    null_sender: envelope.mailFrom === null,
    round: 0,
    origin: 'orphan',
  }
  const signal = AbortSignal.timeout(30_000)
  const sent = await send(job, signal)
  if (sent.answer === 'failed') return refuse(verb, `${message_id}: the queue did not take it: ${sent.cause}`)
  await createS3Orphans(s3, recordBucket).remove(message_id, signal)
  if (verb.json) await printJson(verb.terminal, job)
  else await print(verb.terminal, message_id, recipients.join(', '))
  return true
}

function refuse(verb: Verb, sentence: string): false {
  say(verb.terminal, sentence)
  return false
}
