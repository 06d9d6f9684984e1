import type { Command } from 'commander'
import { addPattern, listPatterns, removePattern } from './recipients/patterns.ts'
import { addImportVerbs } from './recipients/import-verbs.ts'
import { add, complete, remove, type NewEntry } from './recipients/change.ts'
import { list } from './recipients/list.ts'
import { lookUp } from './recipients/look-up.ts'
import type { Run } from './verb.ts'

/** `quietgate recipients`: the directory of who exists, an entry at a time or a list at a time. */
export function addRecipients(program: Command, run: Run): void {
  const recipients = program
    .command('recipients')
    .description('Who exists: the directory that the filter asks.')
    .addHelpText('after', aboutAddresses)
  recipients
    .command('add')
    .description('Add addresses. All of them are checked before the first is written.')
    .argument('<address...>', 'user@domain; with --catch-all a domain')
    .option('--alias <target>', 'they are other names of this address')
    .option('--deny', 'they are not to be reached, not even through a catch-all')
    .option('--catch-all', 'whatever the domain does not have otherwise exists, too')
    .action((addresses: string[], options: KindOptions, command: Command) => {
      const chosen = chosenOf(options)
      if (chosen.length > 1) command.error(`error: ${chosen.join(' and ')} cannot be used together`)
      return run(command, (verb) => add(addresses, kindOf(options), verb))
    })
  recipients
    .command('remove')
    .description('Remove addresses. All of them are checked before the first is removed.')
    .argument('<address...>', 'user@domain, or @domain for a catch-all')
    .addHelpText('after', aboutRemoval)
    .action((addresses: string[], _options, command: Command) => run(command, (verb) => remove(addresses, verb)))
  recipients
    .command('list')
    .description('Print the entries, in no order; with --json one object a line.')
    .argument('[domain]', 'only the entries of this domain')
    .action((domain: string | undefined, _options, command: Command) =>
      run(command, (verb) => list(domain ?? null, verb)),
    )
  recipients
    .command('lookup')
    .description('Say how the filter resolves an address, step by step.')
    .argument('<address>', 'as it would stand in RCPT TO')
    .action((address: string, _options, command: Command) => run(command, (verb) => lookUp(address, verb)))
  recipients
    .command('complete')
    .description(
      "State that the domain's list is finished. Before that nobody is unknown there. Refused (exit 3) while it is empty.",
    )
    .argument('<domain>', 'a domain of the configuration')
    .addHelpText('after', aboutCompletion)
    .action((domain: string, _options, command: Command) => run(command, (verb) => complete(domain, verb)))
  addImportVerbs(recipients, run)
  addPatterns(recipients, run)
}

function addPatterns(recipients: Command, run: Run): void {
  const patterns = recipients.command('patterns').description('Local parts that exist by their form, of a domain.')
  patterns
    .command('list')
    .description('Print the patterns of a domain.')
    .argument('<domain>', 'a domain of the configuration')
    .action((domain: string, _options, command: Command) => run(command, (verb) => listPatterns(domain, verb)))
  patterns
    .command('add')
    .description('Add a pattern: whoever matches it exists.')
    .argument('<domain>', 'a domain of the configuration')
    .argument('<pattern>', 'a local part; "*" stands for anything, "[+-]" for one of these')
    .action((domain: string, pattern: string, _options, command: Command) =>
      run(command, (verb) => addPattern(domain, pattern, verb)),
    )
  patterns
    .command('remove')
    .description('Remove a pattern.')
    .argument('<domain>', 'a domain of the configuration')
    .argument('<pattern>', 'as list prints it')
    .action((domain: string, pattern: string, _options, command: Command) =>
      run(command, (verb) => removePattern(domain, pattern, verb)),
    )
}

type KindOptions = { readonly alias?: string; readonly deny?: true; readonly catchAll?: true }

function chosenOf({ alias, deny, catchAll }: KindOptions): readonly string[] {
  return [
    ...(alias === undefined ? [] : ['--alias']),
    ...(deny === undefined ? [] : ['--deny']),
    ...(catchAll === undefined ? [] : ['--catch-all']),
  ]
}

function kindOf({ alias, deny, catchAll }: KindOptions): NewEntry {
  if (alias !== undefined) return { kind: 'alias', target: alias }
  if (deny === true) return { kind: 'deny' }
  return { kind: catchAll === true ? 'catch-all' : 'mailbox' }
}

const aboutRemoval = `
It happens at once: the days of grace are for those whom a list no longer has. An address that an import wrote does not come
back with the next import of the same list; take it off the list, too.`

const aboutCompletion = `
For lists that were typed by hand. An import does it by itself, unless it is --partial.`

const aboutAddresses = `
Addresses are written as the filter compares them: the domain in ASCII and lower case, the local part in NFC and, unless
the configuration says otherwise (foldCase), in lower case. The configuration is cdk.json, or with --local that of the
samples; --config names another. It must be the one that the stack was made of.`
