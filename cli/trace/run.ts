import { createS3RecordObjects } from '../../lambda/adapters/s3-record-objects.ts'
import { answerOf, type TraceAnswer, type TraceCause } from '../../lambda/core/trace/answer.ts'
import type { TraceQuestion } from '../../lambda/core/trace/question.ts'
import type { TracedMessage } from '../../lambda/core/trace/told-message.ts'
import { searchRecords } from '../../lambda/trace.ts'
import type { IndexUse } from '../../lambda/trace/narrow.ts'
import { createProgress } from '../progress.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { barOf } from '../bar.ts'
import { print, printJson, say } from '../terminal.ts'
import { fail, type Verb } from '../verb.ts'
import { oneLine } from '../../lambda/core/plain-text.ts'
import { withRecords, type OpenRecords } from '../records/open-records.ts'
import { openIndex, sentenceOfUse, type OpenIndex, type Way } from './narrowing.ts'
import { readQuestion, type TraceInput } from './read-question.ts'

/** Searches the records of the stack for what was asked, and says what became of it. */
export async function trace(input: TraceInput, way: Way, verb: Verb): Promise<ExitCode> {
  const now = new Date()
  const read = readQuestion(input, now)
  if (read.answer === 'problem') {
    say(verb.terminal, read.problem)
    return exitCodes.usage
  }
  const { question } = read
  return withRecords(verb, async (opened) => {
    const narrowing = await openIndex(way, opened.stack)
    if (narrowing.answer === 'missing') return fail(verb, narrowing.sentence)
    const answer = await ask(question, now, opened, narrowing, verb).finally(narrowing.close)
    if (verb.json) await printJson(verb.terminal, { question, ...answer })
    else await tell(answer, question, verb)
    return exitCodeOf(answer)
  })
}

async function ask(
  question: TraceQuestion,
  now: Date,
  { config, client, bucket }: OpenRecords,
  { options: narrowing }: OpenIndex,
  { terminal }: Verb,
): Promise<TraceAnswer> {
  const progress = createProgress(terminal)
  const keptSince = new Date(now.getTime() - config.retention.recordsDays * 86_400_000).toISOString()
  // Nothing is listed of the days of which nothing is kept.
  const kept = { ...question, from: question.from < keptSince ? keptSince : question.from }
  const onProgress = (done: number, of: number): void => progress.show(barOf(done, of))
  try {
    const objects = createS3RecordObjects(client, bucket)
    const onIndex = (use: IndexUse): void => say(terminal, sentenceOfUse(use))
    const options = { unpackAtOnce: 4, readAtOnce: 32, onProgress, onIndex, ...narrowing }
    const found = await searchRecords(objects, kept, options, new AbortController().signal)
    const domains = config.domains.map(({ name }) => name)
    return answerOf(question, found, { domains, keptSince, now: now.toISOString() })
  } finally {
    progress.clear()
  }
}

async function tell(answer: TraceAnswer, { from, until }: TraceQuestion, verb: Verb): Promise<void> {
  const { terminal } = verb
  await print(terminal, oneLine(answer.headline, 1000))
  for (const sentence of answer.evidence) await print(terminal, `  - ${oneLine(sentence, 1000)}`)
  if (answer.next.length > 0) await print(terminal, 'What to do:')
  for (const step of answer.next) await print(terminal, `  - ${oneLine(step, 1000)}`)
  if (answer.messages.length < 2) return
  await print(terminal, `Received from ${from} until ${until}:`)
  for (const message of answer.messages) await print(terminal, ...columnsOf(message))
}

function columnsOf(message: TracedMessage): readonly string[] {
  const { received_at, cause, message_id, mail_from = '<>', recipient, subject = '-' } = message
  return [received_at, cause, message_id, mail_from, recipient, subject].map((text) => oneLine(text, 80))
}

function exitCodeOf({ cause }: TraceAnswer): ExitCode {
  if (cause === 'not-all-read') return exitCodes.error
  return nothingFound.includes(cause) ? exitCodes.findings : exitCodes.ok
}

const nothingFound: readonly TraceCause[] = [
  'to-another-address',
  'never-reached-us',
  'not-our-domain',
  'no-longer-kept',
]
