import { parseCidr } from '../protocol/ip.ts'
import type { Entry } from './entry.ts'
import { namesOf, networkAround, type Parties } from './match.ts'

/** The entries so that those which match are found without looking at all of them. */
export type EntryIndex = {
  /** Each once, in the order of the list, as long as it has not ended. `at` is ISO 8601 UTC with milliseconds. */
  readonly matching: (parties: () => Parties, at: string) => readonly Entry[]
}

export function entryIndex(entries: readonly Entry[]): EntryIndex {
  const byValue = Map.groupBy(entries, ({ value }) => value)
  const lengths = new Set(
    entries.flatMap(({ kind, value }) => (kind === 'network' ? [parseCidr(value)?.length ?? 0] : [])),
  )
  const order = new Map(entries.map((entry, index) => [entry, index]))
  return {
    matching: (parties, at) => {
      if (entries.length === 0) return []
      const { fromField, envelopeSender, client } = parties()
      const names = [fromField, envelopeSender].flatMap((party) => (party === null ? [] : namesOf(party)))
      const networks = client === null ? [] : [...lengths].map((length) => networkAround(client, length))
      const found = new Set([...names, ...networks].flatMap((value) => byValue.get(value ?? '') ?? []))
      return [...found]
        .filter(({ expires_at }) => expires_at > at)
        .sort((one, other) => (order.get(one) ?? 0) - (order.get(other) ?? 0))
    },
  }
}
