import type { Command } from 'commander'
import type { Run } from './verb.ts'

type Options = { readonly domain: string; readonly confirm?: true; readonly out: string }

/** `quietgate conformance`: what SES does where no document says it, found out in a real account. */
export function addConformance(program: Command, run: Run): void {
  program
    .command('conformance')
    .description('Find out in an account of AWS what no document says of SES, for the laptop to do the same.')
    .requiredOption('--domain <domain>', 'a spare domain that SES has verified in the region')
    .option('--confirm', 'do it; without this it only says what it would do')
    .option('--out <file>', 'where the answers are written', 'ses-conformance.json')
    .addHelpText('after', aboutConformance)
    .action(({ domain, confirm, out }: Options, command: Command) =>
      run(command, async (verb) =>
        (await import('./conformance/run.ts')).conformance({ domain, confirm: confirm === true, out }, verb),
      ),
    )
}

const aboutConformance = `
It makes a stack of its own with two receipt rules and a function, makes the rule set the active one, sends five messages by SMTP
to the region's inbound endpoint, looks at the events that come of them, and takes everything away again. It asks: what
mail.source is for MAIL FROM:<>; what a recipient hears that no rule takes; where the header in an event is cut; and whether
STOP_RULE_SET in one rule ends the rules of other recipients. It needs port 25, a spare domain and a region in which no receipt
rule set is active, and is refused where one is. npm start -- --conformance FILE then does as SES does.`
