import type { Command } from 'commander'
import type { Run } from './verb.ts'

type Options = {
  readonly offline?: true
  readonly dns?: string
  readonly ownDomain: readonly string[]
  readonly rcpt?: string
  readonly now?: string
}

/** `quietgate bounce`: what a message is, what it returns, whom it is about, and whether it is about mail of ours. */
export function addBounce(program: Command, run: Run): void {
  program
    .command('bounce')
    .description('Say of each message whether it is a bounce, which message it returns, and whether that is ours.')
    .argument('<path...>', 'messages, folders of messages, mboxes; - is standard input')
    .option('--own-domain <domain>', 'a domain of ours, for the verdict; may be given several times', collect, [])
    .option('--rcpt <address>', 'whom the bounce came to (default: its To field)')
    .option('--dns <file>', 'the public keys: TXT records of the selectors, in a master file (RFC 1035 5)')
    .option('--now <time>', 'when it came, as 2026-11-21T10:00Z (default: now)')
    .option('--offline', 'ask nobody: no DNS, no AWS. Without --dns a signature is undecidable then')
    .addHelpText('after', aboutBounce)
    .action((paths: readonly string[], options: Options, command: Command) =>
      run(command, async (verb) => {
        const { readBounces } = await import('./bounce/read-bounces.ts')
        const judge = {
          offline: options.offline === true,
          dns: options.dns ?? null,
          ownDomains: options.ownDomain,
          recipient: options.rcpt ?? null,
          now: options.now ?? null,
        }
        return readBounces(paths, judge, process.stdin, verb)
      }),
    )
}

function collect(value: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, value]
}

const aboutBounce = `
A line a message: its file, its kind, the Message-ID that it returns, the recipients that it is about, and with --own-domain
(or --config) the verdict: authentic, backscatter, unverified or undecidable. The kinds are dsn, dsn-nonstandard, mdn,
auto-reply, challenge, feedback-report and none. Where a file holds several messages, each is named file#1, file#2 and so on.
Each message is judged by itself: nothing is known here of the sent log, of tags, and of other bounces.`
