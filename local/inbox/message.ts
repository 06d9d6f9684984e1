/** A message that was handed over, without its content. */
export type InboxMessage = {
  /** Of letters, digits, `-` and `_`; later ones sort after earlier ones. */
  readonly id: string
  /** ISO 8601 UTC with milliseconds. */
  readonly receivedAt: string
  /** Null for `MAIL FROM:<>`. */
  readonly from: string | null
  /** The recipients of the envelope. */
  readonly to: readonly string[]
  /** Octets. */
  readonly size: number
  /** Decoded, and as its sender wrote it: escape it where it is shown. Absent where the message has none. */
  readonly subject?: string
}
