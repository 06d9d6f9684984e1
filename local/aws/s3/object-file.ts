import { createHash } from 'node:crypto'
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import type { Checksum } from './checksums.ts'

export type Tag = { readonly name: string; readonly value: string }

/** All that is known about an object beside its bytes. */
export type ObjectHead = {
  readonly key: string
  readonly size: number
  /** Without quotes. */
  readonly etag: string
  /** Milliseconds since 1970. */
  readonly modifiedAt: number
  /** What GET repeats: content-type, x-amz-meta-* ... by lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  readonly tags: readonly Tag[]
  readonly checksum: Checksum | null
}

/*
 * One file an object: its bytes, then its head as JSON, then the length of the head and a mark. One file, because two could
 * not be renamed at once: a crash in between would pair an old head with a new body. Bytes first, because then the file of
 * a mail opens as a mail.
 */
const MARK = 'QGO1'
const FOOTER = 4 + MARK.length
const LARGEST_HEAD = 1024 * 1024
const LONGEST_READABLE = 180

export function tailOf(head: ObjectHead): Buffer {
  const json = Buffer.from(JSON.stringify(head))
  const footer = Buffer.alloc(FOOTER)
  footer.writeUInt32BE(json.length, 0)
  footer.write(MARK, 4, 'latin1')
  return Buffer.concat([json, footer])
}

/** Null where the file does not end as an object does: it was damaged, or somebody put it there. */
export function readHead(path: string): ObjectHead | null {
  const file = openSync(path, 'r')
  try {
    const { size } = fstatSync(file)
    const footer = bytesAt(file, size - FOOTER, FOOTER)
    if (footer?.toString('latin1', 4) !== MARK) return null
    const length = footer.readUInt32BE(0)
    const json = length <= LARGEST_HEAD ? bytesAt(file, size - FOOTER - length, length) : null
    if (json === null) return null
    const head = JSON.parse(json.toString()) as ObjectHead
    return head.size === size - FOOTER - length ? head : null
  } catch {
    return null
  } finally {
    closeSync(file)
  }
}

/**
 * A file name for any key: what every file system takes stays readable, the rest is %XX, upper case too (some file systems
 * take A and a for the same). A long one is cut and ends with the hash of the key. The key itself stands in the head.
 */
export function fileNameOf(key: string): string {
  let name = ''
  for (const byte of Buffer.from(key)) {
    const character = String.fromCharCode(byte)
    const plain = PLAIN.has(character) && !(character === '.' && name === '')
    name += plain ? character : `%${byte.toString(16).padStart(2, '0')}`
  }
  if (name.length <= LONGEST_READABLE) return name
  // A tilde never comes out of the encoding, so a cut name is nobody else's.
  return `${name.slice(0, LONGEST_READABLE - 65)}~${createHash('sha256').update(key).digest('hex')}`
}

const PLAIN = new Set('abcdefghijklmnopqrstuvwxyz0123456789._-=@+')

function bytesAt(file: number, position: number, length: number): Buffer | null {
  if (position < 0) return null
  const bytes = Buffer.alloc(length)
  return readSync(file, bytes, 0, length, position) === length ? bytes : null
}
