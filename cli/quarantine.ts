import type { Command } from 'commander'
import type { Run } from './verb.ts'

/** `quietgate quarantine`: mail that was put aside. */
export function addQuarantine(program: Command, run: Run): void {
  const quarantine = program.command('quarantine').description('Mail that was put aside, and why.')
  quarantine
    .command('list')
    .description('List it, the earliest day first: when it came, its id, why, from whom and for whom.')
    .option('--since <time>', 'received from then on: 2026-11-21, or 2026-11-21T10:00Z (default: a week ago)')
    .option('--until <time>', 'received before then; a day is meant as a whole (default: now)')
    .action((options: { readonly since?: string; readonly until?: string }, command: Command) =>
      run(command, async (verb) => {
        const { list } = await import('./quarantine/list.ts')
        return list({ since: options.since ?? null, until: options.until ?? null }, verb)
      }),
    )
  quarantine
    .command('show')
    .description('Show one message: why it was put aside, its header, and the beginning of its content, as text.')
    .argument('<id>', "SES's id, as `quarantine list` shows it")
    .action((id: string, _options: object, command: Command) =>
      run(command, async (verb) => (await import('./quarantine/show.ts')).show(id, verb)),
    )
}
