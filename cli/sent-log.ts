import { Option, type Command } from 'commander'
import type { ImportSettings } from './sent-log/import.ts'
import type { Run } from './verb.ts'

type Options = { readonly format?: 'json' | 'postfix'; readonly utcOffset?: string; readonly now?: string }

/** `quietgate sent-log`: what we really sent, by which a bounce can prove that it is ours. */
export function addSentLog(program: Command, run: Run): void {
  const sentLog = program.command('sent-log').description('What was really sent, by which bounces prove themselves.')
  sentLog
    .command('import')
    .description('Write into the sent log what a mail server says it sent. Running it again changes nothing.')
    .argument('<file...>', 'JSON lines or logs of Postfix, the oldest first; - is standard input')
    .addOption(new Option('--format <format>', 'of all files (default: seen from each)').choices(['json', 'postfix']))
    .option('--utc-offset <offset>', 'of times in the log that have none: +01:00 (default: as on this computer)')
    .option('--now <time>', 'instead of the clock: 2026-11-21, or 2026-11-21T10:00Z')
    .addHelpText('after', aboutFormats)
    .action((files: readonly string[], options: Options, command: Command) =>
      run(command, async (verb) => {
        const { importSentLog } = await import('./sent-log/import.ts')
        return importSentLog(files, settingsOf(options), process.stdin, verb)
      }),
    )
}

function settingsOf({ format, utcOffset, now }: Options): ImportSettings {
  return { format: format ?? null, utcOffset: utcOffset ?? null, now: now ?? null }
}

const aboutFormats = `
A JSON line: {"message_id": "a@example.com", "from": "alice@example.com", "to": ["bob@example.org"], "sent_at":
"2026-11-21T10:00:00Z"}. Of a log of Postfix only mail from the domains of the configuration counts that went to others.
Compressed logs come through standard input: zcat mail.log.2.gz | quietgate sent-log import -. More: docs/sent-log.md.`
