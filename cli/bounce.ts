import type { Command } from 'commander'
import type { Run } from './verb.ts'

/** `quietgate bounce`: what a message is, what it returns, and whom it is about. */
export function addBounce(program: Command, run: Run): void {
  program
    .command('bounce')
    .description('Say of each message whether it is a bounce, and which message it returns.')
    .argument('<path...>', 'messages, folders of messages, mboxes; - is standard input')
    .option('--offline', 'ask nobody: no DNS, no AWS; the verdict is null (so far the only way)')
    .addHelpText('after', aboutBounce)
    .action((paths: readonly string[], _options: unknown, command: Command) =>
      run(command, async (verb) => {
        const { readBounces } = await import('./bounce/read-bounces.ts')
        return readBounces(paths, process.stdin, verb)
      }),
    )
}

const aboutBounce = `
A line a message: its file, its kind, the Message-ID that it returns, the recipients that it is about. The kinds are dsn,
dsn-nonstandard, mdn, auto-reply, challenge, feedback-report and none. Where a file holds several messages, each is named
file#1, file#2 and so on.`
