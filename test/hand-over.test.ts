import { describe, expect, it } from 'vitest'
import type { DeadLetter, HandOverJob } from '../lambda/core/hand-over/job.ts'
import { giveUpAfterMs } from '../lambda/core/hand-over/replies.ts'
import { handOver, type HandedOver, type HandOverPorts } from '../lambda/hand-over.ts'
import type { OutgoingMail, RecipientOutcome } from '../lambda/ports/hand-over-target.ts'
import type { RecordRead } from '../lambda/ports/record-reader.ts'
import { createMemoryHandOverMarks } from '../local/memory/hand-over-marks.ts'
import { jobFor, recordFor } from './hand-over/builders.ts'

const now = Date.parse('2026-11-21T10:00:00.000Z')
const [alice, bob] = ['alice@example.com', 'bob@example.com']

describe('handing over', () => {
  it('gives the message to those whom the record leaves, and to nobody a second time', async () => {
    const world = worldOf({ answer: 'record', record: recordFor({ [alice]: 'deliver', [bob]: 'discard' }) })
    expect(await world.run(jobFor(alice, bob))).toEqual({ answer: 'done' })
    expect(await world.run(jobFor(alice, bob))).toEqual({ answer: 'done' })
    expect(world.sent).toEqual([[alice]])
  })

  it('asks no target when the record leaves nobody', async () => {
    const world = worldOf({ answer: 'record', record: recordFor({ [alice]: 'quarantine' }) })
    expect(await world.run(jobFor(alice))).toEqual({ answer: 'done' })
    expect(world.sent).toEqual([])
  })

  it('waits, and gives it to nobody, while it is not known what the record says or who has it', async () => {
    const unread = worldOf({ answer: 'failed', cause: 'timeout' })
    const why = 'the record could not be read: timeout'
    expect(await unread.run(jobFor(alice), 3)).toEqual({ answer: 'later', seconds: 120, why })
    const unmarked = worldOf()
    unmarked.marks.failWith('begin')
    expect(await unmarked.run(jobFor(alice))).toMatchObject({ answer: 'later', seconds: 30 })
    expect([...unread.sent, ...unmarked.sent]).toEqual([])
  })

  it('tries those again who were told later, and only those', async () => {
    const world = worldOf()
    world.answers.set(bob, ['later', '451 4.7.1 greylisted'])
    expect(await world.run(jobFor(alice, bob))).toEqual({ answer: 'later', seconds: 30, why: '451 4.7.1 greylisted' })
    world.answers.clear()
    expect(await world.run(jobFor(alice, bob), 2)).toEqual({ answer: 'done' })
    expect(world.sent).toEqual([[alice, bob], [bob]])
    expect(world.counts).toEqual([
      { taken: 1, refused: 0, later: 1 },
      { taken: 1, refused: 0, later: 0 },
    ])
  })

  it('makes one dead letter of those who were refused, and tries them again only when somebody puts it back', async () => {
    const world = worldOf()
    world.answers.set(bob, ['refused', '550 5.1.1 unknown'])
    expect(await world.run(jobFor(alice, bob))).toEqual({ answer: 'done' })
    expect(await world.run(jobFor(alice, bob))).toEqual({ answer: 'done' })
    expect(world.letters).toEqual([
      {
        schema_version: 1,
        job: { ...jobFor(bob), round: 1 },
        failed_at: '2026-11-21T10:00:00.000Z',
        refused: [{ recipient: bob, reply: '550 5.1.1 unknown' }],
      },
    ])
    world.answers.clear()
    expect(await world.run(world.letters[0]!.job)).toEqual({ answer: 'done' })
    expect(world.sent).toEqual([[alice, bob], [bob]])
  })

  it('keeps the message when the dead letter cannot be written, and does not send it to those who have it', async () => {
    const world = worldOf()
    world.answers.set(bob, ['refused', '550 no'])
    world.loseLetters(true)
    expect(await world.run(jobFor(alice, bob))).toMatchObject({
      answer: 'later',
      why: 'the dead letter could not be written',
    })
    world.loseLetters(false)
    expect(await world.run(jobFor(alice, bob))).toEqual({ answer: 'done' })
    expect(world.sent).toEqual([[alice, bob], [bob]])
    expect(world.letters).toHaveLength(1)
  })

  it('gives up after ten days, and not before', async () => {
    const world = worldOf()
    world.answers.set(alice, ['later', 'connect ECONNREFUSED'])
    expect(await world.run(jobFor(alice), 500, now - giveUpAfterMs)).toMatchObject({ answer: 'later' })
    expect(await world.run(jobFor(alice), 500, now - giveUpAfterMs - 1)).toEqual({ answer: 'done' })
    expect(world.letters.map(({ refused }) => refused)).toEqual([
      [{ recipient: alice, reply: 'given up after: connect ECONNREFUSED' }],
    ])
  })

  it('leaves a message to the worker that has it', async () => {
    const world = worldOf()
    await world.marks.begin('id1', now, now + 1000, AbortSignal.timeout(1000))
    expect(await world.run(jobFor(alice))).toEqual({ answer: 'later', seconds: 30, why: 'another worker has it' })
    expect(world.sent).toEqual([])
  })
})

function worldOf(record: RecordRead = { answer: 'none' }) {
  const sent: string[][] = []
  const letters: DeadLetter[] = []
  const counts: object[] = []
  const answers = new Map<string, readonly [RecipientOutcome['outcome'], string]>()
  const marks = createMemoryHandOverMarks()
  let loses = false
  const ports: HandOverPorts = {
    readRecord: () => Promise.resolve(record),
    marks,
    target: ({ survivors }: OutgoingMail) => {
      sent.push(survivors.map(({ recipient }) => recipient))
      return Promise.resolve(
        survivors.map(({ recipient }): RecipientOutcome => {
          const [outcome, reply] = answers.get(recipient) ?? ['taken', '250 OK']
          return { recipient, outcome, reply }
        }),
      )
    },
    deadLetters: (value) => {
      if (loses) return Promise.resolve({ answer: 'failed', cause: 'unreachable' })
      letters.push(value as DeadLetter)
      return Promise.resolve({ answer: 'sent' })
    },
    metrics: { tried: (count) => void counts.push(count), waiting: () => undefined, unread: () => undefined },
    clock: () => now,
  }
  const run = (job: HandOverJob, tries = 1, queuedAt = now): Promise<HandedOver> =>
    handOver({ job, tries, queuedAt }, { postmaster: null, reservedMs: 1000 }, ports, AbortSignal.timeout(5000))
  const loseLetters = (value: boolean): void => void (loses = value)
  return { run, sent, letters, counts, answers, marks, loseLetters }
}
