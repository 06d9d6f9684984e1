import type { Command } from 'commander'
import type { Run } from './verb.ts'

/** `quietgate tail`: decisions as they are made. */
export function addTail(program: Command, run: Run): void {
  program
    .command('tail')
    .description('Show decisions as they are made, one a line, until it is ended (Ctrl-C).')
    .option('--last <minutes>', 'begin with those of so many minutes', '5')
    .option('--no-follow', 'end after those')
    .addHelpText('after', aboutCost)
    .action(({ last, follow }: { readonly last: string; readonly follow: boolean }, command: Command) =>
      run(command, async (verb) => (await import('./tail/run.ts')).tail({ last, follow }, verb)),
    )
}

const aboutCost = `
Every look, two seconds apart, lists the fresh records of the day: one request for each thousand of them.`
