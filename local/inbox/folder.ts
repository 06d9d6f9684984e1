import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { decodeWords } from '../../lambda/core/protocol/encoded-words.ts'
import { firstField, parseHeaderBlock } from '../../lambda/core/protocol/header.ts'
import type { InboxMessage } from './message.ts'

/** Kept messages: for each `ID.eml`, the octets, and `ID.json`, which is written last: without it there is no message. */
export type InboxFolder = {
  readonly keep: (envelope: Pick<InboxMessage, 'from' | 'to'>, octets: Buffer) => InboxMessage
  readonly messages: () => readonly InboxMessage[]
  readonly raw: (id: string) => Buffer | null
}

export function openInboxFolder(
  dataDir: string,
  most: { readonly messages: number; readonly octets: number },
  now: () => number = Date.now,
): InboxFolder {
  const folder = join(dataDir, 'inbox')
  mkdirSync(folder, { recursive: true })
  /** The oldest first. */
  const kept = readKept(folder)
  dropHalves(folder, new Set(kept.map(({ id }) => id)))
  let octetsKept = kept.reduce((sum, { size }) => sum + size, 0)
  let count = 0
  const dropOld = (): void => {
    while (kept.length > most.messages || (octetsKept > most.octets && kept.length > 1)) {
      const oldest = kept.shift()
      if (oldest === undefined) return
      octetsKept -= oldest.size
      for (const end of ['json', 'eml']) rmSync(join(folder, `${oldest.id}.${end}`), { force: true })
    }
  }
  dropOld()
  return {
    keep: (envelope, octets) => {
      const receivedAt = new Date(now()).toISOString()
      const id = `${receivedAt.replaceAll(/\D/g, '')}-${process.pid}-${String(count++).padStart(6, '0')}`
      const message: InboxMessage = { id, receivedAt, ...envelope, size: octets.length, ...subjectOf(octets) }
      writeFileSync(join(folder, `${id}.eml`), octets)
      // Whoever is killed in between leaves no half a message that is found again.
      writeFileSync(join(folder, `${id}.new`), JSON.stringify(message))
      renameSync(join(folder, `${id}.new`), join(folder, `${id}.json`))
      kept.push(message)
      octetsKept += octets.length
      dropOld()
      return message
    },
    messages: () => kept.toReversed(),
    raw: (id) => (kept.some((message) => message.id === id) ? readFileSync(join(folder, `${id}.eml`)) : null),
  }
}

/** The oldest first; what is none of ours is passed over. */
function readKept(folder: string): InboxMessage[] {
  const kept: InboxMessage[] = []
  for (const name of readdirSync(folder).sort()) {
    if (!/^[\w-]+\.json$/.test(name)) continue
    try {
      const message = JSON.parse(readFileSync(join(folder, name), 'utf8')) as InboxMessage | null
      if (`${message?.id}.json` === name && Number.isInteger(message?.size)) kept.push(message as InboxMessage)
    } catch {
      continue
    }
  }
  return kept
}

/** What somebody was killed over. It counts for no bound, and would stay for good. */
function dropHalves(folder: string, whole: ReadonlySet<string>): void {
  for (const name of readdirSync(folder)) {
    const [, id = ''] = /^(\d{17}-\d+-\d{6})\.(?:eml|new)$/.exec(name) ?? []
    if (id !== '' && !whole.has(id)) rmSync(join(folder, name), { force: true })
  }
}

/** Headers are read as far as SES reads them. */
const mostHeader = 256 * 1024

function subjectOf(octets: Buffer): { readonly subject?: string } {
  const { fields } = parseHeaderBlock(octets.subarray(0, mostHeader).toString('latin1'))
  const subject = firstField(fields, 'subject')
  return subject === null ? {} : { subject: decodeWords(Buffer.from(subject, 'latin1').toString('utf8')) }
}
