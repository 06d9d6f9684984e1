import type { InvocationAnswer } from '../../../local/lambda/function.ts'
import type { Envelope } from '../../../local/ses/envelope.ts'
import type { ReceivedMessage, Report } from '../../../local/ses/outcome.ts'
import { createReceiver, type ReceiverOptions } from '../../../local/ses/receive.ts'
import type { ReceiptRule } from '../../../local/ses/rules.ts'
import type { ReceiptAction } from '../../../local/template/receipt-rules.ts'
import { namesOf } from './names.ts'

export const functionArn = 'arn:aws:lambda:eu-west-1:111122223333:function:filter'

export const store = { kind: 's3', bucketName: 'mail', objectKeyPrefix: 'raw/' } as const
export const filter: ReceiptAction = { kind: 'lambda', functionArn, invocationType: 'RequestResponse' }
export const queue: ReceiptAction = { kind: 'lambda', functionArn, invocationType: 'Event' }

export const envelope: Envelope = {
  clientIp: '192.0.2.10',
  clientName: 'mx.sender.example',
  helo: 'helo.sender.example',
  reversePath: 'anna@sender.example',
  recipients: ['bob@example.com'],
}

export function rule(name: string, actions: readonly ReceiptAction[], more: Partial<ReceiptRule> = {}): ReceiptRule {
  return { name, enabled: true, recipients: [], scanEnabled: true, tlsPolicy: 'Optional', actions, ...more }
}

export function returned(payload: unknown): InvocationAnswer {
  return { answer: 'returned', payload, ms: 1, coldStart: false, initMs: null }
}

export const thrown: InvocationAnswer = {
  answer: 'failed',
  kind: 'thrown',
  error: { type: 'Error', message: 'no good' },
}

/** What the world was asked, in its order. */
export type Asked =
  { readonly put: string; readonly bytes: string } | { readonly invoke: string; readonly event: EventOfSes }

export type EventOfSes = {
  readonly Records: readonly [
    {
      readonly ses: {
        readonly mail: { readonly headers: readonly { readonly name: string; readonly value: string }[] } & Record<
          string,
          unknown
        >
        readonly receipt: Record<string, unknown>
      }
    },
  ]
}

/** A receiver on doubles: puts succeed and the function answers CONTINUE unless a list says otherwise, one entry a call. */
export function receiverOf(
  rules: readonly ReceiptRule[],
  answers: { readonly puts?: ('ok' | 'fail')[]; readonly invocations?: InvocationAnswer[] } = {},
  more: Partial<ReceiverOptions> = {},
) {
  const asked: Asked[] = []
  const reports: Report[] = []
  const receiver = createReceiver({
    region: 'eu-west-1',
    ruleSet: { name: 'set', rules },
    resolver: namesOf({}),
    putObject: (bucketName, key, bytes) => {
      asked.push({ put: `${bucketName}/${key}`, bytes: bytes.toString() })
      return answers.puts?.shift() === 'fail' ? Promise.reject(new Error('SlowDown')) : Promise.resolve()
    },
    invokeFunction: (arn, event) => {
      asked.push({ invoke: arn, event: event as EventOfSes })
      return Promise.resolve(answers.invocations?.shift() ?? returned(null))
    },
    onReport: (report) => reports.push(report),
    retryDelaysMs: [0, 0],
    eventRetryDelaysMs: [0, 0],
    now: () => new Date('2026-11-21T10:00:00Z'),
    newMessageId: () => 'bjeaq8b6ultae1j07u2rjmh596k0k6japeqico01',
    ...more,
  })
  const receive = async (message: string | Buffer, over: Partial<Envelope> = {}): Promise<ReceivedMessage> => {
    const { done } = await receiver.accept({ ...envelope, ...over }, Buffer.from(message))
    return done
  }
  return { receiver, receive, asked, reports }
}

/** The events that the function got. */
export function eventsIn(asked: readonly Asked[]): readonly EventOfSes[] {
  return asked.flatMap((call) => ('invoke' in call ? [call.event] : []))
}
