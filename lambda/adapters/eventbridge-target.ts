import { PutEventsCommand, type EventBridgeClient } from '@aws-sdk/client-eventbridge'
import type { HandOverTarget } from '../ports/hand-over-target.ts'
import { pointerTarget } from './pointer-target.ts'

/** Puts an event on an EventBridge bus: source `quietgate`, detail type `Mail Delivered`. */
export function createEventBridgeTarget(client: EventBridgeClient, busArn: string): HandOverTarget {
  return pointerTarget(async (pointer, signal) => {
    const entry = {
      EventBusName: busArn,
      Source: 'quietgate',
      DetailType: 'Mail Delivered',
      Time: new Date(pointer.received_at),
      Resources: [pointer.kept_key.replace('s3://', 'arn:aws:s3:::')],
      Detail: JSON.stringify(pointer),
    }
    const answer = await client.send(new PutEventsCommand({ Entries: [entry] }), { abortSignal: signal })
    if (answer.FailedEntryCount === 0) return
    // That an entry was not taken stands in an answer of success (EventBridge API Reference, PutEvents).
    const [failed] = answer.Entries ?? []
    throw Object.assign(new Error(failed?.ErrorMessage ?? 'no word'), { code: failed?.ErrorCode ?? 'unknown' })
  })
}
