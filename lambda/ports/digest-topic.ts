import type { DigestMessage } from '../core/digest/text.ts'

/**
 * Hands a digest to the operator's topic, with the domain as an attribute by which subscriptions can choose. Resolves for everything that
 * the network and the topic can do; `sent` is said only when the topic has taken it. Gives up when `signal` aborts.
 */
export type DigestTopic = (message: DigestMessage, signal: AbortSignal) => Promise<DigestSent>

export type DigestSent = { readonly answer: 'sent' } | { readonly answer: 'failed'; readonly cause: string }
