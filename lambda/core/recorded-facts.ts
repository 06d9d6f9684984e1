import { noBounce } from './bounce-facts.ts'
import { noEntries } from './entries/entries-fact.ts'
import type { Facts } from './facts.ts'
import type { DecisionRecord } from './record.ts'

/**
 * The facts of a record, as this version of the code knows them; null where there are none that it knows. A question that an older
 * version did not know was not asked.
 */
export function factsOf({ facts }: Pick<DecisionRecord, 'facts'>): Facts | null {
  let written: Partial<Facts> | null
  try {
    written = JSON.parse(facts) as Partial<Facts> | null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
  if (typeof written !== 'object' || written === null) return null
  const { message, recipients, zones, bounce = noBounce('not-known'), entries = noEntries('not-known') } = written
  if (
    typeof message !== 'object' ||
    (message as unknown) === null ||
    !Array.isArray(recipients) ||
    !Array.isArray(zones)
  )
    return null
  return { ...written, message, recipients, zones, bounce, entries }
}
