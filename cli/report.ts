import type { Command } from 'commander'
import type { Run } from './verb.ts'

/** `quietgate report`: may a domain be enforced? */
export function addReport(program: Command, run: Run): void {
  program
    .command('report')
    .description('What enforce would do, for each domain: who would have been affected, and what to look at before.')
    .option('--since <time>', 'received from then on: 2026-11-21, or 2026-11-21T10:00Z (default: two weeks ago)')
    .option('--until <time>', 'received before then; a day is meant as a whole (default: now)')
    .option('--domain <name>', 'this domain alone')
    .addHelpText('after', aboutVerdicts)
    .action((options: Options, command: Command) =>
      run(command, async (verb) => {
        const { since = null, until = null, domain = null } = options
        const { report } = await import('./report/run.ts')
        return report({ since, until, domain }, verb)
      }),
    )
}

type Options = { readonly since?: string; readonly until?: string; readonly domain?: string }

const aboutVerdicts = `
Ends with exit code 0 if nothing speaks against enforcing any of the domains, with 4 if something does, and with 1 if not all
records could be read. A sender counts as confirmed where DMARC passed.`
