import { credentialsName, type HandOverPlan, type TargetPlan } from '../core/hand-over/plan.ts'
import type { KeyPolicy } from '../core/policy.ts'
import type { Config } from './config.ts'
import type { KeySource } from './values.ts'

export type { HandOverPlan } from '../core/hand-over/plan.ts'

/** What the worker needs to know; null where nothing is handed over. */
export function handOverPlanOf({ handOver, retention }: Pick<Config, 'handOver' | 'retention'>): HandOverPlan | null {
  if (handOver === null) return null
  const target = targetOf(handOver)
  const rememberedDays = retention.mailDays + queuedDays
  return target === null ? null : { target, postmaster: handOver.postmaster, rememberedDays }
}

/**
 * A message can be released, and so queued, as long as its raw mail lies there, and the queue keeps it for so long (infra/hand-over.ts).
 * Whoever has it is remembered for longer than both: nothing that is queued twice comes twice.
 */
const queuedDays = 14

/** The keys that the worker reads, and whose whereabouts its role must know. */
export function handOverKeys({ target }: HandOverPlan): readonly KeyPolicy[] {
  return target.kind === 'smtp' && target.credentials !== null ? [target.credentials] : []
}

function targetOf({ sns, sqs, eventBridge, smtp }: NonNullable<Config['handOver']>): TargetPlan | null {
  if (sns !== null) return { kind: 'sns', topicArn: sns }
  if (sqs !== null) return { kind: 'sqs', queueArn: sqs }
  if (eventBridge !== null) return { kind: 'eventbridge', busArn: eventBridge }
  if (smtp === null) return null
  const { host, port, tls, credentials, ca } = smtp
  return {
    kind: 'smtp',
    host,
    port,
    tls: tls ?? (port === 465 ? 'implicit' : 'starttls'),
    ca,
    credentials: credentials === null ? null : keyPolicy(credentials),
  }
}

function keyPolicy(source: KeySource): KeyPolicy {
  return 'ssm' in source
    ? { name: credentialsName, kept: 'ssm', id: source.ssm }
    : { name: credentialsName, kept: 'secrets-manager', id: source.secretsManager }
}
