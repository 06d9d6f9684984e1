/**
 * Puts a value into a queue as JSON. `sent` means that the queue has it; everything that the network can do is `failed`, and
 * it may then be in the queue all the same. Gives up when `signal` aborts.
 */
export type SendToQueue = (value: object, signal: AbortSignal) => Promise<SentToQueue>

export type SentToQueue = { readonly answer: 'sent' } | { readonly answer: 'failed'; readonly cause: string }
