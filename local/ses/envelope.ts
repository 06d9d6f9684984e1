/** What SES knows of a message besides its bytes, when DATA is over. */
export type Envelope = {
  readonly clientIp: string
  /** The client's name in the reverse DNS; null when it has none. */
  readonly clientName: string | null
  readonly helo: string
  /** Null for `<>`. */
  readonly reversePath: string | null
  /** As the client wrote them, in their order; only those that a rule takes. */
  readonly recipients: readonly string[]
}

/** Text fit for one header line: whoever speaks SMTP chooses it, and must not be able to begin a line of its own. */
export function oneLine(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '?')
}
