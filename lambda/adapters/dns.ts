import { getServers } from 'node:dns'
import { Resolver } from 'node:dns/promises'
import type { AddressAnswer } from '../core/facts.ts'
import type { AddressLookup } from '../ports/address-lookup.ts'

export type AddressLookupOptions = {
  /** `address` or `address:port`, the first one asked first; null for those of the system. */
  readonly servers: readonly string[] | null
  /** Milliseconds for one try. An answer that is cut off, and so comes again over TCP, has to come within it too. */
  readonly timeoutMs: number
  /** Tries after the first; each one goes to the next server. */
  readonly retries: number
}

/**
 * The address look-up on the resolver of node:dns. Takes at most `timeoutMs * (1 + retries)` milliseconds a question.
 * Throws when it is made if a server is not an address.
 */
export const createAddressLookup = ({ servers, timeoutMs, retries }: AddressLookupOptions): AddressLookup => {
  const known = servers ?? getServers()
  if (known.length > 0) new Resolver().setServers(known)
  return async (name, signal) => {
    for (let turn = 0; ; turn++) {
      const server = known[turn % known.length] ?? null
      const answer = await ask(name, signal, server, timeoutMs)
      if (turn >= retries || !isWorthAnotherTry(answer, known.length)) return answer
    }
  }
}

/**
 * One question to one server, on a resolver of its own (15 microseconds), for three reasons. `cancel()` ends all that a
 * resolver has under way. A resolver that has heard fast answers shortens its timeout to 250 ms, whatever it was
 * given. And one with several servers multiplies its tries by their number, past the deadline.
 *
 * The timer is ours because the resolver looks at its clock only every `timeout` milliseconds, at most every second:
 * 1.5 s take it 2 s.
 */
const ask = async (
  name: string,
  signal: AbortSignal,
  server: string | null,
  timeoutMs: number,
): Promise<AddressAnswer> => {
  if (signal.aborted) return failed('aborted')
  const resolver = new Resolver({ timeout: timeoutMs, tries: 1 })
  if (server !== null) resolver.setServers([server])
  const cancel = () => {
    resolver.cancel()
  }
  const timer = setTimeout(cancel, timeoutMs)
  signal.addEventListener('abort', cancel)
  try {
    const found = await resolver.resolve4(name, { ttl: true })
    // An alias of a name without addresses is no error to node:dns.
    if (found.length === 0) return NO_DATA
    return {
      answer: 'addresses',
      addresses: found.map(({ address }) => address),
      ttlSeconds: Math.min(...found.map(({ ttl }) => ttl)),
    }
  } catch (error) {
    const code = queryErrorCode(error)
    if (code === null) throw error
    return unanswered(code, signal)
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', cancel)
  }
}

type FailureCause = Extract<AddressAnswer, { answer: 'failed' }>['cause']

/**
 * A packet that was lost is worth a second one. A server that said no says it again: it has to remember for a second or
 * more that it failed (RFC 9520 3.2); only another server may know better.
 */
const isWorthAnotherTry = (answer: AddressAnswer, servers: number): boolean => {
  if (answer.answer !== 'failed') return false
  if (answer.cause === 'timeout') return true
  return servers > 1 && (answer.cause === 'servfail' || answer.cause === 'refused' || answer.cause === 'unreachable')
}

const NO_DATA: AddressAnswer = { answer: 'none', why: 'no-data' }

/** The code of an error that the query itself ended with; null for everything else, which is a bug. */
const queryErrorCode = (error: unknown): string | null =>
  error instanceof Error && 'syscall' in error && error.syscall === 'queryA' && 'code' in error
    ? String(error.code)
    : null

const unanswered = (code: string, signal: AbortSignal): AddressAnswer => {
  if (signal.aborted) return failed('aborted')
  if (code === 'ENOTFOUND') return { answer: 'none', why: 'no-such-name' }
  if (code === 'ENODATA') return NO_DATA
  return failed(CAUSES.get(code) ?? 'unreachable')
}

/** https://nodejs.org/api/dns.html#error-codes; one that is not here is a trouble of the local machine's network. */
const CAUSES: ReadonlyMap<string, FailureCause> = new Map([
  ['ETIMEOUT', 'timeout'],
  // Nobody but our own timer and the signal cancels, and the signal was looked at first.
  ['ECANCELLED', 'timeout'],
  ['ESERVFAIL', 'servfail'],
  ['EREFUSED', 'refused'],
  ['ENOTIMP', 'refused'],
  ['EFORMERR', 'malformed'],
  ['EBADRESP', 'malformed'],
  ['EBADNAME', 'malformed'],
  ['EBADQUERY', 'malformed'],
])

const failed = (cause: FailureCause): AddressAnswer => ({ answer: 'failed', cause })
