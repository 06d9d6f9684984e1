import type { ListedItem } from '../../lambda/adapters/directory-editor.ts'
import { readDomain } from '../entry-keys.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { printJson, say, write, type Terminal } from '../terminal.ts'
import { fail, type Verb } from '../verb.ts'
import { withDirectory } from './open.ts'

export type ExportFormat = 'jsonl' | 'csv' | 'plain'

/**
 * Prints the whole directory in a form that `import` reads back. It is written octet for octet, since a file is what it is
 * for; `list` is for people.
 */
export function exportDirectory(domainText: string | null, format: ExportFormat, verb: Verb): Promise<ExitCode> {
  return withDirectory(verb, async ({ editor, name }) => {
    const domain = domainText === null ? null : readDomain(domainText)
    if (domain?.answer === 'problem') return fail(verb, domain.problem)
    if (format === 'csv') await write(verb.terminal.stdout, `${csvColumns.join(',')}\n`)
    let count = 0
    let leftOut = 0
    for await (const item of editor.list(domain?.name ?? null)) {
      if (await printItem(item, format, verb.terminal)) count += 1
      else leftOut += 1
    }
    say(verb.terminal, `${count} ${count === 1 ? 'entry' : 'entries'} of ${name}.`)
    if (leftOut > 0) {
      say(
        verb.terminal,
        `${leftOut} ${leftOut === 1 ? 'address is' : 'addresses are'} left out (removed, denied, or with a #), which a plain list cannot say.`,
      )
    }
    return exitCodes.ok
  })
}

/** `false`: this format cannot say it. A denied or removed address in a plain list would come back as somebody. */
async function printItem(item: ListedItem, format: ExportFormat, terminal: Terminal): Promise<boolean> {
  const { key, entry, source } = item
  const { kind, target, removedAt } = entry
  switch (format) {
    case 'jsonl':
      await printJson(terminal, {
        address: key,
        kind,
        ...(target === null ? {} : { target }),
        ...(source === null ? {} : { source }),
        ...(removedAt === null ? {} : { removed_at: removedAt }),
      })
      return true
    case 'csv':
      await write(
        terminal.stdout,
        `${[key, kind, target, source, removedAt].map((value) => csvCell(value ?? '')).join(',')}\n`,
      )
      return true
    case 'plain':
      // `#` begins a comment there.
      if (removedAt !== null || kind === 'deny' || /^#|\s#/.test(key)) return false
      await write(terminal.stdout, `${key}\n`)
      return true
  }
}

const csvColumns = ['address', 'kind', 'target', 'source', 'removed_at']

/**
 * A cell of RFC 4180. What a spreadsheet would take for a formula gets an apostrophe in front, full-width signs and leading blanks
 * included, as does what begins with an apostrophe; `import` takes it off again where the column `removed_at` says that the file is an
 * export of ours.
 */
export function csvCell(text: string): string {
  const safe = /^[=+\-@'\t\r\n\uff1d\uff0b\uff0d\uff20]/.test(text) ? `'${text}` : text
  return /[",\s;]/.test(safe) || safe !== text ? `"${safe.replaceAll('"', '""')}"` : safe
}
