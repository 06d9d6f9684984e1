import { describe, expect, it } from 'vitest'
import type { Released } from '../lambda/core/release/request.ts'
import { RecordsInterrupted } from '../lambda/ports/record-objects.ts'
import { release, type ReleasePorts } from '../lambda/release.ts'
import { trailKey } from '../lambda/release/trail.ts'
import { alice, asked, bob, Death, mortal, nobody, stopped, worldOf } from './release/world.ts'

const { signal } = new AbortController()

describe('a release', () => {
  it('is written into the trail, queued for the chosen recipient alone, and noted as queued', async () => {
    const world = worldOf()
    world.fresh(stopped())
    const at = '2026-11-21T12:00:00.000Z'
    expect(await release(asked(), world.ports, signal)).toEqual({
      answer: 'released',
      at,
      recipients: [alice],
      before: [],
    })
    expect(world.queue).toEqual([
      {
        schema_version: 1,
        message_id: 'id1',
        received_at: '2026-11-21T10:00:00.000Z',
        kept_key: 's3://mail/mail/id1',
        recipients: [alice],
        mail_from: 'carol@partner.example',
        null_sender: false,
        round: 0,
        origin: 'release',
      },
    ])
    const key = trailKey(stopped(), alice)
    expect(world.trail()).toEqual([key, key.replace('.json', '.queued.json')])
    expect(key).toMatch(/^releases\/dt=2026-11-21\/id1\/[0-9a-f]{32}\.json$/)
    expect(read(world, key)).toEqual(lineOf(alice, at))
    expect(read(world, key.replace('.json', '.queued.json'))).toEqual({
      schema_version: 1,
      message_id: 'id1',
      recipient: alice,
      queued_at: at,
      request_id: 'request-1',
    })
  })

  it('is done once: who asks again hears when, why and by which request, and nothing is queued', async () => {
    const world = worldOf()
    world.fresh(stopped())
    await release(asked(), world.ports, signal)
    world.state.now += 60_000
    const again = asked({ reason: 'again', by: { kind: 'widget', request_id: 'request-2', owner: null } })
    expect(await release(again, world.ports, signal)).toEqual({
      answer: 'already-released',
      before: [lineOf(alice, '2026-11-21T12:00:00.000Z')],
    })
    expect(world.queue).toHaveLength(1)
    expect(await world.delivered()).toEqual([alice])
  })

  it('of all that were stopped leaves out whoever has it, and says what to expect of an unknown recipient', async () => {
    const world = worldOf()
    world.fresh(stopped())
    await release(asked(), world.ports, signal)
    const outcome = await release(asked({ recipients: 'stopped' }), world.ports, signal)
    expect(outcome).toEqual({
      answer: 'released',
      at: '2026-11-21T12:00:00.000Z',
      recipients: [nobody],
      before: [lineOf(alice, '2026-11-21T12:00:00.000Z')],
      notes: [
        `The directory did not know ${nobody}: the next server will probably refuse the message. ` +
          'It would then be a dead letter of the hand-over; nothing goes back to the sender.',
      ],
    })
    expect(world.queue.map(({ recipients }) => recipients)).toEqual([[alice], [nobody]])
  })

  it.each([
    [{ reason: ' \n' }, 'no-reason', 'Say why it is released: the reason stands in the record trail.'],
    [{ message_id: '../x y' }, 'no-record', "This is no id of SES's."],
    [{ day: '2026' }, 'no-record', 'The day of receipt is YYYY-MM-DD.'],
    [{ day: '2026-11-20' }, 'no-record', 'There is no record of id1 of mail received on 2026-11-20.'],
    [{ message_id: 'id2', day: null }, 'no-record', 'There is no record of id2 in the 30 days for which mail is kept.'],
    [
      { recipients: ['eve@example.com'] },
      'not-a-recipient',
      `eve@example.com is not among the recipients of id1: ${alice}, ${bob}, ${nobody}.`,
    ],
    [{ recipients: [] }, 'not-a-recipient', 'No recipient of id1 is named.'],
    [{ recipients: [alice, bob] }, 'nothing-stopped', `id1 was not stopped for ${bob}: the filter let it through.`],
  ] as const)('is refused, and nothing is written or queued: %j', async (changes, why, sentence) => {
    const world = worldOf()
    world.fresh(stopped())
    expect(await release(asked(changes), world.ports, signal)).toEqual({ answer: 'refused', why, sentence })
    expect([world.trail(), world.queue]).toEqual([[], []])
  })

  it('of a message in which SES found a virus needs somebody who says so', async () => {
    const world = worldOf()
    world.fresh(stopped({ reasons: [{ code: 'virus-found' }] }))
    expect(await release(asked(), world.ports, signal)).toMatchObject({ answer: 'refused', why: 'virus' })
    expect(world.trail()).toEqual([])
    expect(await release(asked({ even_virus: true }), world.ports, signal)).toMatchObject({ answer: 'released' })
  })

  it('of a message that went to everybody has nothing to do', async () => {
    const world = worldOf()
    const { recipients } = stopped()
    world.fresh(stopped({ recipients: recipients.filter(({ action }) => action === 'deliver') }))
    expect(await release(asked({ recipients: 'stopped' }), world.ports, signal)).toEqual({
      answer: 'refused',
      why: 'nothing-stopped',
      sentence: 'id1 was let through for all its recipients: there is nothing to release.',
    })
  })

  it('is refused when the raw mail is gone, with the day until which it was kept', async () => {
    const world = worldOf()
    world.fresh(stopped({ received_at: '2026-10-20T10:00:00.000Z' }))
    world.state.mail = { answer: 'missing' }
    expect(await release(asked({ day: '2026-10-20' }), world.ports, signal)).toEqual({
      answer: 'refused',
      why: 'no-mail',
      sentence:
        'The raw mail of id1 is gone: it was kept for 30 days, until 2026-11-19. Nobody can release it any more.',
    })
    expect(world.trail()).toEqual([])
  })

  it('takes the case of letters for no difference, as long as one recipient alone can be meant', async () => {
    const world = worldOf()
    world.fresh(stopped())
    const outcome = await release(asked({ recipients: ['Alice@Example.com'] }), world.ports, signal)
    expect(outcome).toMatchObject({ answer: 'released', recipients: [alice] })
  })

  it('finds a record that is compacted, by its day, by the quarantine and by looking through all days', async () => {
    for (const [day, listedOn] of [
      ['2026-11-02', null],
      [null, '2026-11-02'],
      [null, '2026-11-03'],
      [null, null],
    ] as const) {
      const world = worldOf()
      const record = stopped({ received_at: '2026-11-02T10:00:00.000Z' })
      world.compacted(stopped({ message_id: 'id10', received_at: '2026-11-02T09:00:00.000Z' }))
      world.compacted(record)
      if (listedOn !== null) world.objects.put(`quarantine/${listedOn}/id1.json`, '{}', record.decided_at)
      const outcome = await release(asked({ day }), world.ports, signal)
      expect([outcome.answer, world.queue[0]?.received_at]).toEqual(['released', '2026-11-02T10:00:00.000Z'])
    }
  })

  it('says what it could not do, and that can be asked for again', async () => {
    const world = worldOf()
    world.fresh(stopped())
    world.state.mail = { answer: 'failed', cause: 'timeout' }
    const unseen = { answer: 'failed', cause: 'whether the raw mail is there could not be seen: timeout' }
    expect(await release(asked(), world.ports, signal)).toEqual(unseen)
    world.state.mail = { answer: 'there', octets: 1 }
    world.state.queueFails = true
    const unqueued = {
      answer: 'failed',
      cause: 'it is written down, but the queue of the hand-over did not take it: unreachable',
    }
    expect(await release(asked(), world.ports, signal)).toEqual(unqueued)
    expect(await release(asked(), world.ports, signal)).toEqual(unqueued)
    world.state.queueFails = false
    expect(await release(asked(), world.ports, signal)).toMatchObject({ answer: 'already-released' })
    expect(await world.delivered()).toEqual([alice])
  })

  it('does not take for absent what it cannot read', async () => {
    const world = worldOf()
    world.objects.put('in/dt=2026-11-21/id1.json', '{"schema_version":1', '2026-11-21T10:00:01.000Z')
    const cause = 'reading in/dt=2026-11-21/id1.json: it is no record'
    expect(await release(asked(), world.ports, signal)).toEqual({ answer: 'failed', cause })
    world.fresh(stopped())
    world.objects.put(trailKey(stopped(), alice), '[]', '2026-11-21T10:00:01.000Z')
    expect(await release(asked(), world.ports, signal)).toMatchObject({ answer: 'failed' })
    expect(world.queue).toEqual([])
  })

  it('counts as released although the note about the queue could not be written', async () => {
    const world = worldOf()
    world.fresh(stopped())
    const write: ReleasePorts['objects']['write'] = (key, ...rest) => {
      if (key.endsWith('.queued.json')) throw new RecordsInterrupted(`writing ${key}`, 'timeout')
      return world.objects.write(key, ...rest)
    }
    const ports = { ...world.ports, objects: { ...world.objects, write } }
    expect(await release(asked(), ports, signal)).toMatchObject({ answer: 'released' })
    expect(await release(asked(), world.ports, signal)).toMatchObject({ answer: 'already-released' })
    expect(world.queue).toHaveLength(2)
    expect(await world.delivered()).toEqual([alice])
  })
})

