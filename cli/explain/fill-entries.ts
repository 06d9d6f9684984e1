import { createEntryList } from '../../lambda/adapters/s3-entry-list.ts'
import { createS3RecordObjects } from '../../lambda/adapters/s3-record-objects.ts'
import type { Entry } from '../../lambda/core/entries/entry.ts'
import { newEntry } from '../../lambda/core/entries/new-entry.ts'
import type { LocalStack } from '../../local/stack.ts'

/** As somebody wrote them. */
export type GivenEntries = { readonly [L in Entry['list']]: readonly string[] }

type Read = { readonly value: readonly Entry[] } | { readonly problems: readonly string[] }

/** The entries that a decision is to be explained with, for a day. `now` is in milliseconds since 1970. */
export function entriesOf(given: GivenEntries, now: number): Read {
  const made = (['allow', 'block'] as const).flatMap((list) =>
    given[list].map((value) => {
      const option = `--${list}`
      const entry = newEntry({ list, value, owner: 'explain', reason: option, until: { days: 1 } }, now)
      return { option, entry }
    }),
  )
  const problems = made.flatMap(({ option, entry }) =>
    entry.answer === 'refused' ? [`${option}: ${entry.sentence}.`] : [],
  )
  if (problems.length > 0) return { problems }
  return { value: made.flatMap(({ entry }) => (entry.answer === 'entry' ? [entry.entry] : [])) }
}

/** Writes them where the filter of this stack reads them. */
export async function fillEntries(entries: readonly Entry[], { clients, outputs }: LocalStack): Promise<void> {
  if (entries.length === 0) return
  const list = createEntryList(createS3RecordObjects(clients.s3, outputs['RecordBucket'] ?? ''))
  const changed = await list.change(() => entries, AbortSignal.timeout(10_000))
  if (changed.answer !== 'changed') throw new Error(`the entries could not be written: ${JSON.stringify(changed)}`)
}
