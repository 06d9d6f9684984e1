import { expect, it } from 'vitest'
import type { HandOverMarks } from '../../lambda/ports/hand-over-marks.ts'

/** What every implementation of the port must do. */
export function handOverMarksContract(create: () => Promise<HandOverMarks>): void {
  const soon = (): AbortSignal => AbortSignal.timeout(10_000)
  const now = Date.parse('2026-11-21T10:00:00.000Z')

  it('gives a message to one at a time, until it is given back or the time is over', async () => {
    const marks = await create()
    const none = { answer: 'begun', settled: new Set() }
    expect(await marks.begin('id1', now, now + 1000, soon())).toEqual(none)
    expect(await marks.begin('id1', now + 1000, now + 2000, soon())).toEqual({ answer: 'busy' })
    expect(await marks.begin('id2', now + 1000, now + 2000, soon())).toEqual(none)
    expect(await marks.begin('id1', now + 1001, now + 2000, soon())).toEqual(none)
    expect(await marks.finish('id1', [], now + 1002, soon())).toBe('marked')
    expect(await marks.begin('id1', now + 1003, now + 2000, soon())).toEqual(none)
  })

  it('adds to what is settled, of each message by itself', async () => {
    const marks = await create()
    for (const settled of [['alice@example.com'], [], ['bob@example.com', 'alice@example.com']]) {
      await marks.begin('id1', now, now, soon())
      expect(await marks.finish('id1', settled, now, soon())).toBe('marked')
    }
    const settled = new Set(['alice@example.com', 'bob@example.com'])
    expect(await marks.begin('id1', now + 1, now + 2, soon())).toEqual({ answer: 'begun', settled })
    expect(await marks.begin('id2', now + 1, now + 2, soon())).toEqual({ answer: 'begun', settled: new Set() })
  })

  it('gives up when the signal aborts', async () => {
    const marks = await create()
    expect(await marks.begin('id1', now, now, AbortSignal.abort())).toMatchObject({ answer: 'failed' })
    expect(await marks.finish('id1', ['a@example.com'], now, AbortSignal.abort())).toBe('failed')
  })
}
