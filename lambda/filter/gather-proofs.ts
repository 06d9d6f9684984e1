import { isBounce, type BounceFact, type RecipientBounceFact } from '../core/bounce-facts.ts'
import { authorQuestions, failedAddresses } from '../core/bounce-questions.ts'
import type { Facts, NotAskedWhy } from '../core/facts.ts'
import type { Policy } from '../core/policy.ts'
import { readReport } from '../core/read-report.ts'
import { reportFactOf } from '../core/report-fact.ts'
import { sentLogKey } from '../core/sent-log.ts'
import type { BouncePorts } from './bounce-ports.ts'
import { gatherDkim } from './gather-dkim.ts'
import { gatherHeaderProof, gatherTag } from './gather-tags.ts'

type Read = Extract<BounceFact, { answer: 'read' }>

/** Reads what SES put down, and asks at once for every proof that it may bring. */
export async function gatherProofs(
  mail: Uint8Array,
  { message, recipients }: Omit<Facts, 'bounce'>,
  policy: Policy,
  ports: BouncePorts,
  signal: AbortSignal,
): Promise<Read> {
  const report = readReport(mail, { reversePath: message.reversePath })
  const fact = reportFactOf(report)
  if (!isBounce(report.kind)) return { answer: 'read', report: fact, ...noProofs('no-bounce'), recipients: [] }
  const { receivedAt } = message
  const [dkim, header, sent, tags] = await Promise.all([
    gatherDkim(report.returned, receivedAt, policy, ports, signal),
    gatherHeaderProof(report.returned, receivedAt, policy, ports, signal),
    gatherSent(fact, ports, signal),
    Promise.all(recipients.map((recipient) => gatherTag(recipient, receivedAt, policy, ports, signal))),
  ])
  const own = tags.map((tag): RecipientBounceFact => ({ tag, replay: notNeeded, burst: notNeeded }))
  const read: Read = { answer: 'read', report: fact, dkim, header, sent, recipients: own, author: notNeeded }
  const keys = authorQuestions(read, { recipients }, policy)
  if (keys.length === 0) return read
  const { entries } = await ports.directory({ keys, domains: [] }, signal)
  const unavailable = { answer: 'unavailable', cause: 'aborted' } as const
  const heard = keys.map((key) => ({ key, answer: entries.get(key) ?? unavailable }))
  return { ...read, author: { answer: 'heard', entries: heard } }
}

async function gatherSent(
  report: Read['report'],
  { sentLog, metrics }: BouncePorts,
  signal: AbortSignal,
): Promise<Read['sent']> {
  const messageId = report.returned?.messageId ?? null
  const key = messageId === null ? null : sentLogKey(messageId)
  if (key === null) return { answer: 'not-asked', why: 'nothing-returned' }
  const failed = failedAddresses(report)
  if (failed.length === 0) return notNeeded
  const answer = await sentLog.find(key, failed, signal)
  if (answer.answer === 'unavailable') metrics.failed('proof-silent')
  return answer
}

const notNeeded = { answer: 'not-asked', why: 'not-needed' } as const

function noProofs(why: NotAskedWhy): Pick<Read, 'dkim' | 'header' | 'sent' | 'author'> {
  const fact = { answer: 'not-asked', why } as const
  return { dkim: fact, header: fact, sent: fact, author: fact }
}
