import { createDynamoDbSentLogWriter } from '../../lambda/adapters/dynamodb-sent-log.ts'
import { readConfiguration } from '../configuration.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { readMoment } from '../moment.ts'
import { findStack } from '../target.ts'
import { print, printJson, say } from '../terminal.ts'
import { fail, type Verb } from '../verb.ts'
import { createEntryReader, type EntryCounts, type SentLogFormat } from './read-entries.ts'
import { readFiles } from './read-files.ts'
import { readUtcOffset } from './utc-offset.ts'
import { createWriter, type Written } from './write-entries.ts'

export type ImportSettings = {
  /** As it was typed; null where it was not. */
  readonly format: SentLogFormat | null
  readonly utcOffset: string | null
  readonly now: string | null
}

/**
 * `quietgate sent-log import`. What cannot be read is said and counted, and everything else is imported; when the table takes
 * no more, the rest is left for the next time.
 */
export async function importSentLog(
  paths: readonly string[],
  settings: ImportSettings,
  stdin: AsyncIterable<Uint8Array>,
  verb: Verb,
): Promise<ExitCode> {
  const read = readConfiguration(verb)
  if (read.answer === 'unreadable') return fail(verb, read.sentence)
  const moment = readMoment(settings.now)
  if (moment.answer === 'problem') return fail(verb, moment.problem)
  const offset = readUtcOffset(settings.utcOffset, moment.at)
  if (offset.answer === 'problem') return fail(verb, offset.problem)
  const { config } = read.configuration
  const region = verb.target.region ?? config.region
  const found = await findStack({ ...verb.target, region }, 'LedgerTable', verb.terminal)
  if (found.answer === 'missing') return fail(verb, found.sentence)
  const client = found.stack.dynamoDb()
  try {
    const reader = createEntryReader(settings.format, {
      ownDomains: [...new Set([...config.domains.map(({ name }) => name), ...config.outbound.domains])],
      now: moment.at.toISOString(),
      offsetMinutes: offset.minutes,
    })
    const writer = createWriter(createDynamoDbSentLogWriter(client, found.output), moment.at.getTime())
    const unreadable = await readFiles(paths, stdin, reader, writer, verb)
    return await report({ ...writer.written(), ...reader.counts(), unreadable }, found.stack.name, verb)
  } finally {
    client.destroy()
  }
}

type Result = Written & EntryCounts & { readonly unreadable: number }

async function report(result: Result, name: string, verb: Verb): Promise<ExitCode> {
  const { entries, recipients, tooOld, notOurs, incomplete, postfixLines, unreadable, failure } = result
  const { terminal } = verb
  if (verb.json) {
    const counts = { entries, recipients, too_old: tooOld, not_ours: notOurs, incomplete, unreadable }
    await printJson(terminal, { ...counts, failure })
  } else {
    const what = `${counted(entries, 'entry', 'entries')} with ${counted(recipients, 'recipient', 'recipients')}`
    await print(terminal, `Imported ${what} into the sent log of ${name}.`)
  }
  const passedOver = [
    ...(tooOld > 0 ? [`${counted(tooOld, 'entry', 'entries')} older than 30 days`] : []),
    ...(notOurs > 0 ? [`${counted(notOurs, 'message', 'messages')} of other senders`] : []),
    ...(incomplete > 0
      ? [`${counted(incomplete, 'message', 'messages')} to nobody outside or only partly in the log`]
      : []),
  ]
  if (passedOver.length > 0) say(terminal, `Passed over: ${passedOver.join(', ')}.`)
  const isNoLog = postfixLines > 0 && result.postfixMessages === 0
  if (isNoLog) {
    const lines = counted(postfixLines, 'line', 'lines')
    say(
      terminal,
      `In ${lines} there was no message as Postfix logs it (cleanup, qmgr, smtp); JSON lines begin with "{".`,
    )
  }
  if (failure !== null) {
    say(
      terminal,
      `The table takes no more (${failure}). What was imported stays. Import the same again when that is mended; ` +
        'it needs dynamodb:BatchWriteItem on the LedgerTable of the stack.',
    )
  }
  if (unreadable > 0) say(terminal, `${counted(unreadable, 'line or file', 'lines or files')} could not be read.`)
  return isNoLog || failure !== null || unreadable > 0 ? exitCodes.error : exitCodes.ok
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`
}
