import type { Command } from 'commander'
import type { Run } from './verb.ts'

/** `quietgate orphans`: mail that SES stored and about which nothing was decided. */
export function addOrphans(program: Command, run: Run): void {
  const orphans = program.command('orphans').description('Mail that SES stored and nobody decided about.')
  orphans
    .command('list')
    .description(
      'List it, the oldest first, with whom it was for as far as the message tells. Exit code 4 if there is any.',
    )
    .action((_options: object, command: Command) =>
      run(command, async (verb) => {
        const { list } = await import('./orphans/list.ts')
        return list(verb)
      }),
    )
  orphans
    .command('hand-over')
    .description('Put it into the queue of the hand-over, for all its recipients as far as they are known.')
    .argument('[id...]', 'ids of messages, as `orphans list` shows them')
    .option('--all', 'all that are listed')
    .option(
      '--rcpt <address>',
      'for this recipient instead of those of the header; may be given several times',
      collect,
      [],
    )
    .addHelpText('after', aboutRecipients)
    .action((ids: readonly string[], options: Options, command: Command) =>
      run(command, async (verb) => {
        const { handOver } = await import('./orphans/hand-over.ts')
        return handOver({ ids, all: options.all === true, recipients: options.rcpt }, verb)
      }),
    )
}

type Options = { readonly all?: true; readonly rcpt: readonly string[] }

function collect(value: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, value]
}

const aboutRecipients = `
SES does not store the envelope. The recipients are a guess: what SES wrote into its Received line (one of them), and what To,
Cc and Delivered-To say, of your own domains only. Whoever was in Bcc alone is known to nobody any more.`
