import { credentialsName, type SmtpPlan, type TargetPlan } from '../core/hand-over/plan.ts'
import type { HandOverTarget } from '../ports/hand-over-target.ts'
import type { MailStream } from '../ports/mail-stream.ts'
import { awsKeySources, createKeyReader } from './keys.ts'
import { regionOf } from './pointer-target.ts'

/** As the SDK's clients take them. */
export type ClientOptions = {
  readonly maxAttempts: number
  readonly requestHandler: {
    readonly connectionTimeout: number
    readonly requestTimeout: number
    readonly throwOnRequestTimeout: boolean
  }
}

/** The target of a plan. Its client is loaded when the first message is to go there, and those of the other kinds never. */
export function createTarget(plan: TargetPlan, options: ClientOptions, readMail: MailStream): HandOverTarget {
  const load = once(() => targetOf(plan, options, readMail))
  return async (mail, signal) => (await load())(mail, signal)
}

async function targetOf(plan: TargetPlan, options: ClientOptions, readMail: MailStream): Promise<HandOverTarget> {
  switch (plan.kind) {
    case 'sns': {
      const [{ SNSClient }, { createSnsTarget }] = [
        await import('@aws-sdk/client-sns'),
        await import('./sns-target.ts'),
      ]
      return createSnsTarget(new SNSClient({ ...options, region: regionOf(plan.topicArn) }), plan.topicArn)
    }
    case 'sqs': {
      const [{ SQSClient }, { createSqsTarget }] = [
        await import('@aws-sdk/client-sqs'),
        await import('./sqs-target.ts'),
      ]
      return createSqsTarget(
        new SQSClient({ ...options, region: regionOf(plan.queueArn), useQueueUrlAsEndpoint: false }),
        plan.queueArn,
      )
    }
    case 'eventbridge': {
      const { EventBridgeClient } = await import('@aws-sdk/client-eventbridge')
      const { createEventBridgeTarget } = await import('./eventbridge-target.ts')
      return createEventBridgeTarget(new EventBridgeClient({ ...options, region: regionOf(plan.busArn) }), plan.busArn)
    }
    case 'smtp':
      return smtpTarget(plan, readMail)
  }
}

async function smtpTarget(plan: SmtpPlan, readMail: MailStream): Promise<HandOverTarget> {
  const { createSmtpRelay } = await import('./smtp-relay.ts')
  // What the secret holds is checked where it is used: one that is wrong must not look like one that cannot be read.
  const keys = plan.credentials === null ? [] : [{ ...plan.credentials, name: credentialsName }]
  const read = createKeyReader(keys, awsKeySources, Date.now, (text) => text)
  return createSmtpRelay(plan, readMail, (signal) => read(credentialsName, signal))
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null
  return () => (made ??= make())
}
