import { Option, type Command } from 'commander'
import { formats, type Format } from '../../lambda/core/directory-import/recognise.ts'
import type { Run } from '../verb.ts'
import type { ExportFormat } from './export.ts'
import type { ImportSettings } from './import-settings.ts'

/** The verbs of `quietgate recipients` that work on whole lists. They load S3, which the others are spared. */
export function addImportVerbs(recipients: Command, run: Run): void {
  sourced(recipients.command('import'))
    .description('Make the directory what a list says. What would change is shown first.')
    .option('--dry-run', 'only show it')
    .option('--force', 'do it even if a guard speaks against it; never with rows that cannot be read')
    .addHelpText('after', aboutImports)
    .action((file: string, options: SourceOptions, command: Command) =>
      run(command, async (verb) => {
        const { importFile } = await import('./import.ts')
        const manner = options.dryRun === true ? 'dry-run' : 'apply'
        return importFile(file, settingsOf(options), manner, process.stdin, verb)
      }),
    )
  sourced(recipients.command('diff'))
    .description('Print everything that an import of the list would change, an address a line. Nothing is changed.')
    .action((file: string, options: SourceOptions, command: Command) =>
      run(command, async (verb) => {
        const { importFile } = await import('./import.ts')
        return importFile(file, settingsOf(options), 'diff', process.stdin, verb)
      }),
    )
  addExport(recipients, run)
  addHistory(recipients, run)
  addRollback(recipients, run)
}

function addExport(recipients: Command, run: Run): void {
  recipients
    .command('export')
    .description('Print the whole directory in a form that import reads back, in no order.')
    .option('--domain <domain>', 'only the entries of this domain')
    .addOption(new Option('--format <format>', 'how').choices(['jsonl', 'csv', 'plain']).default('jsonl'))
    .action((options: { readonly domain?: string; readonly format: ExportFormat }, command: Command) =>
      run(command, async (verb) => {
        const { exportDirectory } = await import('./export.ts')
        return exportDirectory(options.domain ?? null, options.format, verb)
      }),
    )
}

function addHistory(recipients: Command, run: Run): void {
  recipients
    .command('history')
    .description('Print the last imports, the newest first: when, of what, what became of it, by whom.')
    .option('--source <name>', 'only those of this source')
    .addOption(new Option('--most <number>', 'how many').default(20).argParser(Number))
    .action((options: { readonly source?: string; readonly most: number }, command: Command) => {
      const { most } = options
      if (!Number.isInteger(most) || most < 1 || most > 10_000) {
        command.error('error: --most is a whole number from 1 to 10000')
      }
      return run(command, async (verb) => {
        const { history } = await import('./history.ts')
        return history(options.source ?? null, most, verb)
      })
    })
}

function addRollback(recipients: Command, run: Run): void {
  recipients
    .command('rollback')
    .description('Import an earlier list of a source again. The last ten are kept; history says which.')
    .requiredOption('--source <name>', 'the source')
    .option('--to <import>', 'the id of an import, or its beginning (default: the import before the last)')
    .option('--dry-run', 'only show what would change')
    .option('--force', 'do it even if a guard speaks against it')
    .option('--max-removed <share|number>', 'how many entries may go at once (default: 10%)')
    .action((options: SourceOptions & { readonly source: string; readonly to?: string }, command: Command) =>
      run(command, async (verb) => {
        const { rollback } = await import('./rollback.ts')
        const { dryRun, force, maxRemoved } = settingsOf(options)
        return rollback({ source: options.source, to: options.to ?? null, dryRun, force, maxRemoved }, verb)
      }),
    )
}

type SourceOptions = {
  readonly source?: string
  readonly format?: Format
  readonly column?: readonly string[]
  readonly defaultDomain?: string
  readonly maxRemoved?: string
  readonly dryRun?: true
  readonly force?: true
  readonly skipBad?: true
  readonly partial?: true
}

function sourced(command: Command): Command {
  return command
    .argument('<file>', 'the list; - is standard input')
    .option('--source <name>', "what the list is called in every import (default: the file's name without its ending)")
    .addOption(new Option('--format <format>', 'of the list (default: seen from its first lines)').choices(formats))
    .option('--column <role=name>', 'a CSV column: address, alias, kind or target; several with commas', collect)
    .option('--default-domain <domain>', 'of addresses that stand there without one')
    .option('--max-removed <share|number>', "how many of the source's entries may go at once (default: 10%)")
    .option('--skip-bad', 'leave out rows that cannot be read')
    .option('--partial', 'the list is only a part of its domains: none becomes complete by it')
}

function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value]
}

function settingsOf(options: SourceOptions): ImportSettings {
  return {
    source: options.source ?? null,
    format: options.format ?? null,
    columns: options.column ?? [],
    defaultDomain: options.defaultDomain ?? null,
    maxRemoved: options.maxRemoved ?? null,
    dryRun: options.dryRun === true,
    force: options.force === true,
    skipBad: options.skipBad === true,
    partial: options.partial === true,
  }
}

const aboutImports = `
A list is compared with the last import of the same source. Whoever stood in that and not in this is removed, and is still
known for the days of grace; entries that were added by hand or by another source stay. A domain becomes complete by its first
whole list that is not empty. Refused (exit 3) is a list that is empty or cut short, that removes too much, or that has rows
which cannot be read. Columns of Google Workspace and Microsoft 365 are known; of others: --column address=Mail,alias=Other.
More: docs/directory.md.`
