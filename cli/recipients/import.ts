import { createReadStream, statSync } from 'node:fs'
import { planImport } from '../../lambda/import-directory.ts'
import type { ImportSource } from '../../lambda/import-directory/import.ts'
import { createProgress } from '../progress.ts'
import type { ExitCode } from '../exit-codes.ts'
import type { Terminal } from '../terminal.ts'
import { fail, type Verb } from '../verb.ts'
import { carryOut, never, type Manner } from './carry-out.ts'
import { readSettings, type ImportSettings } from './import-settings.ts'
import { barOf } from '../bar.ts'
import { withImports } from './open-imports.ts'

/** `quietgate recipients import` and, with `manner: 'diff'`, `recipients diff`: what a list would change, and the change. */
export function importFile(
  path: string,
  settings: ImportSettings,
  manner: Manner,
  stdin: AsyncIterable<Uint8Array>,
  verb: Verb,
): Promise<ExitCode> {
  return withImports(verb, async (imports) => {
    const read = readSettings(path, settings, imports)
    if (read.answer === 'problems') return fail(verb, ...read.problems)
    const opened = openSource(path, read.source, stdin, verb.terminal)
    if ('problem' in opened) return fail(verb, opened.problem)
    const planned = await planImport(opened.source, read.options, imports.ports, never)
    opened.done()
    const place = path === '-' ? 'standard input' : path
    return carryOut(planned, { place, from: null, source: read.source, manner, force: settings.force }, imports, verb)
  })
}

type Opened = { readonly source: ImportSource; readonly done: () => void }

function openSource(
  path: string,
  name: string,
  stdin: AsyncIterable<Uint8Array>,
  terminal: Terminal,
): Opened | { readonly problem: string } {
  const size = path === '-' ? null : sizeOf(path)
  if (typeof size === 'string')
    return { problem: `${path} cannot be read (${size}): name a file, or - for standard input.` }
  const progress = createProgress(terminal)
  const bytes = async function* (): AsyncIterable<Uint8Array> {
    let done = 0
    for await (const chunk of path === '-' ? stdin : (createReadStream(path) as AsyncIterable<Uint8Array>)) {
      yield chunk
      done += chunk.length
      progress.show(size === null ? `${done} bytes read` : `${barOf(done, size)} of the list read`)
    }
  }
  return { source: { name, size, bytes: bytes() }, done: () => progress.clear() }
}

/** Bytes; null: nobody knows, as of a pipe; a text: the code of why it cannot be read. */
function sizeOf(path: string): number | null | string {
  try {
    const stat = statSync(path)
    if (stat.isDirectory()) return 'EISDIR'
    return stat.isFile() ? stat.size : null
  } catch (error) {
    if (error instanceof Error && 'code' in error) return String(error.code)
    throw error
  }
}
