import type { Command } from 'commander'
import type { ReleaseOptions } from './quarantine/release-options.ts'
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
  addRelease(quarantine, run)
  quarantine
    .command('save')
    .description('Write the original octets of a stopped message into a file, which must not exist.')
    .argument('<id>', "SES's id of the message")
    .argument('<file>', 'where to')
    .option('--even-virus', 'although SES found a virus in it')
    .action((id: string, file: string, { evenVirus }: { readonly evenVirus?: true }, command: Command) =>
      run(command, async (verb) =>
        (await import('./quarantine/save.ts')).save({ id, file, evenVirus: evenVirus === true }, verb),
      ),
    )
}

function addRelease(quarantine: Command, run: Run): void {
  quarantine
    .command('release')
    .description('Hand a stopped message over after all, or all that a list, a reason or a sender was stopped by.')
    .argument('[id]', "SES's id of one message; without it, all that the options below mean")
    .requiredOption('--reason <text>', 'why it is released: it stands in the record trail')
    .option(
      '--to <address>',
      'for this recipient alone; may be given several times (default: all stopped)',
      collect,
      [],
    )
    .option('--owner <who>', 'who answers for it')
    .option('--even-virus', 'although SES found a virus in it')
    .option('--allow-for <days>', 'let the sender through from now on, for so many days; needs --owner')
    .option('--zone <list>', 'many: what this DNS list has stopped')
    .option('--code <code>', 'many: what was stopped for this reason, such as spam-found')
    .option('--sender <address>', 'many: what this address or domain sent; <> for nobody')
    .option('--client <address>', 'many: what came from this address or network')
    .option('--since <time>', 'many: received from then on: 2026-11-21, or 2026-11-21T10:00Z')
    .option('--until <time>', 'many: received before then; a day is meant as a whole (default: now)')
    .option('--dry-run', 'many: list and count it, and release nothing')
    .option('--force', 'many: even if they are more than 1,000')
    .addHelpText('after', aboutReleases)
    .action((id: string | undefined, options: ReleaseOptions, command: Command) =>
      run(command, async (verb) => {
        if (id === undefined) return (await import('./quarantine/release-all.ts')).releaseMany(options, verb)
        return (await import('./quarantine/release.ts')).releaseOne(id, options, verb)
      }),
    )
}

function collect(value: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, value]
}

const aboutReleases = `
The original octets go to the target of the hand-over, once for each recipient: what was released before is refused (exit code 3), and says
when, why and by which request. For many, --to is an address or a domain; mail with a virus is never among them.`
