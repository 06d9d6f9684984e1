import type { FunctionError, InvocationAnswer } from '../lambda/function.ts'
import type { Envelope } from './envelope.ts'

/** SES's words, exactly: in any other case, or absent, a function's answer means CONTINUE. */
export type Disposition = 'CONTINUE' | 'STOP_RULE' | 'STOP_RULE_SET'

export type StoredObject = { readonly bucketName: string; readonly key: string }

/** What became of one action of a rule. `attempts` counts the first try. */
export type ActionOutcome =
  | ({ readonly kind: 's3'; readonly outcome: 'stored'; readonly attempts: number } & StoredObject)
  | ({
      readonly kind: 's3'
      readonly outcome: 'expired'
      readonly attempts: number
      readonly reason: string
    } & StoredObject)
  | {
      readonly kind: 'lambda'
      readonly outcome: 'returned'
      readonly functionArn: string
      readonly disposition: Disposition
      /** Every answer in its order: failed tries first, and a second delivery of the same event last. */
      readonly invocations: readonly InvocationAnswer[]
    }
  | {
      readonly kind: 'lambda'
      readonly outcome: 'expired'
      readonly functionArn: string
      readonly error: FunctionError
      readonly invocations: readonly InvocationAnswer[]
    }
  /** The Event type: the function runs when it runs, and its answer counts for nothing. */
  | { readonly kind: 'lambda'; readonly outcome: 'queued'; readonly functionArn: string }
  | { readonly kind: 'add-header'; readonly outcome: 'added'; readonly name: string }
  | { readonly kind: 'stop'; readonly outcome: 'stopped' }
  | { readonly kind: 'bounce' | 'sns' | 'unsupported'; readonly outcome: 'not-run'; readonly reason: string }

export type RuleOutcome = {
  readonly name: string
  readonly recipients: readonly string[]
  readonly actions: readonly ActionOutcome[]
  /** `stopped`: an action ended the rule. `expired`: an action failed until SES gave up. */
  readonly end: 'completed' | 'stopped' | 'expired'
}

/** What became of an accepted message. */
export type ReceivedMessage = {
  readonly messageId: string
  readonly receivedAt: Date
  readonly envelope: Envelope
  /** The rules that ran, in their order. */
  readonly rules: readonly RuleOutcome[]
  /** Names of the rules that apply too and were stopped by an earlier one. */
  readonly rulesNotRun: readonly string[]
  /** The strongest that a function answered; CONTINUE when none answered. */
  readonly disposition: Disposition
  readonly storedAt: readonly StoredObject[]
}

/** Something that the operator must hear of, as a sentence. */
export type Report = {
  readonly kind: 'retrying' | 'expired' | 'event-failed' | 'backscatter-hazard' | 'unsupported'
  readonly messageId: string
  readonly ruleName: string
  readonly sentence: string
}

/** The wire word in what a function returned. */
export function dispositionIn(payload: unknown): Disposition {
  if (typeof payload !== 'object' || payload === null) return 'CONTINUE'
  const word = (payload as { readonly disposition?: unknown }).disposition
  return word === 'STOP_RULE' || word === 'STOP_RULE_SET' ? word : 'CONTINUE'
}

export function strongest(dispositions: readonly Disposition[]): Disposition {
  if (dispositions.includes('STOP_RULE_SET')) return 'STOP_RULE_SET'
  return dispositions.includes('STOP_RULE') ? 'STOP_RULE' : 'CONTINUE'
}
