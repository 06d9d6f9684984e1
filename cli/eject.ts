import type { Command } from 'commander'
import type { Run } from './verb.ts'

/** `quietgate eject --plan`: how to leave, in order. */
export function addEject(program: Command, run: Run): void {
  program
    .command('eject')
    .description('Say how to leave: what mail does then, what to take along, what remains, and the command for each.')
    .requiredOption('--plan', 'print the plan; nothing is changed by this command, ever')
    .addHelpText('after', aboutEject)
    .action((_options: unknown, command: Command) =>
      run(command, async (verb) => {
        const { eject } = await import('./eject/plan.ts')
        return eject(verb)
      }),
    )
}

const aboutEject = `
It looks at the stack's outputs, at the active receipt rule set and at what was active before, and prints the steps in the
order in which they lose no mail. The commands are for you to run; look at each before you do.`
