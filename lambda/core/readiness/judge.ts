import { daysNeeded, type LookAt, type Readiness, type ReadinessVerdict } from './readiness.ts'
import type { DomainTally } from './tally.ts'

/** So many are told of one domain. */
const mostTold = 20

export function readinessOf(domain: string, tally: DomainTally): Readiness {
  const lookAt = [...strangersOf(tally), ...sendersOf(tally)]
  return {
    domain,
    mode: tally.mode,
    first: tally.first,
    last: tally.last,
    days: tally.days.size,
    recipients: tally.recipients,
    stops: [...tally.stops.values()].toSorted((a, b) => b.recipients - a.recipients),
    lookAt: lookAt.slice(0, mostTold),
    lookAtMore: Math.max(0, lookAt.length - mostTold) + tally.dropped,
    blind: [...tally.blind]
      .map(([code, recipients]) => ({ code, recipients }))
      .toSorted((a, b) => b.recipients - a.recipients),
    verdict: verdictOf(tally, lookAt),
  }
}

/**
 * A stranger is worth a look when somebody writes to it who writes to existing people, too, or when confirmed mail comes on three
 * days: spammers sign, but they try a name once and go on.
 */
function strangersOf({ strangers, senders }: DomainTally): readonly LookAt[] {
  const told = [...strangers].map(([address, stranger]) => ({
    kind: 'unknown-recipient' as const,
    address,
    messages: stranger.messages,
    days: stranger.days.size,
    senders: stranger.senders.size,
    correspondents: [...stranger.senders].filter((sender) => (senders.get(sender)?.delivered ?? 0) > 0).length,
    example: stranger.example,
  }))
  return told
    .filter(({ correspondents, days }) => correspondents > 0 || days >= 3)
    .toSorted((a, b) => b.correspondents - a.correspondents || b.days - a.days || b.messages - a.messages)
}

function sendersOf({ senders }: DomainTally): readonly LookAt[] {
  const told = [...senders].map(([domain, { code, stopped, delivered, example }]) => ({
    kind: 'sender' as const,
    domain,
    code,
    messages: stopped,
    delivered,
    example,
  }))
  return told
    .filter(({ messages, delivered }) => messages > 0 && delivered > 0)
    .toSorted((a, b) => b.delivered - a.delivered || b.messages - a.messages)
}

function verdictOf(tally: DomainTally, lookAt: readonly LookAt[]): ReadinessVerdict {
  const lastDay = tally.last.slice(0, 10)
  const isIncomplete = tally.incompleteAt !== null && tally.incompleteAt.slice(0, 10) === lastDay
  // Where entries could not be read, lists stopped nobody: nobody knows whom they would have.
  if (isIncomplete || tally.blind.has('filter-failed') || tally.blind.has('entries-unavailable')) return 'not-yet'
  if (tally.days.size < daysNeeded) return 'too-early'
  return lookAt.length > 0 || tally.dropped > 0 ? 'look-first' : 'ready'
}
