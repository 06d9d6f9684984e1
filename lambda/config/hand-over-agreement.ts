import { giveUpAfterMs } from '../core/hand-over/replies.ts'
import type { Config } from './config.ts'
import { at, type Problem } from './problems.ts'

const targets = ['sns', 'sqs', 'eventBridge', 'smtp'] as const

/** A hand-over has one target, which can be reached, and mail that is still there when it is tried for the last time. */
export function handOverProblems({ handOver }: Pick<Config, 'handOver'>): readonly Problem[] {
  if (handOver === null) return []
  const given = targets.filter((name) => handOver[name] !== null)
  const words =
    given.length === 0
      ? `names no target: give one of ${targets.join(', ')}, or null to hand nothing over`
      : `names ${given.join(' and ')}: a message is handed over to one of them`
  return [
    ...(given.length === 1 ? [] : [{ path: ['handOver'], words }]),
    ...(handOver.smtp === null ? [] : smtpProblems(handOver.smtp)),
  ]
}

export function handOverRetentionProblems({ handOver, retention }: Config): readonly Problem[] {
  const days = giveUpAfterMs / 86_400_000 + 1
  if (handOver === null || retention.mailDays >= days) return []
  return [
    at(
      ['retention', 'mailDays'],
      retention.mailDays,
      `is too short: a target that is down is tried for ${days - 1} days, and the mail must be there on the last; at least ${days}`,
    ),
  ]
}

function smtpProblems({ host, port, tls }: NonNullable<NonNullable<Config['handOver']>['smtp']>): readonly Problem[] {
  const unreachable = 'cannot be reached: no function outside a VPC gets out to it. Use 587 (STARTTLS) or 465 (TLS)'
  const open = 'would send mail and password in the clear; it is for a server at 127.0.0.1 alone'
  return [
    ...(port === 25 ? [at(['handOver', 'smtp', 'port'], port, unreachable)] : []),
    ...(tls === 'none' && host !== '127.0.0.1' ? [at(['handOver', 'smtp', 'tls'], tls, open)] : []),
  ]
}
