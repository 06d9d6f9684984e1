/**
 * Entries of the sent log out of Postfix's log. One message stands there in many lines, between those of others, and where
 * several processes write they may come out of order: a recipient in front of its Message-ID, or behind `removed`.
 *
 * The log of a server that also receives is full of mail that strangers wrote, with Message-IDs of their choice. So only
 * mail from our own domains counts, and of it only what went to others: else a stranger could send us a message with our
 * name on it, and return it to us as proven.
 */
import { messageIdOf } from '../protocol/header.ts'
import { foldedAddress, MAX_DESTINATIONS, type SentEntry } from '../sent-log.ts'
import { readLogTime, readPostfixLine, type PostfixFact } from './postfix-line.ts'

export type PostfixLogOptions = {
  /** In A-labels and lower case. */
  readonly ownDomains: readonly string[]
  /** ISO 8601: times without a year are read as before it. */
  readonly now: string
  /** East of UTC, for times without an offset. */
  readonly offsetMinutes: number
  readonly bounds?: PostfixLogBounds
}

export type PostfixLogBounds = {
  /** Messages that are in the making at a time. */
  readonly messages: number
  /** Recipients of all of them together. */
  readonly recipients: number
  /** Lines for which a message is kept when it has been removed from the queue. */
  readonly lingering: number
}

export const POSTFIX_LOG_BOUNDS: PostfixLogBounds = { messages: 20_000, recipients: 100_000, lingering: 1000 }

/** What came of the messages of a log, as counts. */
export type PostfixLogCounts = {
  readonly lines: number
  readonly entries: number
  /** Messages of senders in other domains, and null senders. */
  readonly notOurs: number
  /** Messages of which the log has only a part, or which went to nobody outside. */
  readonly incomplete: number
}

export type PostfixLog = {
  /** Takes the next line, without its line end; returns the entries that it completed. */
  readonly read: (line: string) => readonly SentEntry[]
  /** The entries of what was still in the making. */
  readonly end: () => readonly SentEntry[]
  readonly counts: () => PostfixLogCounts
}

/** Memory and the time for a line are bounded, however long the log is. */
export const readPostfixLog = (options: PostfixLogOptions): PostfixLog => {
  const bounds = options.bounds ?? POSTFIX_LOG_BOUNDS
  const state: State = {
    options,
    open: new Map(),
    removed: [],
    held: 0,
    lines: 0,
    entries: 0,
    notOurs: 0,
    incomplete: 0,
  }

  const read = (line: string): readonly SentEntry[] => {
    state.lines++
    const done = lingeredOut(state, bounds.lingering)
    const found = readPostfixLine(line)
    if (found === null) return done
    const reused = found.fact.kind === 'message-id' ? reusedId(state, found.queueId, found.fact.messageId) : []
    const message = state.open.get(found.queueId) ?? begun(state, found.queueId)
    message.time ??= readLogTime(found.time, options.now, options.offsetMinutes)
    const full = take(state, message, found.queueId, found.fact)
    return [...done, ...reused, ...full, ...overflow(state, bounds)]
  }

  const end = (): readonly SentEntry[] => [...state.open.keys()].flatMap((queueId) => finish(state, queueId))

  const counts = (): PostfixLogCounts => {
    const { lines, entries, notOurs, incomplete } = state
    return { lines, entries, notOurs, incomplete }
  }

  return { read, end, counts }
}

type Pending = {
  time: string | null
  messageId: string | null
  /** Undefined until the line was read; null for `<>`. */
  reversePath: string | null | undefined
  readonly destinations: Set<string>
  /** An entry of it was handed out already. */
  begun: boolean
}

type State = {
  readonly options: PostfixLogOptions
  readonly open: Map<string, Pending>
  /** In the order of their lines. */
  readonly removed: { readonly queueId: string; readonly message: Pending; readonly line: number }[]
  /** Recipients of all open messages. */
  held: number
  lines: number
  entries: number
  notOurs: number
  incomplete: number
}

const begun = (state: State, queueId: string): Pending => {
  const message: Pending = {
    time: null,
    messageId: null,
    reversePath: undefined,
    destinations: new Set(),
    begun: false,
  }
  state.open.set(queueId, message)
  return message
}

/** Short queue ids come again: another Message-ID is another message. */
const reusedId = (state: State, queueId: string, messageId: string): readonly SentEntry[] => {
  const before = state.open.get(queueId)?.messageId ?? null
  return before === null || before === messageIdOf(messageId) ? [] : finish(state, queueId)
}

const take = (state: State, message: Pending, queueId: string, fact: PostfixFact): readonly SentEntry[] => {
  switch (fact.kind) {
    case 'message-id':
      message.messageId = messageIdOf(fact.messageId)
      return []
    case 'from':
      message.reversePath = fact.reversePath
      return []
    case 'removed':
      state.removed.push({ queueId, message, line: state.lines })
      return []
    case 'to':
      hold(state, message, fact.recipients)
      return message.destinations.size < MAX_DESTINATIONS - 1 ? [] : handedOut(state, message)
  }
}

/**
 * What was first for one of our own addresses, or for a bare local name, was forwarded: a stranger may have written it, with
 * one of our addresses as its sender.
 */
const hold = (state: State, message: Pending, recipients: readonly string[]): void => {
  const addresses = recipients.map(foldedAddress).filter((address) => address !== null)
  if (addresses.length < recipients.length || addresses.some((address) => isOwn(state, address))) return
  for (const address of addresses) {
    if (message.destinations.has(address)) continue
    message.destinations.add(address)
    state.held++
  }
}

const lingeredOut = (state: State, lingering: number): readonly SentEntry[] => {
  const [first] = state.removed
  if (first === undefined || state.lines - first.line <= lingering) return []
  state.removed.shift()
  // The queue id may have become that of another message.
  return state.open.get(first.queueId) === first.message ? finish(state, first.queueId) : []
}

/** The oldest go first: they are those whose end the log does not have. */
const overflow = (state: State, bounds: PostfixLogBounds): readonly SentEntry[] => {
  const done: SentEntry[] = []
  for (const queueId of state.open.keys()) {
    if (state.open.size <= bounds.messages && state.held <= bounds.recipients) break
    done.push(...finish(state, queueId))
  }
  return done
}

const finish = (state: State, queueId: string): readonly SentEntry[] => {
  const message = state.open.get(queueId)
  if (message === undefined) return []
  state.open.delete(queueId)
  const isOurs = message.reversePath === undefined || isOwn(state, message.reversePath ?? '')
  const done = handedOut(state, message)
  if (done.length === 0 && !message.begun) state[isOurs ? 'incomplete' : 'notOurs']++
  return done
}

/** Empties the message; whatever lacks a part is no entry. */
const handedOut = (state: State, message: Pending): readonly SentEntry[] => {
  const { messageId, reversePath = null, time: sentAt } = message
  const destinations = [...message.destinations]
  state.held -= destinations.length
  message.destinations.clear()
  if (messageId === null || sentAt === null || destinations.length === 0) return []
  if (reversePath === null || !isOwn(state, reversePath)) return []
  message.begun = true
  state.entries++
  return [{ messageId, reversePath, destinations, sentAt }]
}

const isOwn = ({ options }: State, address: string): boolean => {
  const folded = foldedAddress(address)
  return folded !== null && options.ownDomains.includes(folded.slice(folded.lastIndexOf('@') + 1))
}
