import type { Command } from 'commander'
import type { Run } from './verb.ts'

/** `quietgate replay`: what another configuration would have done. */
export function addReplay(program: Command, run: Run): void {
  program
    .command('replay')
    .description('Decide recorded messages once more under another configuration, and show what would change.')
    .requiredOption('--with <file>', 'the other configuration: settings, or a cdk.json that has them')
    .option('--since <time>', 'received from then on: 2026-11-21, or 2026-11-21T10:00Z (default: a week ago)')
    .option('--until <time>', 'received before then; a day is meant as a whole (default: now)')
    .addHelpText('after', aboutSilence)
    .action((options: Options, command: Command) =>
      run(command, async (verb) => {
        const { with: file, since = null, until = null } = options
        const { replay } = await import('./replay/run.ts')
        return replay({ file, since, until }, verb)
      }),
    )
}

type Options = { readonly with: string; readonly since?: string; readonly until?: string }

const aboutSilence = `
Nothing is asked of the world: a list that the other configuration has and the one that decided had not said nothing, and counts for
nothing here; how often that is so is told. Ends with exit code 0 if nothing changes, with 4 if something does, and with 1 if not
all records could be read.`
