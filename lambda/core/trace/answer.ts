import type { DecisionRecord } from '../record.ts'
import type { ReleaseSeen } from '../release/request.ts'
import { latestFirst } from './latest-first.ts'
import { isSame, partsOf, type TraceQuestion } from './question.ts'
import { neverReached, notKept, notServed, type Silence } from './silence.ts'
import { distanceOf } from './similar.ts'
import { toldMessage, type TracedMessage } from './told-message.ts'
import type { MessageCause } from './cause.ts'

export type TraceCause = MessageCause | 'to-another-address' | Silence['cause'] | 'not-all-read'

/** The answer to a question, in words: what happened, what that is known from, and what to do. */
export type TraceAnswer = {
  /** Of the message that tells most: the latest that is stopped, one that was released behind all others; else the latest. */
  readonly cause: TraceCause
  readonly headline: string
  readonly evidence: readonly string[]
  readonly next: readonly string[]
  /** Those that were asked about, or that come near; the latest first. One for each message and recipient. */
  readonly messages: readonly TracedMessage[]
}

/** What a search through the records has found. */
export type TraceFound = {
  /** One for each message id; the latest of them, if they were too many to keep. */
  readonly matches: readonly DecisionRecord[]
  /** All that matched. */
  readonly matched: number
  /** Mail that differs by its recipient alone. */
  readonly toOthers: readonly DecisionRecord[]
  /** How many records were looked through. */
  readonly looked: number
  /** What could not be read, a sentence each. */
  readonly unread: readonly string[]
  /** What was released of the matches; absent: nothing. */
  readonly releases?: readonly ReleaseSeen[]
}

/** What is known beside the records. */
export type TraceGround = {
  /** The domains that the filter serves; null: not known here. */
  readonly domains: readonly string[] | null
  /** The first moment of which records are still kept. */
  readonly keptSince: string
  readonly now: string
}

/** More than this nobody reads. */
const mostMessages = 100

export function answerOf(question: TraceQuestion, found: TraceFound, ground: TraceGround): TraceAnswer {
  const messages = found.matches
    .toSorted(latestFirst)
    .slice(0, mostMessages)
    .flatMap((record) => toldMessage(question, record, found.releases))
  // What was released needs nobody any more.
  const telling =
    messages.find(({ action, released }) => action !== 'deliver' && released === undefined) ??
    messages.find(({ action }) => action !== 'deliver') ??
    messages[0]
  if (telling !== undefined) return foundAnswer(telling, messages, found)
  const near = nearest(question, found.toOthers)
  if (near !== null && found.unread.length === 0) return nearAnswer(question, near, found)
  const silence = silenceOf(question, found, ground)
  const evidence = [...found.unread, ...silence.evidence, lookedThrough(question, found)]
  if (found.unread.length === 0) return { ...silence, evidence, messages: [] }
  return {
    cause: 'not-all-read',
    headline: 'Nothing was found, but not all records could be read: this is no answer.',
    evidence,
    next: ['Ask again; if the same records stay unreadable, look at the permissions and the objects that are named.'],
    messages: [],
  }
}

function foundAnswer(telling: TracedMessage, messages: readonly TracedMessage[], found: TraceFound): TraceAnswer {
  const others = found.matched > 1 ? [`${found.matched} messages match; this is about the one that tells most.`] : []
  return {
    cause: telling.cause,
    headline: telling.headline,
    evidence: [...telling.evidence, ...others, ...found.unread],
    next: telling.next,
    messages,
  }
}

/** Of a sender's mail to others, that to an address which could be meant; null: none is similar. */
function nearest({ recipient }: TraceQuestion, toOthers: readonly DecisionRecord[]): readonly DecisionRecord[] | null {
  if (recipient === null) return null
  const close = toOthers.filter(({ recipients }) => recipients.some(({ address }) => isSimilar(recipient, address)))
  return close.length === 0 ? null : close.toSorted(latestFirst).slice(0, 5)
}

/** Two slips of the finger away, or the same name in another domain. */
export function isSimilar(wanted: string, address: string): boolean {
  const [asked, found] = [partsOf(wanted), partsOf(address)]
  if (asked === null || found === null || asked.local === null || found.local === null) return false
  if (isSame(wanted, address)) return false
  if (asked.local === found.local) return true
  return distanceOf(`${asked.local}@${asked.domain}`, `${found.local}@${found.domain}`, 2) <= 2
}

function nearAnswer(question: TraceQuestion, near: readonly DecisionRecord[], found: TraceFound): TraceAnswer {
  const wanted = question.recipient ?? ''
  const messages = near.flatMap((record) =>
    record.recipients
      .filter(({ address }) => isSimilar(wanted, address))
      .flatMap(({ address }) => toldMessage({ ...question, recipient: address }, record)),
  )
  const [first] = messages
  return {
    cause: 'to-another-address',
    headline: `Nothing came for ${wanted}, but the sender wrote to ${first?.recipient ?? 'a similar address'}.`,
    evidence: [first?.headline ?? '', ...(first?.evidence ?? []), lookedThrough(question, found), ...found.unread],
    next: [`Ask the sender whether ${wanted} was meant, and to write to it again.`, ...(first?.next ?? [])],
    messages,
  }
}

function silenceOf(question: TraceQuestion, { toOthers }: TraceFound, ground: TraceGround): Silence {
  const domain = question.recipient === null ? null : (partsOf(question.recipient)?.domain ?? null)
  if (ground.domains !== null && domain !== null && !ground.domains.includes(domain)) {
    return notServed(domain, ground.domains)
  }
  if (question.until <= ground.keptSince) return notKept(ground.keptSince)
  return neverReached(question, toOthers, ground)
}

function lookedThrough({ from, until }: TraceQuestion, { looked }: TraceFound): string {
  return `${looked} ${looked === 1 ? 'record' : 'records'} received from ${from} until ${until} were looked through.`
}
