import type { InvocationAnswer } from '../lambda/function.ts'
import type { Authentication } from './authenticate.ts'
import type { Envelope } from './envelope.ts'
import type { Behaviour } from './behaviour.ts'
import { receiptEvent } from './event.ts'
import { appendHeader } from './header-block.ts'
import {
  type ActionOutcome,
  type Disposition,
  dispositionIn,
  type ReceivedMessage,
  type Report,
  type RuleOutcome,
  strongest,
} from './outcome.ts'
import { type Attempt, retry, type RetrySchedule } from './retry.ts'
import type { ReceiptAction } from '../template/receipt-rules.ts'
import type { MatchedRule } from './rules.ts'
import type { ScanVerdicts } from './scan.ts'

/** What the rules ask of the world. */
export type RuleEffects = {
  /** Rejects when the object was not stored. */
  readonly putObject: (bucketName: string, key: string, bytes: Buffer) => Promise<unknown>
  /** @param options.timeout milliseconds that SES waits */
  readonly invokeFunction: (
    functionArn: string,
    event: unknown,
    options: { readonly timeout: number },
  ) => Promise<InvocationAnswer>
  readonly onReport: (report: Report) => void
  readonly now: () => Date
  /** Asked once for each event: whether it is delivered a second time. */
  readonly duplicate: () => boolean
  /** Keeps what goes on after the rules have ended, so that somebody can wait for it. */
  readonly inBackground: (task: Promise<unknown>) => void
  readonly behaviour: Behaviour
  readonly retryDelaysMs: readonly number[]
  readonly eventRetryDelaysMs: readonly number[]
  readonly signal: AbortSignal
}

export type AcceptedMessage = {
  readonly messageId: string
  readonly receivedAt: Date
  readonly envelope: Envelope
  readonly authentication: Authentication
  readonly scans: ScanVerdicts
  /** With SES's headers. */
  readonly bytes: Buffer
  readonly matched: readonly MatchedRule[]
}

/** SES gives a RequestResponse invocation 30 seconds (Developer Guide, "Lambda function action"). */
const functionTimeoutMs = 30_000

type Step = {
  readonly outcome: ActionOutcome
  readonly then: 'next-action' | 'next-rule' | 'end'
  readonly bytes: Buffer
}

type RunningRule = { readonly message: AcceptedMessage; readonly matched: MatchedRule; readonly bytes: Buffer }

/**
 * Runs the rules that apply to a message: rules in their order, actions in their order, until something stops them.
 *
 * Not documented, and decided here: an added header stays for later rules; an action that expired ends the rule set,
 * since SES tries the whole again and never gets past it. Whom a stop reaches is in `behaviour.ts`.
 */
export async function runRules(message: AcceptedMessage, effects: RuleEffects): Promise<ReceivedMessage> {
  const rules: RuleOutcome[] = []
  const stopped = new Set<string>()
  const left: MatchedRule[] = [...message.matched]
  let { bytes } = message
  for (let matched = left.shift(); matched !== undefined; matched = left.shift()) {
    const ran = await runRule({ message, matched, bytes }, effects)
    rules.push(ran.rule)
    bytes = ran.bytes
    if (!ran.isOver) continue
    if (ran.rule.end === 'expired' || effects.behaviour.stopReaches === 'message') break
    for (const recipient of matched.recipients) stopped.add(recipient)
    left.splice(0, left.length, ...withoutRecipients(left, stopped))
  }
  const actions = rules.flatMap((rule) => rule.actions)
  return {
    messageId: message.messageId,
    receivedAt: message.receivedAt,
    envelope: message.envelope,
    rules,
    rulesNotRun: namesOf(message.matched).filter((name) => !rules.some((ran) => ran.name === name)),
    disposition: strongest(actions.map(dispositionOf)),
    storedAt: actions.flatMap((action) =>
      action.outcome === 'stored' ? [{ bucketName: action.bucketName, key: action.key }] : [],
    ),
  }
}

