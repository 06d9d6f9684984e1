import type { Command } from 'commander'
import { keyVariable } from './secret-key.ts'
import type { Run } from './verb.ts'

type Options = { readonly keyFile?: string; readonly keyName: string; readonly now?: string }

/** `quietgate hmac-header`: the header field by which our own messages are known when they are returned. */
export function addHmacHeader(program: Command, run: Run): void {
  const header = program
    .command('hmac-header')
    .description('The header field that proves a message ours: make one, or say whether one is genuine.')
    .addHelpText('after', aboutHeader)
  shared(header.command('make'))
    .description('Print the header line for a message with this From.')
    .argument('<from>', 'the From field, or its address')
    .action((from: string, options: Options, command: Command) =>
      run(command, async (verb) => (await import('./hmac-header/make.ts')).make(from, settingsOf(options), verb)),
    )
  shared(header.command('check'))
    .description('Say whether the header of a message, or one that was returned, has a genuine proof. Exit 4 if not.')
    .argument('<file>', 'it begins with the header; what follows is not read')
    .action((file: string, options: Options, command: Command) =>
      run(command, async (verb) => (await import('./hmac-header/check.ts')).check(file, settingsOf(options), verb)),
    )
}

function shared(command: Command): Command {
  return command
    .option('--key-file <file>', `holds the key (default: the environment variable ${keyVariable})`)
    .option('--key-name <name>', 'by which the field names the key', '1')
    .option('--now <time>', 'instead of the clock: 2026-11-21, or 2026-11-21T10:00Z')
}

function settingsOf({ keyFile, keyName, now }: Options) {
  return { keyFile: keyFile ?? null, keyName, now: now ?? null }
}

const aboutHeader = `
The key has at least 32 octets and is in a file or in ${keyVariable}, never on the command line. docs/hmac-header.md says
what is signed, so that any outbound server can add the field.`
