import type { Entry } from '../core/entries/entry.ts'
import { parseEntries, writeEntries } from '../core/entries/file.ts'
import { entriesKey, MAX_ENTRIES_OCTETS } from '../core/entries/place.ts'
import type { EntriesChanged, EntryList } from '../ports/entry-list.ts'
import { RecordsInterrupted, type RecordObjects } from '../ports/record-objects.ts'

/**
 * The entries as one object of the record bucket, replaced as a whole and only if it is still the one that was read. What cannot be
 * read is never written over: somebody's entries may be in it.
 */
export function createEntryList(objects: RecordObjects): EntryList {
  return {
    read: async (signal) => {
      try {
        const text = await readText(objects, signal)
        const entries = text === null ? [] : parseEntries(text)
        return entries === null ? { answer: 'unavailable', cause: 'malformed' } : { answer: 'entries', entries }
      } catch (error) {
        return { answer: 'unavailable', cause: causeOf(error) }
      }
    },
    change: async (edit, signal) => {
      try {
        return await change(objects, edit, signal)
      } catch (error) {
        return { answer: 'failed', cause: causeOf(error) }
      }
    },
  }
}

/** Each time somebody else was faster; so many people do not change entries at once. */
const attempts = 10

async function change(
  objects: RecordObjects,
  edit: (entries: readonly Entry[]) => readonly Entry[] | null,
  signal: AbortSignal,
): Promise<EntriesChanged> {
  let written: string | null = null
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    // Looked at before it is read: what comes in between is refused when it is written.
    const replaces = await objects.stat(entriesKey, signal)
    const text = replaces === null ? null : await readText(objects, signal)
    // A put whose answer was lost is tried again, and then meets itself.
    if (written !== null && text === written) return { answer: 'changed' }
    const entries = text === null ? [] : parseEntries(text)
    if (entries === null) return { answer: 'failed', cause: 'malformed' }
    const edited = edit(entries)
    if (edited === null) return { answer: 'unchanged' }
    written = writeEntries(edited)
    const octets = Buffer.from(written)
    const content = { size: octets.length, open: () => once(octets), note: 'entries' }
    if ((await objects.write(entriesKey, content, replaces, signal)) === 'written') return { answer: 'changed' }
  }
  return { answer: 'failed', cause: 'overtaken' }
}

/** Null: nobody ever wrote an entry. More octets than there can be are not read: the text is then none that can be parsed. */
async function readText(objects: RecordObjects, signal: AbortSignal): Promise<string | null> {
  const body = await objects.read(entriesKey, signal)
  if (body === null) return null
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > MAX_ENTRIES_OCTETS) return ''
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function causeOf(error: unknown): string {
  if (error instanceof RecordsInterrupted) return error.reason
  throw error
}

async function* once(octets: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(octets)
}
