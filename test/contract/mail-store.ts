import { describe, expect, it } from 'vitest'
import type { MailRead, MailStore } from '../../lambda/ports/mail-store.ts'

/** The contract of `lambda/ports/mail-store.ts`. `make` returns a store of this mail and no other. */
export function describeMailStore(
  name: string,
  make: (mails: ReadonlyMap<string, Uint8Array>) => Promise<MailStore>,
): void {
  const soon = (): AbortSignal => AbortSignal.timeout(10_000)
  const octets = Uint8Array.from({ length: 256 }, (_, index) => index)
  const big = Buffer.alloc(300_000, octets)

  describe(`a mail store (${name})`, () => {
    it.each([
      ['shorter', 257, true],
      ['as long', 256, true],
      ['one octet longer', 255, false],
      ['much longer', 1, false],
    ])('gives the beginning of mail, octet by octet, and whether it is the whole: %s', async (_name, length, whole) => {
      const store = await make(new Map([['m1', octets]]))
      const answer = await store('m1', length, soon())
      expect(shown(answer)).toEqual({ answer: 'mail', octets: [...octets.slice(0, length)], whole })
    })

    it('gives mail that comes in many pieces', async () => {
      const store = await make(new Map([['m1', big]]))
      const answer = await store('m1', 299_999, soon())
      expect(answer.answer === 'mail' && big.subarray(0, 299_999).equals(answer.octets)).toBe(true)
      expect(answer).toMatchObject({ whole: false })
    })

    it('takes mail without an octet for mail', async () => {
      const store = await make(new Map([['m1', new Uint8Array()]]))
      expect(shown(await store('m1', 100, soon()))).toEqual({ answer: 'mail', octets: [], whole: true })
    })

    it('says that there is no such mail', async () => {
      const store = await make(new Map([['m1', octets]]))
      expect(await store('m2', 100, soon())).toEqual({ answer: 'failed', cause: 'missing' })
    })

    it('gives up, and does not reject, when it has been told to', async () => {
      const store = await make(new Map([['m1', octets]]))
      const aborted = { answer: 'failed', cause: 'aborted' }
      expect(await store('m1', 100, AbortSignal.abort())).toEqual(aborted)
      expect(await store('m2', 100, AbortSignal.abort())).toEqual(aborted)
    })
  })
}

/** A Buffer is octets, too, but not equal to them. */
function shown(answer: MailRead): unknown {
  return answer.answer === 'mail' ? { ...answer, octets: [...answer.octets] } : answer
}
