import type { ProbeEvent } from '../core/probe-events.ts'

/**
 * Keeps events for whoever looks later, and tells whoever looks now. Writing one again changes nothing. Resolves with
 * `failed` for everything the network can do, and when `signal` aborts.
 */
export type EventLog = (event: ProbeEvent, signal: AbortSignal) => Promise<'written' | 'failed'>
