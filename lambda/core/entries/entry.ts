/**
 * One line of the operator's allow or block list. Its names are those of the file in which it is kept (snake_case), because people
 * read that file.
 */
export type Entry = {
  readonly list: 'allow' | 'block'
  readonly kind: 'address' | 'domain' | 'network'
  /**
   * As it is compared: an address with its domain as A-label in lower case, a domain as A-label (`*.example.com`: whatever is below
   * it, and not itself), a network in CIDR notation.
   */
  readonly value: string
  /** Who answers for it. */
  readonly owner: string
  /** Why it is there: a ticket, a sentence. */
  readonly reason: string
  /** ISO 8601 UTC with milliseconds, as `expires_at`. */
  readonly added_at: string
  /** From then on it counts for nothing. */
  readonly expires_at: string
}
