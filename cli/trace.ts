import { Option, type Command } from 'commander'
import type { Run } from './verb.ts'

/** `quietgate trace`: where is my mail? */
export function addTrace(program: Command, run: Run): void {
  program
    .command('trace')
    .description('Where is my mail? Look for it in the decision records, and say what became of it and what to do.')
    .option('--to <address>', 'for whom it was: an address, or a domain')
    .option(
      '--from-address <address>',
      'who sent it: an address or a domain, of the envelope or the From field; <> for nobody',
    )
    .option('--id <id>', "SES's id of the message, or its Message-ID")
    .option('--subject <words>', 'words of its subject')
    .option(
      '--since <time>',
      'received from then on: 2026-11-21, or 2026-11-21T10:00Z (UTC without an offset; default: a week ago)',
    )
    .option('--until <time>', 'received before then; a day is meant as a whole (default: now)')
    .addOption(new Option('--athena', 'have Athena say where to look, however few records there are').conflicts('scan'))
    .option('--scan', 'read all records of the stretch of time, however many there are')
    .addHelpText('after', aboutAnswers)
    .action((options: Options, command: Command) =>
      run(command, async (verb) => {
        const { to = null, fromAddress = null, id = null, subject = '', since = null, until = null } = options
        const { trace } = await import('./trace/run.ts')
        return trace({ to, fromAddress, id, subject, since, until }, wayOf(options), verb)
      }),
    )
}

type Options = {
  readonly to?: string
  readonly fromAddress?: string
  readonly id?: string
  readonly subject?: string
  readonly since?: string
  readonly until?: string
  readonly athena?: true
  readonly scan?: true
}

function wayOf({ athena, scan }: Options): 'athena' | 'scan' | 'either' {
  if (athena === true) return 'athena'
  return scan === true ? 'scan' : 'either'
}

const aboutAnswers = `
Say at least one of --to, --from-address, --id and --subject; two are better than one. Ends with exit code 0 if a record of such a
message was found, with 4 if there is none, and with 1 if not all records could be read. Records are searched here, wherever
they lie: a search costs one request for each hour of the stretch of time, and one for each record of the last hour. Where there are many,
Athena is asked first in which hours such a message can be; the answer is the same. See docs/trace.md.`
