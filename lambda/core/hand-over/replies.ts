/** What an SMTP server said to a step, or that it said nothing. */
export type Reply = {
  /** Which command it answered (RFC 5321 4.1); `session`: the greeting, EHLO, STARTTLS, AUTH, and the connection itself. */
  readonly stage: 'session' | 'mail' | 'rcpt' | 'data'
  /** RFC 5321 4.2; null when there was no reply. */
  readonly code: number | null
}

/**
 * Whether trying again can help (RFC 5321 4.2.1).
 *
 * A 5xx counts as a refusal of the message only where the server speaks about the message. Before MAIL FROM, and with the
 * codes by which a server asks for TLS or credentials (RFC 3207 4, RFC 4954 6), it speaks about us: a password that has
 * expired must not send a day's mail to the dead letters. So does a server that has no service (421).
 */
export function judgeReply({ stage, code }: Reply): 'refused' | 'later' {
  if (code === null || stage === 'session' || aboutUs.has(code)) return 'later'
  return code >= 500 && code <= 599 ? 'refused' : 'later'
}

const aboutUs: ReadonlySet<number> = new Set([500, 502, 503, 530, 534, 535, 538])

/** After so long nobody tries again: it becomes a dead letter while the raw mail still exists for days. */
export const giveUpAfterMs = 10 * 86_400_000

/** Seconds until the next try, after so many: half a minute, doubled each time, at most half an hour. */
export function secondsUntilNext(tries: number): number {
  return Math.min(30 * 2 ** Math.min(Math.max(tries - 1, 0), 10), 1800)
}
