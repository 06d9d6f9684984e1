import type { Command } from 'commander'
import type { Entry } from '../../lambda/core/entries/entry.ts'
import { DEFAULT_DAYS, MAX_DAYS } from '../../lambda/core/entries/new-entry.ts'
import type { Run } from '../verb.ts'

/** `add`, `list` and `remove`, the same for both lists. */
export function addEntryVerbs(
  program: Command,
  run: Run,
  list: Entry['list'],
  description: string,
  about: string,
): void {
  const verbs = program.command(list).description(description).addHelpText('after', about)
  verbs
    .command('add')
    .description('Add an entry, or put it in the place of the one for the same value.')
    .argument('<value>', 'an address, a domain (example.com, or *.example.com for all below it), or a network')
    .requiredOption('--owner <who>', 'who answers for it')
    .requiredOption('--reason <text>', 'why: a ticket, a sentence')
    .option('--days <number>', `for so many days, at most ${MAX_DAYS} (default: ${DEFAULT_DAYS})`)
    .option('--until <time>', 'until then: 2026-12-31 (that day included), or 2026-12-31T18:00Z')
    .action((value: string, options: AddOptions, command: Command) =>
      run(command, async (verb) => {
        const { add } = await import('./add.ts')
        const { owner, reason, days = null, until = null } = options
        return add({ list, value, owner, reason, days, until }, verb)
      }),
    )
  verbs
    .command('list')
    .description('List them, the next to end first: value, end, owner, reason.')
    .option('--all', 'also those that have ended, for 30 days')
    .action((options: { readonly all?: true }, command: Command) =>
      run(command, async (verb) => (await import('./list.ts')).list(list, options.all === true, verb)),
    )
  verbs
    .command('remove')
    .description('Take an entry out.')
    .argument('<value>', 'as `list` shows it')
    .action((value: string, _options: object, command: Command) =>
      run(command, async (verb) => (await import('./remove.ts')).remove(list, value, verb)),
    )
}

type AddOptions = {
  readonly owner: string
  readonly reason: string
  readonly days?: string
  readonly until?: string
}
