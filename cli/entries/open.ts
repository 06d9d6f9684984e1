import { createEntryList } from '../../lambda/adapters/s3-entry-list.ts'
import { createS3RecordObjects } from '../../lambda/adapters/s3-record-objects.ts'
import type { EntriesChanged, EntryList } from '../../lambda/ports/entry-list.ts'
import type { ExitCode } from '../exit-codes.ts'
import { withRecords } from '../records/open-records.ts'
import { fail, type Verb } from '../verb.ts'

export type OpenEntries = {
  readonly entries: EntryList
  /** "the local stack" */
  readonly name: string
  readonly signal: AbortSignal
}

/** Longer than any of it takes; a person would have given up. */
const patienceMs = 60_000

export function withEntries(verb: Verb, work: (opened: OpenEntries) => Promise<ExitCode>): Promise<ExitCode> {
  return withRecords(verb, ({ client, bucket, name }) => {
    const entries = createEntryList(createS3RecordObjects(client, bucket))
    return work({ entries, name, signal: AbortSignal.timeout(patienceMs) })
  })
}

/** What kept the entries from being read or changed, and what to do about it. */
export function failedWith(cause: Extract<EntriesChanged, { answer: 'failed' }>['cause'], verb: Verb): ExitCode {
  return fail(verb, `The entries could not be ${causeWords[cause] ?? `reached (${cause}): try it again.`}`)
}

const causeWords: { readonly [cause: string]: string | undefined } = {
  malformed:
    'read: entries/entries.json in the record bucket is not what this version writes. Bring back an earlier version of the object, or use a newer quietgate; nothing was changed.',
  overtaken: 'changed: others were faster ten times in a row. Try it again.',
  refused: 'reached: the credentials may not read or write entries/entries.json in the record bucket (or list it).',
}