/** The rules that still apply when nothing more is done for some of the recipients. */
function withoutRecipients(rules: readonly MatchedRule[], stopped: ReadonlySet<string>): readonly MatchedRule[] {
  return rules
    .map(({ rule, recipients }) => ({ rule, recipients: recipients.filter((recipient) => !stopped.has(recipient)) }))
    .filter(({ recipients }) => recipients.length > 0)
}

function namesOf(rules: readonly MatchedRule[]): readonly string[] {
  return rules.map(({ rule }) => rule.name)
}

async function runRule(
  running: RunningRule,
  effects: RuleEffects,
): Promise<{ readonly rule: RuleOutcome; readonly bytes: Buffer; readonly isOver: boolean }> {
  const { rule, recipients } = running.matched
  const actions: ActionOutcome[] = []
  let { bytes } = running
  for (const action of rule.actions) {
    const step = await runAction(action, { ...running, bytes }, effects)
    actions.push(step.outcome)
    bytes = step.bytes
    if (step.then === 'next-action') continue
    const end = step.outcome.outcome === 'expired' ? 'expired' : 'stopped'
    return { rule: { name: rule.name, recipients, actions, end }, bytes, isOver: step.then === 'end' }
  }
  return { rule: { name: rule.name, recipients, actions, end: 'completed' }, bytes, isOver: false }
}

async function runAction(action: ReceiptAction, running: RunningRule, effects: RuleEffects): Promise<Step> {
  const { bytes } = running
  const goOn = (outcome: ActionOutcome): Step => ({ outcome, then: 'next-action', bytes })
  switch (action.kind) {
    case 's3':
      return store(action, running, effects)
    case 'lambda':
      return invoke(action, running, effects)
    case 'add-header':
      return {
        outcome: { kind: 'add-header', outcome: 'added', name: action.name },
        then: 'next-action',
        bytes: appendHeader(bytes, action),
      }
    case 'stop':
      return { outcome: { kind: 'stop', outcome: 'stopped' }, then: 'end', bytes }
    case 'bounce':
    case 'sns':
      return goOn(refuse(action.kind, running, effects))
    case 'unsupported': {
      const reason = `the laptop cannot run the action ${action.type}; SES would`
      report('unsupported', reason, running, effects)
      return goOn({ kind: 'unsupported', outcome: 'not-run', reason })
    }
  }
}

/** Both send a notice to a sender address that is usually forged: SNS when the message is over 150 KB. */
function refuse(kind: 'bounce' | 'sns', running: RunningRule, effects: RuleEffects): ActionOutcome {
  const what = kind === 'bounce' ? 'a Bounce action' : 'an SNS action, which bounces what is over 150 KB'
  const reason = `rule ${running.matched.rule.name} has ${what}: SES would send mail to a sender who may be forged (backscatter); nothing was sent`
  report('backscatter-hazard', reason, running, effects)
  return { kind, outcome: 'not-run', reason }
}

async function store(
  action: Extract<ReceiptAction, { kind: 's3' }>,
  running: RunningRule,
  effects: RuleEffects,
): Promise<Step> {
  const { bytes, message } = running
  const at = { bucketName: action.bucketName, key: `${action.objectKeyPrefix}${message.messageId}` }
  const what = `storing s3://${at.bucketName}/${at.key}`
  const put = async (): Promise<Attempt<null>> => {
    try {
      await effects.putObject(at.bucketName, at.key, bytes)
      return { answer: 'done', value: null }
    } catch (error) {
      return { answer: 'failed', reason: error instanceof Error ? error.message : String(error) }
    }
  }
  const tried = await retry(put, schedule(what, effects.retryDelaysMs, running, effects))
  const { attempts } = tried
  if (tried.answer === 'done') {
    return { outcome: { kind: 's3', outcome: 'stored', attempts, ...at }, then: 'next-action', bytes }
  }
  expire(what, tried.reason, running, effects)
  return { outcome: { kind: 's3', outcome: 'expired', attempts, reason: tried.reason, ...at }, then: 'end', bytes }
}

