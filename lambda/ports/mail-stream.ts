/**
 * Reads the whole raw mail, piece by piece. `missing` is said only when it is certain that it is not there. What fails while it
 * is read, and a body that ends early, is an error that `content` throws. Gives up when `signal` aborts.
 */
export type MailStream = (keptKey: string, signal: AbortSignal) => Promise<MailOpened>

export type MailOpened =
  | { readonly answer: 'mail'; readonly content: AsyncIterable<Uint8Array>; readonly octets: number }
  | { readonly answer: 'missing' }
  | { readonly answer: 'failed'; readonly cause: string }
