import { getServers } from 'node:dns'
import { Resolver } from 'node:dns/promises'

export type QuestionOptions = {
  /** `address` or `address:port`, the first one asked first; null for those of the system. */
  readonly servers: readonly string[] | null
  /** Milliseconds for one try. An answer that is cut off, and so comes again over TCP, has to come within it too. */
  readonly timeoutMs: number
  /** Tries after the first; each one goes to the next server. */
  readonly retries: number
}

/** What is asked for, and how node:dns does it. */
export type QuestionKind<T> = {
  readonly resolve: (resolver: Resolver, name: string) => Promise<readonly T[]>
  /** As node:dns writes it into its errors, `queryA`: https://nodejs.org/api/dns.html#class-dnspromisesresolver */
  readonly syscall: string
}

/** Records, at least one; or none; or why nobody knows. */
export type Heard<T> =
  | { readonly answer: 'heard'; readonly records: readonly T[] }
  | { readonly answer: 'none'; readonly why: 'no-such-name' | 'no-data' }
  | { readonly answer: 'failed'; readonly cause: QuestionFailure }

export type QuestionFailure = 'timeout' | 'servfail' | 'refused' | 'unreachable' | 'malformed' | 'aborted'

/**
 * Questions of one kind on the resolver of node:dns. Takes at most `timeoutMs * (1 + retries)` milliseconds a question.
 * Throws when it is made if a server is not an address.
 */
export const createQuestions = <T>(
  { servers, timeoutMs, retries }: QuestionOptions,
  kind: QuestionKind<T>,
): ((name: string, signal: AbortSignal) => Promise<Heard<T>>) => {
  const known = servers ?? getServers()
  if (known.length > 0) new Resolver().setServers(known)
  return async (name, signal) => {
    for (let turn = 0; ; turn++) {
      const server = known[turn % known.length] ?? null
      const heard = await ask(name, signal, server, timeoutMs, kind)
      if (turn >= retries || !isWorthAnotherTry(heard, known.length)) return heard
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
const ask = async <T>(
  name: string,
  signal: AbortSignal,
  server: string | null,
  timeoutMs: number,
  { resolve, syscall }: QuestionKind<T>,
): Promise<Heard<T>> => {
  if (signal.aborted) return failed('aborted')
  const resolver = new Resolver({ timeout: timeoutMs, tries: 1 })
  if (server !== null) resolver.setServers([server])
  const cancel = () => {
    resolver.cancel()
  }
  const timer = setTimeout(cancel, timeoutMs)
  signal.addEventListener('abort', cancel)
  try {
    const records = await resolve(resolver, name)
    // An alias of a name without such records is no error to node:dns.
    return records.length === 0 ? noData : { answer: 'heard', records }
  } catch (error) {
    const code = queryErrorCode(error, syscall)
    if (code === null) throw error
    return unanswered(code, signal)
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', cancel)
  }
}

/**
 * A packet that was lost is worth a second one. A server that said no says it again: it has to remember for a second or
 * more that it failed (RFC 9520 3.2); only another server may know better.
 */
const isWorthAnotherTry = (heard: Heard<unknown>, servers: number): boolean => {
  if (heard.answer !== 'failed') return false
  if (heard.cause === 'timeout') return true
  return servers > 1 && (heard.cause === 'servfail' || heard.cause === 'refused' || heard.cause === 'unreachable')
}

const noData = { answer: 'none', why: 'no-data' } as const

/** The code of an error that the query itself ended with; null for everything else, which is a bug. */
const queryErrorCode = (error: unknown, syscall: string): string | null =>
  error instanceof Error && 'syscall' in error && error.syscall === syscall && 'code' in error
    ? String(error.code)
    : null

type Unanswered = Exclude<Heard<never>, { answer: 'heard' }>

const unanswered = (code: string, signal: AbortSignal): Unanswered => {
  if (signal.aborted) return failed('aborted')
  if (code === 'ENOTFOUND') return { answer: 'none', why: 'no-such-name' }
  if (code === 'ENODATA') return noData
  return failed(CAUSES.get(code) ?? 'unreachable')
}

/** https://nodejs.org/api/dns.html#error-codes; one that is not here is a trouble of the local machine's network. */
const CAUSES: ReadonlyMap<string, QuestionFailure> = new Map([
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

const failed = (cause: QuestionFailure): Unanswered => ({ answer: 'failed', cause })