async function invoke(
  action: Extract<ReceiptAction, { kind: 'lambda' }>,
  running: RunningRule,
  effects: RuleEffects,
): Promise<Step> {
  const { bytes, message, matched } = running
  const { functionArn } = action
  const event = receiptEvent({
    ...message,
    message: bytes,
    matched,
    action,
    processedAt: effects.now(),
    nullSource: effects.behaviour.nullSource,
    mostHeaderBytes: effects.behaviour.mostHeaderBytes,
  })
  const invocations: InvocationAnswer[] = []
  const call = async (): Promise<Attempt<unknown>> => {
    const answer = await effects.invokeFunction(functionArn, event, { timeout: functionTimeoutMs })
    invocations.push(answer)
    if (answer.answer === 'returned') return { answer: 'done', value: answer.payload }
    return { answer: 'failed', reason: `${answer.error.type}: ${answer.error.message}` }
  }
  if (action.invocationType === 'Event') {
    effects.inBackground(queued(call, functionArn, running, effects))
    return { outcome: { kind: 'lambda', outcome: 'queued', functionArn }, then: 'next-action', bytes }
  }
  const what = `invoking ${functionArn}`
  const tried = await retry(call, schedule(what, effects.retryDelaysMs, running, effects))
  if (tried.answer === 'gave-up') {
    expire(what, tried.reason, running, effects)
    const error = errorIn(invocations)
    return { outcome: { kind: 'lambda', outcome: 'expired', functionArn, error, invocations }, then: 'end', bytes }
  }
  if (effects.duplicate()) await call()
  const disposition = dispositionIn(tried.value)
  const then = { CONTINUE: 'next-action', STOP_RULE: 'next-rule', STOP_RULE_SET: 'end' } as const
  return {
    outcome: { kind: 'lambda', outcome: 'returned', functionArn, disposition, invocations },
    then: then[disposition],
    bytes,
  }
}

/** Lambda takes an Event at once and tries a failing function two more times, on its own. */
async function queued(
  call: () => Promise<Attempt<unknown>>,
  functionArn: string,
  running: RunningRule,
  effects: RuleEffects,
): Promise<void> {
  const deliveries = effects.duplicate() ? 2 : 1
  for (let delivery = 0; delivery < deliveries; delivery += 1) {
    const what = `the Event for ${functionArn}`
    const tried = await retry(call, schedule(what, effects.eventRetryDelaysMs, running, effects))
    if (tried.answer === 'gave-up') {
      report('event-failed', `${what} failed ${tried.attempts} times: ${tried.reason}`, running, effects)
    }
  }
}

function errorIn(invocations: readonly InvocationAnswer[]): { readonly type: string; readonly message: string } {
  const last = invocations.at(-1)
  return last?.answer === 'failed' ? last.error : { type: 'Unknown', message: 'no answer' }
}

function schedule(
  what: string,
  delaysMs: readonly number[],
  running: RunningRule,
  effects: RuleEffects,
): RetrySchedule {
  return {
    delaysMs,
    signal: effects.signal,
    onRetry: (reason, attempts) =>
      report('retrying', `${what} failed (try ${attempts}), trying again: ${reason}`, running, effects),
  }
}

function expire(what: string, reason: string, running: RunningRule, effects: RuleEffects): void {
  report('expired', `${what} failed until SES gave up, which it does after 36 hours: ${reason}`, running, effects)
}

function report(kind: Report['kind'], sentence: string, running: RunningRule, effects: RuleEffects): void {
  const { message, matched } = running
  effects.onReport({ kind, messageId: message.messageId, ruleName: matched.rule.name, sentence })
}

function dispositionOf(action: ActionOutcome): Disposition {
  return action.kind === 'lambda' && action.outcome === 'returned' ? action.disposition : 'CONTINUE'
}
