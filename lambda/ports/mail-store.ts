/**
 * Reads the raw mail that SES has put down before it asked for a decision, by SES's id of the message.
 *
 * At most `length` octets from its beginning are fetched: a report and what it returns stand there, and a message may have
 * 40 MB. An implementation resolves for everything that the network can do, mail that is not there included. It rejects only
 * for a bug, and gives up when `signal` aborts.
 */
export type MailStore = (messageId: string, length: number, signal: AbortSignal) => Promise<MailRead>

export type MailRead =
  | { readonly answer: 'mail'; readonly octets: Uint8Array; readonly whole: boolean }
  | { readonly answer: 'failed'; readonly cause: MailFailure }

export type MailFailure = 'missing' | 'refused' | 'throttled' | 'timeout' | 'unreachable' | 'aborted'
