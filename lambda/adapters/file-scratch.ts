import { randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { ImportInterrupted, type Scratch } from '../ports/import-ports.ts'

/** Files in a folder of their own below `parent`; `close` removes it with all that is left in it. */
export async function openFileScratch(parent: string): Promise<Scratch & { readonly close: () => Promise<void> }> {
  const folder = await mkdtemp(join(parent, 'quietgate-import-'))
  return {
    write: async (lines, { gzip }) => {
      const path = join(folder, randomUUID())
      const source = Readable.from(chunksOf(lines), { objectMode: false })
      const file = createWriteStream(path, { mode: 0o600 })
      try {
        await (gzip ? pipeline(source, createGzip({ level: 6 }), file) : pipeline(source, file))
      } catch (error) {
        throw ofDisk(error)
      }
      const { size } = await stat(path)
      const remove = () => rm(path, { force: true })
      return { size, open: () => createReadStream(path, { highWaterMark: 64 * 1024 }), remove }
    },
    close: () => rm(folder, { recursive: true, force: true }),
  }
}

async function* chunksOf(lines: AsyncIterable<readonly string[]>): AsyncIterable<string> {
  for await (const batch of lines) if (batch.length > 0) yield `${batch.join('\n')}\n`
}

/** A full disk is no bug of ours; everything else that comes through here is passed on as it is. */
function ofDisk(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null
  const system = code !== null && /^E[A-Z]+$/.test(code)
  return system ? new ImportInterrupted('writing a temporary file', code, { cause: error }) : error
}
