/**
 * What the directory says of the lists of domains. It resolves for everything that the network can do: with an answer for each domain
 * that was asked for, or with null if one of them could not be read, which must not be taken for "never imported". Gives up when
 * `signal` aborts.
 */
export type DomainLists = (
  domains: readonly string[],
  signal: AbortSignal,
) => Promise<ReadonlyMap<string, DomainList> | null>

export type DomainList = {
  /** Only a domain that is complete and not empty can answer that somebody does not exist. */
  readonly isComplete: boolean
  readonly entries: number
  /** Since when it is complete, ISO 8601 UTC; null: it is not, or nobody wrote it down. */
  readonly completedAt: string | null
  /** The imports that have entries in it, and how many; those that people made by hand have no source. */
  readonly sources: readonly { readonly source: string; readonly entries: number }[]
}
