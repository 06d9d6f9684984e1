import { Option, type Command } from 'commander'
import { keyVariable } from './secret-key.ts'
import type { Run } from './verb.ts'

type Options = {
  readonly kind?: 'tag' | 'prvs' | 'srs'
  readonly keyFile?: string
  readonly keyNumber: string
  readonly delimiter: string
  readonly now?: string
}

/** `quietgate tag`: return paths that prove by a key that we wrote to them. */
export function addTag(program: Command, run: Run): void {
  const tag = program
    .command('tag')
    .description('Return paths with a tag: make one, or say whether one is genuine.')
    .addHelpText('after', aboutTags)
  shared(tag.command('make'))
    .description('Print the tagged form of an address.')
    .argument('<address>', 'user@domain: the sender of the mail; for srs that of the mail that is forwarded')
    .addOption(new Option('--kind <kind>', 'of the tag').choices(['tag', 'prvs', 'srs']).default('tag'))
    .action((address: string, options: Options, command: Command) =>
      run(command, async (verb) => (await import('./tag/make.ts')).make(address, settingsOf(options), verb)),
    )
  shared(tag.command('check'))
    .description('Say whether the tag of an address is genuine. Its kind is seen from its form. Exit 4 if it is not.')
    .argument('<address>', 'the recipient of a bounce, with its tag')
    .action((address: string, options: Options, command: Command) =>
      run(command, async (verb) => (await import('./tag/check.ts')).check(address, settingsOf(options), verb)),
    )
}

function shared(command: Command): Command {
  return command
    .option('--key-file <file>', `holds the key (default: the environment variable ${keyVariable})`)
    .addOption(new Option('--key-number <digit>', 'the number of the key, 0 to 9').choices(digits).default('0'))
    .option('--delimiter <character>', 'in front of our own tag, as your servers separate sub-addresses', '+')
    .option('--now <time>', 'instead of the clock: 2026-11-21, or 2026-11-21T10:00Z')
}

function settingsOf({ kind = 'tag', keyFile, keyNumber, delimiter, now }: Options) {
  return { kind, keyFile: keyFile ?? null, keyNumber, delimiter, now: now ?? null }
}

const digits: readonly string[] = Array.from('0123456789')

const aboutTags = `
Three kinds: tag (our own: alice+qg0...@example.com, 14 days), prvs (BATV, as Exim makes it: 7 days) and srs (SRS0, as
postsrsd makes it for forwarded mail: 21 days; printed without its domain, which is that of the forwarder). The key is in a
file or in ${keyVariable}, never on the command line. Our own tag takes a key of at least 32 octets.`
