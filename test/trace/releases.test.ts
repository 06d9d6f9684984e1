import { describe, expect, it } from 'vitest'
import { answerOf } from '../../lambda/core/trace/answer.ts'
import type { TraceQuestion } from '../../lambda/core/trace/question.ts'
import { RecordsInterrupted } from '../../lambda/ports/record-objects.ts'
import { release } from '../../lambda/release.ts'
import { trailKey, trailPrefix } from '../../lambda/release/trail.ts'
import { searchRecords } from '../../lambda/trace.ts'
import { mostLookedUp, releasesOf } from '../../lambda/trace/releases.ts'
import { alice, asked, bob, nobody, stopped, worldOf } from '../release/world.ts'

const { signal } = new AbortController()
const options = { unpackAtOnce: 2, readAtOnce: 4, onProgress: () => undefined }
const at = '2026-11-21T12:00:00.000Z'
const ground = { domains: ['example.com'], keptSince: '2026-10-01T00:00:00.000Z', now: at }

function questionFor(recipient: string | null): TraceQuestion {
  const [from, until] = ['2026-11-21T00:00:00.000Z', '2026-11-22T00:00:00.000Z']
  return { recipient, sender: null, messageId: 'id1', words: [], from, until }
}

describe('the trace of a message that was released', () => {
  it('says so for the recipient whom it was released to, and for nobody else', async () => {
    const world = worldOf()
    world.fresh(stopped())
    await release(asked(), world.ports, signal)
    const found = await searchRecords(world.objects, questionFor(null), options, signal)
    const seen = { ...asked(), at }
    expect(found.releases).toEqual([
      {
        schema_version: 1,
        message_id: 'id1',
        recipient: alice,
        released_at: at,
        reason: seen.reason,
        by: seen.by,
        queued_at: at,
      },
    ])
    const { messages } = answerOf(questionFor(null), found, ground)
    expect(messages.map(({ recipient, released }) => [recipient, released?.released_at])).toEqual([
      [alice, at],
      [bob, undefined],
      [nobody, undefined],
    ])
    const told = answerOf(questionFor(alice), found, ground)
    expect(told.headline).toMatch(
      /^The message to alice@example\.com came at .* It was released at 2026-11-21T12:00:00\.000Z\.$/,
    )
    expect(told.evidence.slice(0, 2)).toEqual([
      `Released at ${at} ("TICKET-7: an invoice"), by dora as they say, request request-1 of a command.`,
      `It went into the queue of the hand-over at ${at}.`,
    ])
    expect(told.next).toEqual([expect.stringContaining('What the server refused is among the dead letters')])
    expect(answerOf(questionFor(nobody), found, ground).headline).not.toContain('released')
  })

  it('tells first of what is stopped still', async () => {
    const world = worldOf()
    world.fresh(stopped())
    await release(asked(), world.ports, signal)
    const found = await searchRecords(world.objects, questionFor(null), options, signal)
    expect(answerOf(questionFor(null), found, ground).headline).toContain(nobody)
  })

  it('says that nobody noted whether it was queued, and what to do about it', async () => {
    const world = worldOf()
    world.fresh(stopped())
    world.state.queueFails = true
    await release(asked(), world.ports, signal)
    const found = await searchRecords(world.objects, questionFor(alice), options, signal)
    const { evidence, next } = answerOf(questionFor(alice), found, ground)
    expect(evidence[1]).toBe('Nobody noted that it went into the queue of the hand-over.')
    expect(next).toEqual(['Release it again: that queues it, and nobody gets it twice.'])
  })

  it('says what it could not read, and does not take it for nothing', async () => {
    const world = worldOf()
    world.fresh(stopped())
    world.objects.put(trailKey(stopped(), alice), '{', at)
    const broken = await searchRecords(world.objects, questionFor(alice), options, signal)
    expect(broken.unread).toEqual([`reading ${trailKey(stopped(), alice)}: it is no line of the trail.`])
    const list: typeof world.objects.list = (prefix, ...rest) => {
      if (prefix === trailPrefix(stopped())) throw new RecordsInterrupted(`listing ${prefix}`, 'refused')
      return world.objects.list(prefix, ...rest)
    }
    const refused = await searchRecords({ ...world.objects, list }, questionFor(alice), options, signal)
    expect(refused.unread).toEqual([`listing ${trailPrefix(stopped())}: refused.`])
    expect(refused.matches).toHaveLength(1)
  })

  it('asks about those alone that were stopped, and about no more of them than anybody reads', async () => {
    const world = worldOf()
    const asks: string[] = []
    const list: typeof world.objects.list = (prefix, ...rest) => {
      asks.push(prefix)
      return world.objects.list(prefix, ...rest)
    }
    const delivered = stopped({ recipients: stopped().recipients.filter(({ action }) => action === 'deliver') })
    expect(await releasesOf({ ...world.objects, list }, [delivered], signal)).toEqual([])
    expect(asks).toEqual([])
    const records = [delivered, ...Array.from({ length: 300 }, (_, i) => stopped({ message_id: `n${i}` }))]
    expect(await releasesOf({ ...world.objects, list }, records, signal)).toEqual([])
    expect(asks).toHaveLength(mostLookedUp)
  })
})
