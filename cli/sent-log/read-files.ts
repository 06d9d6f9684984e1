import { createReadStream, statSync } from 'node:fs'
import { createProgress, type Progress } from '../progress.ts'
import { say } from '../terminal.ts'
import type { Verb } from '../verb.ts'
import { linesOf } from './lines.ts'
import { longestLine, type EntryReader } from './read-entries.ts'
import type { EntryWriter } from './write-entries.ts'

/** So many problems are said one by one. */
const mostProblems = 20

/** Reads all files into the writer. Returns how many lines and files could not be read. */
export async function readFiles(
  paths: readonly string[],
  stdin: AsyncIterable<Uint8Array>,
  reader: EntryReader,
  writer: EntryWriter,
  { terminal }: Verb,
): Promise<number> {
  const progress = createProgress(terminal)
  const total = paths.reduce((sum, path) => sum + sizeOf(path), 0)
  let unreadable = 0
  let octets = 0
  const problem = (sentence: string): void => {
    progress.clear()
    unreadable += 1
    if (unreadable <= mostProblems) say(terminal, sentence)
    if (unreadable === mostProblems) say(terminal, 'Further problems are only counted.')
  }
  const measured = async function* (stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
    for await (const chunk of stream) {
      octets += chunk.length
      yield chunk
      showProgress(progress, octets, total, writer)
    }
  }
  for (const path of paths) {
    try {
      const stream: AsyncIterable<Uint8Array> = path === '-' ? stdin : createReadStream(path)
      const name = path === '-' ? 'standard input' : path
      const goesOn = await readStream(measured(stream), reader, writer, (line, what) =>
        problem(`${name}:${line}: ${what}`),
      )
      if (!goesOn) break
    } catch (error) {
      const code = ioCodeOf(error)
      if (code === null) throw error
      problem(`${path} cannot be read (${code}): name a file, or - for standard input.`)
    }
  }
  await writer.add(reader.end())
  await writer.end()
  progress.clear()
  return unreadable
}

/** `false`: the table takes no more. */
async function readStream(
  stream: AsyncIterable<Uint8Array>,
  reader: EntryReader,
  writer: EntryWriter,
  problem: (line: number, what: string) => void,
): Promise<boolean> {
  reader.begin()
  let number = 0
  for await (const lines of linesOf(stream, longestLine)) {
    for (const line of lines) {
      number += 1
      const read = reader.read(line)
      if (read.problem !== null) problem(number, read.problem)
      if (read.entries.length > 0 && !(await writer.add(read.entries))) return false
    }
  }
  return true
}

function showProgress(progress: Progress, octets: number, total: number, writer: EntryWriter): void {
  progress.show(`${total === 0 ? '' : barOf(Math.min(1, octets / total))}${writer.written().entries} entries`)
}

function barOf(share: number): string {
  const filled = Math.floor(share * WIDTH)
  return `[${'#'.repeat(filled)}${' '.repeat(WIDTH - filled)}] ${Math.floor(share * 100)} %  `
}

const WIDTH = 30

/** Octets; of standard input and of a path that is not there, none. */
function sizeOf(path: string): number {
  return path === '-' ? 0 : (statSync(path, { throwIfNoEntry: false })?.size ?? 0)
}

function ioCodeOf(error: unknown): string | null {
  return error instanceof Error && 'syscall' in error && 'code' in error ? String(error.code) : null
}
