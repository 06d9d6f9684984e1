import { createReadStream, readdirSync, statSync } from 'node:fs'
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** One message of a file, a folder or an mbox. `name` is the path, with the message's number where a file has several. */
export type MailFile = { readonly name: string; readonly message: Buffer }

/** How many messages there are, for a progress bar; an mbox counts as one until it is read. */
export function countMailFiles(path: string): number {
  return filesBelow(path).length
}

/** Every message below a path, in the order of the names. A file that begins with `From ` is an mbox (RFC 4155). */
export async function* readMailFiles(path: string): AsyncIterable<MailFile> {
  for (const file of filesBelow(path)) {
    if (await isMbox(file)) yield* readMbox(file)
    else yield { name: file, message: await readFile(file) }
  }
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
async function* readMbox(path: string): AsyncIterable<MailFile> {
  // latin1 keeps each byte as one character.
  const lines = createInterface({ input: createReadStream(path, 'latin1'), crlfDelay: Infinity })
  let message: string[] = []
  let number = 0
  let afterEmpty = true
  const finished = (): MailFile => ({ name: `${path}#${number}`, message: Buffer.from(message.join('\r\n'), 'latin1') })
  for await (const line of lines) {
    if (afterEmpty && line.startsWith('From ')) {
      if (number > 0) yield finished()
      number += 1
      message = []
    } else message.push(/^>+From /.test(line) ? line.slice(1) : line)
    afterEmpty = line === ''
  }
  if (number > 0) yield finished()
}
