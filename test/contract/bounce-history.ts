import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BounceHistory, Claim, CountedBounce } from '../../lambda/ports/bounce-history.ts'

/** The contract of `lambda/ports/bounce-history.ts`. `make` returns an empty history. */
export function describeBounceHistory(name: string, make: () => Promise<BounceHistory>): void {
  describe(`a history of bounces (${name})`, () => {
    it('gives a proof to as many messages as may use it, and to each of them again', async () => {
      const history = await make()
      const claims = ['m1', 'm2', 'm3', 'm4', 'm2', 'm1', 'm5']
      const answers: string[] = []
      for (const messageId of claims) answers.push((await history.claim(claim({ messageId }), soon())).answer)
      expect(answers).toEqual(['granted', 'granted', 'granted', 'exhausted', 'granted', 'granted', 'exhausted'])
    })

    it('gives no more places than there are when many ask at once', async () => {
      const history = await make()
      const ids = Array.from({ length: 20 }, (_, i) => `m${i}`)
      const answers = await Promise.all(ids.map((messageId) => history.claim(claim({ messageId }), soon())))
      expect(answers.filter(({ answer }) => answer === 'granted')).toHaveLength(3)
      expect(answers.filter(({ answer }) => answer === 'exhausted')).toHaveLength(17)
    })

    it('tells proofs apart however long they are and whatever they hold', async () => {
      const history = await make()
      const proofs = ['€'.repeat(1000), `${'€'.repeat(999)}e`, '', '#', 'proof#', 'a\u0000b', 'a b']
      for (const proof of proofs) {
        expect(await history.claim(claim({ proof, limit: 1 }), soon())).toEqual({ answer: 'granted' })
        const another = claim({ proof, limit: 1, messageId: 'm2' })
        expect(await history.claim(another, soon())).toEqual({ answer: 'exhausted' })
      }
    })

    it('counts the bounces of the window, the one that came last included', async () => {
      const history = await make()
      expect(await count(history, 'm1', 0)).toEqual({ answer: 'counted', inWindow: 1, burst: false })
      expect(await count(history, 'm2', 1)).toEqual({ answer: 'counted', inWindow: 2, burst: false })
      expect(await count(history, 'm3', 599_999)).toEqual({ answer: 'counted', inWindow: 3, burst: false })
      expect(await count(history, 'm4', 600_000)).toEqual({ answer: 'counted', inWindow: 3, burst: false })
      expect(await count(history, 'm5', 600_001)).toEqual({ answer: 'counted', inWindow: 3, burst: false })
    })

    it('counts no further than one too many', async () => {
      const history = await make()
      const answers = []
      for (const at of [0, 1, 1, 2, 3, 4, 5]) answers.push(await count(history, `m${answers.length}`, at))
      expect(answers.map((answer) => 'inWindow' in answer && answer.inWindow)).toEqual([1, 2, 3, 4, 4, 4, 4])
    })

    it('counts a message that is delivered again once, and gives it the same answer', async () => {
      const history = await make()
      await count(history, 'm1', 0)
      const second = await count(history, 'm2', 5)
      await count(history, 'm3', 10)
      expect(await count(history, 'm2', 5)).toEqual(second)
      expect(await count(history, 'm4', 10)).toEqual({ answer: 'counted', inWindow: 4, burst: true })
    })

    it('counts for each recipient alone, however long the address is', async () => {
      const history = await make()
      const recipients = ['a@example.com', 'b@example.com', `${'€'.repeat(388)}@example.com`, 'a@example.com#1', '']
      for (const recipient of recipients) {
        const answer = await history.count(bounce({ recipient }), soon())
        expect(answer).toEqual({ answer: 'counted', inWindow: 1, burst: false })
      }
    })

    it('calls it a burst when one too many came, and until it has been quiet for long enough', async () => {
      const history = await make()
      const last = 30
      for (const at of [0, 10, 20]) expect(await count(history, `m${at}`, at)).toMatchObject({ burst: false })
      expect(await count(history, 'm30', last)).toEqual({ answer: 'counted', inWindow: 4, burst: true })
      const hour = 3_600_000
      expect(await count(history, 'early', last + hour - 1)).toEqual({ answer: 'counted', inWindow: 1, burst: true })
      const quietAt = last + hour - 1 + hour
      expect(await count(history, 'late', quietAt)).toEqual({ answer: 'counted', inWindow: 1, burst: false })
    })

    it('begins another burst after the first', async () => {
      const history = await make()
      const day = 86_400_000
      for (const at of [0, 1, 2, 3]) await count(history, `a${at}`, at)
      const answers = []
      for (const at of [0, 1, 2, 3, 4]) answers.push(await count(history, `b${at}`, day + at))
      expect(answers.map((answer) => 'burst' in answer && answer.burst)).toEqual([false, false, false, true, true])
    })

    it('does not count a bounce of long before, which is delivered late, into the burst of later', async () => {
      const history = await make()
      for (let at = 0; at < 5; at++) await count(history, `m${at}`, 3_600_000 + at)
      expect(await count(history, 'late', 0)).toEqual({ answer: 'counted', inWindow: 1, burst: false })
      expect(await count(history, 'm5', 3_600_010)).toMatchObject({ burst: true })
    })

    it('never lets a burst end sooner because bounces are judged out of order', async () => {
      const history = await make()
      for (const at of [0, 1, 2, 3, 1000, 500]) await count(history, `m${at}`, at)
      expect(await count(history, 'on time', 1000 + 3_600_000 - 1)).toMatchObject({ burst: true })
    })

    it('agrees with whoever counts all of them, at any times', async () => {
      const gap = fc.oneof(fc.nat(2000), fc.nat(70_000), fc.nat(700_000), fc.nat(4_000_000))
      await fc.assert(
        fc.asyncProperty(fc.array(gap, { maxLength: 14 }), async (gaps) => {
          const history = await make()
          const times: number[] = []
          let until = 0
          let at = start
          for (const [index, next] of gaps.entries()) {
            at += next
            times.push(at)
            const within = times.filter((time) => time > at - 600_000 && time <= at).length
            const burst = within > 3 || at < until
            if (burst) until = at + 3_600_000
            const expected = { answer: 'counted', inWindow: Math.min(within, 4), burst }
            expect(await count(history, `m${index}`, at - start)).toEqual(expected)
          }
        }),
        { numRuns: 12 },
      )
    })

    it('says that it is unavailable, and does not reject, when it has been told to give up', async () => {
      const history = await make()
      const unavailable = { answer: 'unavailable', cause: 'aborted' }
      expect(await history.claim(claim(), AbortSignal.abort())).toEqual(unavailable)
      expect(await history.count(bounce(), AbortSignal.abort())).toEqual(unavailable)
    })
  })
}

const start = Date.parse('2026-11-21T10:00:30.000Z')

function soon(): AbortSignal {
  return AbortSignal.timeout(10_000)
}

/** Three messages may use it. */
export function claim(changes: Partial<Claim> = {}): Claim {
  return { proof: 'b=abc', messageId: 'm1', receivedAt: '2026-11-21T10:00:30.000Z', limit: 3, days: 15, ...changes }
}

/** More than three in ten minutes are a burst, which ends after a quiet hour. */
export function bounce(changes: Partial<CountedBounce> = {}): CountedBounce {
  return {
    recipient: 'alice@example.com',
    messageId: 'm1',
    receivedAt: '2026-11-21T10:00:30.000Z',
    limit: 3,
    windowMinutes: 10,
    quietMinutes: 60,
    ...changes,
  }
}

/** `at`: milliseconds after half past the first minute. */
export function count(history: BounceHistory, messageId: string, at: number) {
  return history.count(bounce({ messageId, receivedAt: new Date(start + at).toISOString() }), soon())
}
