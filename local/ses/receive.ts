import { authenticate, type Authentication, type Resolver } from './authenticate.ts'
import type { Envelope } from './envelope.ts'
import { assumedBehaviour, type Behaviour } from './behaviour.ts'
import type { NullSource } from './event.ts'
import { createGate } from './gate.ts'
import { newMessageId } from './message-id.ts'
import type { ReceivedMessage, Report } from './outcome.ts'
import { matchingRules, type ReceiptRuleSet } from './rules.ts'
import { type RuleEffects, runRules } from './run-rules.ts'
import { scan, scanDisabled } from './scan.ts'
import { sesHeaders } from './ses-headers.ts'

export type ReceiverOptions = {
  readonly region: string
  readonly ruleSet: ReceiptRuleSet
  /** For SPF, DKIM and DMARC. */
  readonly resolver: Resolver
  /** Stores an object; rejects when it was not stored. */
  readonly putObject: RuleEffects['putObject']
  readonly invokeFunction: RuleEffects['invokeFunction']
  /** A message has been through its rules. @default nothing */
  readonly onReceived?: (message: ReceivedMessage) => void
  /** Failures and hazards, as sentences. @default dropped */
  readonly onReport?: (report: Report) => void
  /** Milliseconds before each further try of a failed S3 or RequestResponse action. @default [100, 500, 2000] */
  readonly retryDelaysMs?: readonly number[]
  /** The same for the Event type, which Lambda tries three times. @default [100, 500] */
  readonly eventRetryDelaysMs?: readonly number[]
  /** What `mail.source` is for a null sender. @default '' */
  readonly nullSource?: NullSource
  /** The rest of what no document says. @default as it is assumed */
  readonly behaviour?: Behaviour
  /** Delivers an event a second time, as SES does now and then. @default false */
  readonly duplicate?: boolean | (() => boolean)
  /** @default the clock */
  readonly now?: () => Date
  /** @default random */
  readonly newMessageId?: () => string
  /** Messages whose rules run at the same time. @default 16 */
  readonly messagesAtOnce?: number
}

export type Accepted = {
  readonly messageId: string
  /** Resolves when the message has been through its rules. Event invocations may still be under way. */
  readonly done: Promise<ReceivedMessage>
}

export type Receiver = {
  /**
   * Takes a message in. Resolves before its rules run; only while a hundred messages are under way does it wait.
   *
   * @param message the sender's bytes, dots unstuffed
   */
  readonly accept: (envelope: Envelope, message: Buffer) => Promise<Accepted>
  /** Resolves when every accepted message has been through its rules, Event invocations included. */
  readonly idle: () => Promise<void>
  /** Gives up waiting to try again: what fails from now on has expired. */
  readonly close: () => void
}

const mostUnderWay = 100

/** SES receiving from the end of DATA on: an id, SES's headers, and the rules. */
export function createReceiver(options: ReceiverOptions): Receiver {
  const underWay = new Set<Promise<unknown>>()
  const keep = (task: Promise<unknown>): void => {
    underWay.add(task)
    // A rejection is a bug: it stays unhandled on this branch, and is heard.
    void task.finally(() => underWay.delete(task))
  }
  const ending = new AbortController()
  const admission = createGate(mostUnderWay)
  const processing = createGate(options.messagesAtOnce ?? 16)
  const effects = effectsOf(options, keep, ending.signal)
  const process = async (envelope: Envelope, message: Buffer, messageId: string): Promise<ReceivedMessage> => {
    const receivedAt = effects.now()
    await processing.enter()
    try {
      const received = await receive({ envelope, message, messageId, receivedAt }, options, effects)
      options.onReceived?.(received)
      return received
    } finally {
      processing.leave()
      admission.leave()
    }
  }
  return {
    accept: async (envelope, message) => {
      await admission.enter()
      const messageId = (options.newMessageId ?? newMessageId)()
      const done = process(envelope, message, messageId)
      keep(done)
      return { messageId, done }
    },
    idle: async () => {
      while (underWay.size > 0) await Promise.allSettled(underWay)
    },
    close: () => ending.abort(),
  }
}

type Incoming = {
  readonly envelope: Envelope
  readonly message: Buffer
  readonly messageId: string
  readonly receivedAt: Date
}

async function receive(
  { envelope, message, messageId, receivedAt }: Incoming,
  options: ReceiverOptions,
  effects: RuleEffects,
): Promise<ReceivedMessage> {
  const matched = matchingRules(options.ruleSet, envelope.recipients)
  const scans = matched.some(({ rule }) => rule.scanEnabled) ? scan(message) : null
  const authentication: Authentication = await authenticate(message, envelope, options.resolver)
  const { region } = options
  const headers = sesHeaders({ messageId, region, receivedAt, envelope, authentication, scans })
  const bytes = Buffer.concat([headers, message])
  return runRules(
    { messageId, receivedAt, envelope, authentication, scans: scans ?? scanDisabled, bytes, matched },
    effects,
  )
}

function effectsOf(
  options: ReceiverOptions,
  inBackground: (task: Promise<unknown>) => void,
  signal: AbortSignal,
): RuleEffects {
  const { duplicate = false } = options
  return {
    putObject: options.putObject,
    invokeFunction: options.invokeFunction,
    onReport: options.onReport ?? (() => undefined),
    now: options.now ?? (() => new Date()),
    duplicate: typeof duplicate === 'function' ? duplicate : () => duplicate,
    inBackground,
    behaviour: behaviourOf(options),
    retryDelaysMs: options.retryDelaysMs ?? [100, 500, 2000],
    eventRetryDelaysMs: options.eventRetryDelaysMs ?? [100, 500],
    signal,
  }
}

function behaviourOf({ nullSource, behaviour = assumedBehaviour }: ReceiverOptions): Behaviour {
  return nullSource === undefined ? behaviour : { ...behaviour, nullSource }
}
