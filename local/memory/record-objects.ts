import { createHash } from 'node:crypto'
import type { RecordObjects } from '../../lambda/ports/record-objects.ts'

export type MemoryObject = { readonly bytes: Uint8Array; readonly writtenAt: string; readonly note: string | null }

export type MemoryRecordObjects = RecordObjects & {
  readonly objects: ReadonlyMap<string, MemoryObject>
  /** Puts an object there, whatever stood there before. `writtenAt` is ISO 8601 UTC. */
  readonly put: (key: string, content: string | Uint8Array, writtenAt: string) => void
}

/** A record bucket that ends with the process. `now` is when what `write` writes was written, in milliseconds. */
export function createMemoryRecordObjects(now: () => number, pageSize = 1000): MemoryRecordObjects {
  const objects = new Map<string, MemoryObject>()
  return {
    objects,
    put: (key, content, writtenAt) => {
      objects.set(key, { bytes: Buffer.from(content), writtenAt, note: null })
    },
    list: async function* (prefix) {
      const keys = [...objects.keys()].filter((key) => key.startsWith(prefix)).sort()
      for (let at = 0; at === 0 || at < keys.length; at += pageSize) {
        yield await Promise.resolve(
          keys.slice(at, at + pageSize).flatMap((key) => {
            const object = objects.get(key)
            return object === undefined ? [] : [{ key, writtenAt: object.writtenAt, size: object.bytes.length }]
          }),
        )
      }
    },
    read: (key) => {
      const object = objects.get(key)
      return Promise.resolve(object === undefined ? null : once(object.bytes))
    },
    stat: (key) => {
      const object = objects.get(key)
      return Promise.resolve(object === undefined ? null : { etag: etagOf(object.bytes), note: object.note })
    },
    write: async (key, { open, note }, replaces) => {
      const chunks: Uint8Array[] = []
      for await (const chunk of open()) chunks.push(chunk)
      const stands = objects.get(key)
      if ((stands === undefined ? null : etagOf(stands.bytes)) !== (replaces?.etag ?? null)) return 'overtaken'
      objects.set(key, { bytes: Buffer.concat(chunks), writtenAt: new Date(now()).toISOString(), note })
      return 'written'
    },
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes)
}

function etagOf(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex')
}
