import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { RecordsInterrupted, type RecordObjects } from '../ports/record-objects.ts'

/** The octets of a gzip stream. What is broken or cut short is thrown, and so is what interrupts the reading. */
export async function* unpacked(body: AsyncIterable<Uint8Array>, key: string): AsyncGenerator<Buffer> {
  const source = Readable.from(body, { objectMode: false })
  const gunzip = createGunzip({ chunkSize: 256 * 1024 })
  source.on('error', (error) => gunzip.destroy(error))
  try {
    for await (const chunk of source.pipe(gunzip)) yield chunk as Buffer
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')) {
      throw new RecordsInterrupted(`unpacking ${key}`, String(error.code), { cause: error })
    }
    throw error
  } finally {
    source.destroy()
    gunzip.destroy()
  }
}

/** An object as UTF-8; null: it is not there. */
export async function textOf(objects: RecordObjects, key: string, signal: AbortSignal): Promise<string | null> {
  const body = await objects.read(key, signal)
  if (body === null) return null
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}
