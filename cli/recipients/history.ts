import { readHistory, readSnapshots } from '../../lambda/import-directory.ts'
import type { HistoryEntry } from '../../lambda/import-directory/import.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { print, printJson, say } from '../terminal.ts'
import type { Verb } from '../verb.ts'
import { never } from './carry-out.ts'
import { withImports } from './open-imports.ts'

/** Prints the last imports, whatever became of them, the newest first. */
export function history(source: string | null, most: number, verb: Verb): Promise<ExitCode> {
  return withImports(verb, async ({ ports, name }) => {
    const entries = await readHistory(ports.archive, { source, most }, never)
    const kept = new Set<string>()
    for (const one of new Set(entries.map((entry) => entry.source))) {
      for (const key of await readSnapshots(ports.archive, one, never)) kept.add(key)
    }
    for (const entry of entries) {
      const canReturn = [...kept].some((key) => key.includes(`/${entry.source}/${entry.id}.`))
      if (verb.json) await printJson(verb.terminal, { ...entry, can_return: canReturn })
      else await print(verb.terminal, ...columnsOf(entry, canReturn))
    }
    if (entries.length === 0) {
      say(verb.terminal, `Nothing was imported into ${name} yet${source === null ? '' : ` from ${source}`}.`)
    }
    return exitCodes.ok
  })
}

function columnsOf(entry: HistoryEntry, canReturn: boolean): readonly string[] {
  const { at, source, result, by, entries, added, changed, removed, forced, guards, id } = entry
  const why = guards.length === 0 ? '' : ` (${forced ? 'forced past ' : ''}${guards.join(', ')})`
  return [
    at,
    source,
    `${result}${why}`,
    `${entries} entries: +${added} ~${changed} -${removed}`,
    `by ${by}`,
    canReturn ? `${id} (can be returned to)` : id,
  ]
}
