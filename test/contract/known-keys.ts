import { describe, expect, it } from 'vitest'
import type { KeyRecords, KnownKeys } from '../../lambda/ports/known-keys.ts'

/** The contract of `lambda/ports/known-keys.ts`. `make` returns a store that knows no key. */
export function describeKnownKeys(name: string, make: () => Promise<KnownKeys>): void {
  const soon = (): AbortSignal => AbortSignal.timeout(10_000)
  const one = '2026._domainkey.example.com'
  const other = 'mail._domainkey.example.com'
  const records: KeyRecords = [['v=DKIM1; p=MIGf', 'MA0G', ''], ['v=spf1 "-all" é\u0000']]
  const revoked: KeyRecords = [['v=DKIM1; p=']]

  describe(`known keys (${name})`, () => {
    it('gives back the records of a key as they were, and nothing for a name that it never saw', async () => {
      const known = await make()
      expect(await known.remember(one, records, soon())).toBe('kept')
      expect(await known.remember(other, revoked, soon())).toBe('kept')
      const recalled = await known.recall([one, 'none._domainkey.example.com', one], soon())
      expect(recalled).toEqual({ answer: 'known', keys: new Map([[one, records]]) })
    })

    it('knows nothing when it is asked for nothing', async () => {
      expect(await (await make()).recall([], soon())).toEqual({ answer: 'known', keys: new Map() })
    })

    it('keeps what was remembered last', async () => {
      const known = await make()
      await known.remember(one, revoked, soon())
      await known.remember(one, records, soon())
      expect(await known.recall([one], soon())).toEqual({ answer: 'known', keys: new Map([[one, records]]) })
    })

    it('replaces a key that is known, and puts none where it knew none', async () => {
      const known = await make()
      await known.remember(one, records, soon())
      expect(await known.replace(one, revoked, soon())).toBe('replaced')
      expect(await known.replace(other, revoked, soon())).toBe('unknown')
      expect(await known.recall([one, other], soon())).toEqual({ answer: 'known', keys: new Map([[one, revoked]]) })
    })

    it('knows the others when a name is asked for that nobody can have', async () => {
      const known = await make()
      await known.remember(one, records, soon())
      const impossible = ['a'.repeat(5000), 'é'.repeat(255), '']
      expect(await known.recall([...impossible, one], soon())).toEqual({
        answer: 'known',
        keys: new Map([[one, records]]),
      })
    })

    it('says that it is unavailable, and does not reject, when it has been told to give up', async () => {
      const known = await make()
      expect(await known.recall([one], AbortSignal.abort())).toEqual({ answer: 'unavailable', cause: 'aborted' })
      expect(await known.remember(one, records, AbortSignal.abort())).toBe('failed')
      expect(await known.replace(one, records, AbortSignal.abort())).toBe('failed')
    })
  })
}
