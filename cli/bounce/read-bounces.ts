import { sentenceOf } from '../../lambda/core/explain.ts'
import { readReport, type Report } from '../../lambda/core/read-report.ts'
import { countMailFiles, readMailFiles, readMailStream, type MailFile } from '../../local/mail-files.ts'
import { createProgress } from '../progress.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { print, printJson, say } from '../terminal.ts'
import type { Verb } from '../verb.ts'
import { bar } from './bar.ts'
import { judgeMessage, type JudgedMessage } from './judge-message.ts'
import { readJudge, type BounceOptions } from './settings.ts'

/** One line a message, as soon as it is read. A path that cannot be read is said, and the others are still read. */
export async function readBounces(
  paths: readonly string[],
  options: BounceOptions,
  stdin: AsyncIterable<Uint8Array>,
  verb: Verb,
): Promise<ExitCode> {
  const { terminal, json } = verb
  const judge = readJudge(options, verb)
  if (judge.answer === 'problems') {
    say(terminal, ...judge.problems)
    return exitCodes.usage
  }
  const progress = createProgress(terminal)
  const total = paths.reduce((sum, path) => sum + countOf(path), 0)
  const files = new Set<string>()
  let exitCode: ExitCode = exitCodes.ok
  for (const path of paths) {
    try {
      for await (const { name, message } of path === '-' ? readMailStream(stdin, path) : readMailFiles(path)) {
        files.add(name.split('#', 1)[0] ?? name)
        const judged = judge.settings === null ? null : await judgeMessage(message, judge.settings)
        progress.clear()
        if (json) await printJson(terminal, lineOf(name, message, judged))
        else await print(terminal, ...columnsOf(name, message, judged))
        progress.show(bar(files.size, total))
      }
    } catch (error) {
      const code = ioCodeOf(error)
      if (code === null) throw error
      progress.clear()
      say(terminal, `${path} cannot be read (${code}): name a message, a folder, an mbox, or - for standard input.`)
      exitCode = exitCodes.error
    }
  }
  progress.clear()
  return exitCode
}

/** The object of `--json`. */
function lineOf(file: MailFile['name'], message: MailFile['message'], judged: JudgedMessage | null): object {
  const { kind, evidence, returned, recipients } = readReport(message)
  const verdict = judged === null ? { verdict: null } : { verdict: judged.verdict, reasons: judged.reasons }
  return { file, kind, evidence, returned: returnedOf(returned), recipients, ...verdict }
}

function returnedOf(returned: Report['returned']): object | null {
  if (returned === null) return null
  const { messageId, from, to, date, dkim, complete } = returned
  return { message_id: messageId, from, to, date, dkim, complete }
}

function columnsOf(
  file: MailFile['name'],
  message: MailFile['message'],
  judged: JudgedMessage | null,
): readonly string[] {
  const { kind, returned, recipients } = readReport(message)
  const about = recipients.map(({ address, status }) => `${address ?? '-'}${status === null ? '' : ` (${status})`}`)
  const columns = [file, kind, returned?.messageId ?? '-', about.length === 0 ? '-' : about.join(', ')]
  if (judged === null) return columns
  return [...columns, judged.verdict ?? '-', ...judged.reasons.map(sentenceOf)]
}

/** Of a path that is not there, nothing: reading it says so. */
function countOf(path: string): number {
  if (path === '-') return 1
  try {
    return countMailFiles(path)
  } catch (error) {
    if (ioCodeOf(error) === null) throw error
    return 0
  }
}

function ioCodeOf(error: unknown): string | null {
  return error instanceof Error && 'syscall' in error && 'code' in error ? String(error.code) : null
}