describe('a release whose process ends', () => {
  const points = [0, 1, 2, 3, 4].flatMap((at) => [false, true].map((done) => ({ at, done })))

  it.each(points)('%j: the next request brings the message to each recipient once', async (dies) => {
    const world = worldOf()
    world.fresh(stopped())
    const request = asked({ recipients: 'stopped' })
    await expect(release(request, mortal(world.ports, dies), signal)).rejects.toBeInstanceOf(Death)
    const early = [...(await world.delivered())]
    world.state.now += 60_000
    const by = { kind: 'widget', request_id: 'request-2', owner: null } as const
    const outcome = await release({ ...request, by }, world.ports, signal)
    expect(['released', 'already-released']).toContain(outcome.answer)
    expect([...(await world.delivered())].sort()).toEqual([alice, nobody])
    expect(early.every((recipient) => world.sent.includes(recipient))).toBe(true)
    expect(await release(request, world.ports, signal)).toMatchObject({ answer: 'already-released' })
    expect(world.queue).toEqual([])
    expect(world.trail()).toHaveLength(4)
  })

  it('changes five things for two recipients, and so none of its ends is left out above', async () => {
    const world = worldOf()
    world.fresh(stopped())
    const untouched = mortal(world.ports, { at: 5, done: false })
    expect(await release(asked({ recipients: 'stopped' }), untouched, signal)).toMatchObject({ answer: 'released' })
  })

  it('and two requests at the same time bring it once', async () => {
    const world = worldOf()
    world.fresh(stopped())
    const outcomes = await Promise.all([1, 2, 3].map(() => release(asked(), world.ports, signal)))
    expect(outcomes.map(({ answer }) => answer).sort()).toEqual(['already-released', 'already-released', 'released'])
    expect(await world.delivered()).toEqual([alice])
  })
})

function lineOf(recipient: string, released_at: string): Released {
  const { reason, by } = asked()
  return { schema_version: 1, message_id: 'id1', recipient, released_at, reason, by }
}

function read({ objects }: ReturnType<typeof worldOf>, key: string): unknown {
  return JSON.parse(Buffer.from(objects.objects.get(key)?.bytes ?? []).toString())
}
