import type { KeyPolicy } from '../core/policy.ts'
import type { ReadSecret } from './keys/read-secret.ts'

/** Gives the key of this name; null if there is none, or if `signal` aborts before it is there. Never rejects for the network. */
export type KeyReader = (name: string, signal: AbortSignal) => Promise<string | null>

export type KeySources = { readonly [Kept in KeyPolicy['kept']]: ReadSecret }

/** The SDK's clients are 20 ms of a start, and few policies have keys: they are loaded when the first key is read. */
export const awsKeySources: KeySources = {
  'secrets-manager': async (id, signal) => (await import('./keys/secrets-manager.ts')).readSecret(id, signal),
  ssm: async (id, signal) => (await import('./keys/parameter-store.ts')).readParameter(id, signal),
}

/**
 * Reads each key once, when it is first used, and again after 15 minutes. `parse` takes the key out of what is kept, null if
 * it is none; without it, the key has to be a label of a name.
 *
 * Only the first reading is waited for. A later one goes on beside the mail, which is judged with the key as it was; if it
 * fails, that key stays. After a failure AWS is left alone for a minute, or every message would wait for it anew.
 */
export const createKeyReader = (
  policy: readonly KeyPolicy[],
  sources: KeySources,
  clock: () => number = Date.now,
  parse: (text: string) => string | null = labelOf,
): KeyReader => {
  const slots = new Map(policy.map((key) => [key.name, slotOf(key)]))
  return async (name, signal) => {
    const slot = slots.get(name)
    if (slot === undefined || signal.aborted) return null
    if (slot.reading === null && isDue(slot, clock())) read(slot, sources, clock, parse)
    if (slot.key !== null || slot.reading === null) return slot.key
    return earlier(slot.reading, signal)
  }
}

/** Milliseconds. */
const FRESH_FOR = 15 * 60_000
const LEFT_ALONE_FOR = 60_000
/** For one reading: the clients have limits of their own, and a process that was frozen meanwhile has dead sockets. */
const READING_TAKES = 5000

type Slot = {
  readonly policy: KeyPolicy
  key: string | null
  /** From when on it is read again. */
  dueAt: number
  readAt: number
  reading: Promise<string | null> | null
}

const slotOf = (policy: KeyPolicy): Slot => ({ policy, key: null, dueAt: 0, readAt: 0, reading: null })

/** A clock that was set back would keep a key for as long as it was set back. */
const isDue = ({ dueAt, readAt }: Slot, now: number): boolean => now >= dueAt || now < readAt

const read = (slot: Slot, sources: KeySources, clock: () => number, parse: (text: string) => string | null): void => {
  const { kept, id } = slot.policy
  slot.reading = sources[kept](id, AbortSignal.timeout(READING_TAKES))
    .then((text) => {
      const key = text === null ? null : parse(text)
      slot.readAt = clock()
      slot.dueAt = slot.readAt + (key === null ? LEFT_ALONE_FOR : FRESH_FOR)
      slot.key = key ?? slot.key
      return slot.key
    })
    .finally(() => {
      slot.reading = null
    })
  // Whoever waits for it hears of a bug. If nobody does, the process must not end because of it.
  slot.reading.catch(() => null)
}

/**
 * A label of a name (RFC 1035 2.3.1), as one has to fit into the zone's; null for anything else. A secret often ends in a
 * newline; one that is JSON, or empty, is not a key, and asking for it would show it to the DNS.
 */
const labelOf = (text: string): string | null => {
  const key = text.trim()
  return key.length <= 63 && /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/i.test(key) ? key : null
}

const earlier = (reading: Promise<string | null>, signal: AbortSignal): Promise<string | null> =>
  new Promise((resolve, reject) => {
    const giveUp = () => resolve(null)
    signal.addEventListener('abort', giveUp, { once: true })
    reading.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp))
  })
