import { gzipSync } from 'node:zlib'
import { handOver, type HandOverPorts } from '../../lambda/hand-over.ts'
import { compactedKey } from '../../lambda/core/compaction/hours.ts'
import type { HandOverJob } from '../../lambda/core/hand-over/job.ts'
import { recordKey, type DecisionRecord } from '../../lambda/core/record.ts'
import type { ReleaseRequest } from '../../lambda/core/release/request.ts'
import type { MailStatted } from '../../lambda/ports/mail-stat.ts'
import type { RecordObjects } from '../../lambda/ports/record-objects.ts'
import type { ReleasePorts } from '../../lambda/release.ts'
import { createMemoryHandOverMarks } from '../../local/memory/hand-over-marks.ts'
import { createMemoryRecordObjects } from '../../local/memory/record-objects.ts'
import { recordFixture } from '../record-fixture.ts'

export const now = Date.parse('2026-11-21T12:00:00.000Z')
export const [alice, bob, nobody] = ['alice@example.com', 'bob@example.com', 'nobody@example.com']

/** Stopped for alice and for an unknown recipient, let through for bob. */
export function stopped(changes: Partial<DecisionRecord> = {}): DecisionRecord {
  const common = { mode: 'enforce', reasons: [] } as const
  return recordFixture({
    message_id: 'id1',
    received_at: '2026-11-21T10:00:00.000Z',
    mode: 'enforce',
    action: 'deliver',
    would_be_action: 'deliver',
    mail_from: 'carol@partner.example',
    null_sender: false,
    recipients: [
      { ...common, address: alice, answer: 'known', action: 'quarantine', would_be_action: 'quarantine' },
      { ...common, address: bob, answer: 'known', action: 'deliver', would_be_action: 'deliver' },
      { ...common, address: nobody, answer: 'unknown', action: 'discard', would_be_action: 'discard' },
    ],
    kept_key: 's3://mail/mail/id1',
    ...changes,
  })
}

export function asked(changes: Partial<ReleaseRequest> = {}): ReleaseRequest {
  return {
    message_id: 'id1',
    day: '2026-11-21',
    recipients: [alice],
    reason: 'TICKET-7: an invoice',
    by: { kind: 'command', request_id: 'request-1', owner: 'dora' },
    even_virus: false,
    ...changes,
  }
}

/** A bucket, a queue and the worker that empties it, all in memory. */
export function worldOf() {
  const objects = createMemoryRecordObjects(() => now)
  const queue: HandOverJob[] = []
  const sent: string[] = []
  const state = { mail: { answer: 'there', octets: 100 } as MailStatted, queueFails: false, now }
  const ports: ReleasePorts = {
    objects,
    mail: () => Promise.resolve(state.mail),
    queue: (value) => {
      if (state.queueFails) return Promise.resolve({ answer: 'failed', cause: 'unreachable' })
      queue.push(value as HandOverJob)
      return Promise.resolve({ answer: 'sent' })
    },
    clock: () => state.now,
    mailDays: 30,
  }
  const worker: HandOverPorts = {
    readRecord: () => Promise.resolve({ answer: 'none' }),
    marks: createMemoryHandOverMarks(),
    target: ({ survivors }) => {
      sent.push(...survivors.map(({ recipient }) => recipient))
      return Promise.resolve(survivors.map(({ recipient }) => ({ recipient, outcome: 'taken', reply: '250 OK' })))
    },
    deadLetters: () => Promise.resolve({ answer: 'sent' }),
    metrics: { tried: () => undefined, waiting: () => undefined, unread: () => undefined },
    clock: () => state.now,
  }
  /** The worker does all that is in the queue, and says who got the message, everybody as often as he did. */
  const delivered = async (): Promise<readonly string[]> => {
    for (const job of queue.splice(0)) {
      const policy = { postmaster: null, reservedMs: 1000 }
      await handOver({ job, tries: 1, queuedAt: state.now }, policy, worker, AbortSignal.timeout(5000))
    }
    return sent
  }
  const fresh = (record: DecisionRecord): void =>
    objects.put(recordKey(record), JSON.stringify(record), record.decided_at)
  const compacted = (record: DecisionRecord): void => {
    const key = compactedKey({ day: record.received_at.slice(0, 10), hour: record.received_at.slice(0, 13) })
    objects.put(key, gzipSync(`${JSON.stringify(record)}\n`), record.decided_at)
  }
  const trail = (): readonly string[] => [...objects.objects.keys()].filter((key) => key.startsWith('releases/')).sort()
  return { objects, queue, sent, state, ports, delivered, fresh, compacted, trail }
}

/** The process ends. It is no failure that anybody could answer. */
export class Death extends Error {}

/** Ports whose process ends right before or right after the so-manieth thing that they change. */
export function mortal(ports: ReleasePorts, dies: { readonly at: number; readonly done: boolean }): ReleasePorts {
  let changes = 0
  const living = async <T>(change: () => Promise<T>): Promise<T> => {
    const isLast = changes++ === dies.at
    if (isLast && !dies.done) throw new Death()
    const answer = await change()
    if (isLast) throw new Death()
    return answer
  }
  const write: RecordObjects['write'] = (...args) => living(() => ports.objects.write(...args))
  return { ...ports, objects: { ...ports.objects, write }, queue: (...args) => living(() => ports.queue(...args)) }
}
