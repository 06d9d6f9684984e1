import { isBounce, noBounce, type BounceFact } from '../core/bounce-facts.ts'
import { burstQuestions, claimQuestions, whyNotRead } from '../core/bounce-questions.ts'
import type { Facts } from '../core/facts.ts'
import type { Policy } from '../core/policy.ts'
import { REPORT_LENGTH } from '../core/protocol/mime.ts'
import type { BouncePorts } from './bounce-ports.ts'

type Read = Extract<BounceFact, { answer: 'read' }>

/**
 * Reads the message if it may be a bounce, and asks for every proof at once; then, of the proofs that were found, how often
 * they were used, and of the bounces without one, how many there were.
 */
export async function gatherBounce(
  facts: Omit<Facts, 'bounce'>,
  policy: Policy,
  ports: BouncePorts,
  signal: AbortSignal,
): Promise<BounceFact> {
  const { message, recipients } = facts
  const why = whyNotRead(message, recipients, policy)
  if (why !== null) return noBounce(why)
  const mail = await ports.mail(message.id, REPORT_LENGTH, signal)
  if (mail.answer === 'failed') {
    ports.metrics.failed('mail-unread')
    return { answer: 'unread', cause: mail.cause }
  }
  // Most mail is no bounce, and most starts never need what reads one: it is loaded with the first.
  const { gatherProofs } = await import('./gather-proofs.ts')
  const bounce = await gatherProofs(mail.octets, facts, policy, ports, signal)
  if (!isBounce(bounce.report.kind)) return bounce
  return remembering({ ...facts, bounce }, bounce, policy, ports, signal)
}

/** First how often each proof was used, because one that was used up proves nothing, and its bounce is counted, too. */
async function remembering(
  facts: Facts,
  bounce: Read,
  policy: Policy,
  ports: BouncePorts,
  signal: AbortSignal,
): Promise<Read> {
  const { id: messageId, receivedAt } = facts.message
  const { history, metrics } = ports
  const claims = await Promise.all(
    claimQuestions(facts, policy).map(async ({ recipient, proof, limit }) => {
      const days = policy.bounces.maxAgeDays + 1
      return { recipient, replay: await history.claim({ proof, messageId, receivedAt, limit, days }, signal) }
    }),
  )
  const claimed = bounce.recipients.map((own, index) => {
    const answers = claims.filter(({ recipient }) => recipient === index).map(({ replay }) => replay)
    const replay =
      answers.find(({ answer }) => answer === 'exhausted') ?? answers.find(({ answer }) => answer !== 'granted')
    return { ...own, replay: replay ?? answers[0] ?? own.replay }
  })
  const { limit, windowMinutes, quietMinutes } = policy.bounces.burst
  const names = burstQuestions({ ...facts, bounce: { ...bounce, recipients: claimed } }, policy)
  const counts = await Promise.all(
    names.map(async ({ recipient, name }) => {
      const counted = { recipient: name, messageId, receivedAt, limit, windowMinutes, quietMinutes }
      return { recipient, burst: await history.count(counted, signal) }
    }),
  )
  const recipients = claimed.map((own, index) => {
    const burst = counts.find(({ recipient }) => recipient === index)?.burst
    return burst === undefined ? own : { ...own, burst }
  })
  const answers = [...claims.map(({ replay }) => replay), ...counts.map(({ burst }) => burst)]
  if (answers.some(({ answer }) => answer === 'unavailable')) metrics.failed('bounce-memory-failed')
  return { ...bounce, recipients }
}
