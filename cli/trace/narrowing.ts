import { createAthenaRecordIndex } from '../../lambda/adapters/athena-record-index.ts'
import { prices } from '../../lambda/core/cost.ts'
import { oneLine } from '../../lambda/core/plain-text.ts'
import type { IndexOptions, IndexUse } from '../../lambda/trace/narrow.ts'
import type { FoundStack } from '../target.ts'

/** `either`: Athena where it is worth it and there is one. */
export type Way = 'either' | 'scan' | 'athena'

export type OpenIndex = {
  readonly answer: 'open'
  /** What the search is told of it. */
  readonly options: IndexOptions
  readonly close: () => void
}

/** Missing only where Athena was asked for by name. */
export async function openIndex(
  way: Way,
  { name, outputs, athena }: FoundStack,
): Promise<OpenIndex | { readonly answer: 'missing'; readonly sentence: string }> {
  const without: OpenIndex = { answer: 'open', options: {}, close: () => undefined }
  if (way === 'scan') return without
  const [database, table] = (outputs.get('RecordsTable') ?? '').split('.')
  const workgroup = outputs.get('RecordsWorkGroup')
  if (athena === null || workgroup === undefined || database === undefined || table === undefined) {
    if (way === 'either') return without
    const why =
      athena === null ? 'its records are searched here' : 'it has no output RecordsWorkGroup: deploy this version first'
    return { answer: 'missing', sentence: `There is no Athena to ask for ${name}: ${why}. Leave out --athena.` }
  }
  const client = await athena()
  const index = createAthenaRecordIndex(client, { workgroup, database, table })
  const options = way === 'athena' ? { index, indexFrom: 0 } : { index }
  return { answer: 'open', options, close: () => client.destroy() }
}

/** Which way a search went, and what that cost. */
export function sentenceOfUse(use: IndexUse): string {
  const cost = use.scanned === 0 ? '' : ` It read ${bytes(use.scanned)}, which cost $${dollars(use.scanned)}.`
  if (use.answer === 'failed') {
    const cause = oneLine(use.cause, 300).replace(/\.$/, '')
    return `Athena could not say where to look (${cause}), so all records are read here.${cost}`
  }
  const objects = use.of === 1 ? '1 object' : `${use.of} objects`
  return `Athena left ${use.read} of ${objects} to be read here.${cost}`
}

function bytes(octets: number): string {
  if (octets >= 1e9) return `${(octets / 1e9).toFixed(1)} GB`
  return octets >= 1e6 ? `${(octets / 1e6).toFixed(0)} MB` : `${Math.ceil(octets / 1000)} KB`
}

function dollars(octets: number): string {
  const microdollars = Math.max(octets, prices.athenaLeastBytes) * prices.athenaByte
  return (microdollars / 1e6).toFixed(5)
}
