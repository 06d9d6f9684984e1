import type { Command } from 'commander'
import type { Run } from './verb.ts'

type Options = {
  readonly rcpt?: readonly string[]
  readonly mailFrom?: string
  readonly clientIp?: string
  readonly dns?: string
  readonly directory?: string
  readonly allow: readonly string[]
  readonly block: readonly string[]
}

/** `quietgate explain`: what would become of a message, and why. */
export function addExplain(program: Command, run: Run): void {
  program
    .command('explain')
    .description('Say what would become of a message and why: every fact, every reason, the action.')
    .argument('[file]', 'a message as it would follow DATA, such as one from the mail bucket')
    .option('--rcpt <address...>', 'the envelope recipients (default: those of To and Cc that a receipt rule takes)')
    .option('--mail-from <address>', 'the envelope sender, <> for none (default: Return-Path, else From)')
    .option('--client-ip <ip>', "the client's address (default: that of SES's own Received line, else none)")
    .option('--dns <file>', 'answers to every DNS question, in master-file format, instead of the network')
    .option('--directory <file>', 'who exists: an address a line (@domain: a catch-all), taken as complete')
    .option(
      '--allow <value>',
      'as if this address, domain or network were allowed; may be given several times',
      collect,
      [],
    )
    .option('--block <value>', 'as if it were blocked; may be given several times', collect, [])
    .addHelpText('after', aboutExplain)
    .action((file: string | undefined, options: Options, command: Command) => {
      const { path, recipients } = sortedOut(file, options.rcpt ?? [])
      if (path === null) command.error("error: missing required argument 'file'")
      const { mailFrom = null, clientIp = null, dns = null, directory = null, allow, block } = options
      const entries = { allow, block }
      return run(command, async (verb) => {
        // It brings the whole local stack with it, which takes a second that the other verbs are spared.
        const { explainFile } = await import('./explain/explain-file.ts')
        const files = { dnsFile: dns, directoryFile: directory }
        return explainFile({ path, recipients, mailFrom, clientIp, entries, ...files }, verb)
      })
    })
}

function collect(value: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, value]
}

/** `--rcpt a@example.com message.eml` would take the file for one more recipient. No recipient but postmaster lacks an @. */
function sortedOut(
  file: string | undefined,
  rcpt: readonly string[],
): { readonly path: string | null; readonly recipients: readonly string[] } {
  if (file !== undefined) return { path: file, recipients: rcpt }
  const last = rcpt.at(-1)
  if (last === undefined || last.includes('@')) return { path: null, recipients: rcpt }
  return { path: last, recipients: rcpt.slice(0, -1) }
}

const aboutExplain = `
The decision is made by the bundle that is deployed, run as Lambda runs it, from the template of the configuration. The
recipients are looked up in --directory, or in the stack that --local or --stack names; with none of them nobody is known
or unknown, and the answer says so. Of allow and block entries, those of --allow and --block count. A list in --dns counts only if its test entry (2.0.0.127) stands there, too. Nothing
is sent, and nothing is written outside a temporary folder. SES's scanners cannot be had here: only
the test strings GTUBE and EICAR are found.`
