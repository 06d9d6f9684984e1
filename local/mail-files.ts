import { createReadStream, readdirSync, statSync } from 'node:fs'
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'

/** One message of a file, a folder or an mbox. `name` is the path, with the message's number where a file has several. */
export type MailFile = { readonly name: string; readonly message: Buffer }

/** How many messages there are, for a progress bar; an mbox counts as one until it is read. */
export function countMailFiles(path: string): number {
  return filesBelow(path).length
}

/**
 * Every message below a path, in the order of the names. A file that begins with `From ` is an mbox (RFC 4155), except that
 * an `.eml` is one message always: some stores leave the line on top, and a returned message may bring another.
 */
export async function* readMailFiles(path: string): AsyncIterable<MailFile> {
  for (const file of filesBelow(path)) {
    if (!file.endsWith('.eml') && (await isMbox(file))) yield* readMbox(createReadStream(file, 'latin1'), file)
    else yield { name: file, message: await readFile(file) }
  }
}

/** The messages of a stream: an mbox, or one message. It is read to its end first. */
export async function* readMailStream(stream: AsyncIterable<Uint8Array>, name: string): AsyncIterable<MailFile> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  const message = Buffer.concat(chunks)
  if (message.subarray(0, 5).toString('latin1') !== 'From ') yield { name, message }
  else yield* readMbox(Readable.from([message.toString('latin1')]), name)
}

function filesBelow(path: string): readonly string[] {
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

async function isMbox(path: string): Promise<boolean> {
  const file = await open(path)
  try {
    const start = Buffer.alloc(5)
    await file.read(start, 0, 5, 0)
    return start.toString('latin1') === 'From '
  } finally {
    await file.close()
  }
}

/** Splits at `From ` behind an empty line, and takes one `>` off the lines that were quoted for that (mboxrd). */
async function* readMbox(input: Readable, path: string): AsyncIterable<MailFile> {
  // latin1 keeps each byte as one character.
  const lines = createInterface({ input, crlfDelay: Infinity })
  let message: string[] = []
  let number = 0
  let afterEmpty = true
  const finished = (name: string): MailFile => ({ name, message: Buffer.from(message.join('\r\n'), 'latin1') })
  for await (const line of lines) {
    if (afterEmpty && line.startsWith('From ') && (number === 0 || SEPARATOR.test(line))) {
      if (number > 0) yield finished(`${path}#${number}`)
      number += 1
      message = []
    } else message.push(/^>+From /.test(line) ? line.slice(1) : line)
    afterEmpty = line === ''
  }
  if (number > 0) yield finished(number === 1 ? path : `${path}#${number}`)
}

/** RFC 4155 A: an address and a time. A sentence that begins with From has none. */
const SEPARATOR = /^From \S+ .{0,30}\d\d:\d\d/
