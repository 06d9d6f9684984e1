import { describe, expect, it } from 'vitest'
import type { SentEntry } from '../../lambda/core/sent-log.ts'
import type { SentLog, SentLogWriter } from '../../lambda/ports/sent-log.ts'

/** The contract of `ports/sent-log.ts`. `make` returns an empty log. */
export function describeSentLog(name: string, make: () => Promise<SentLog & SentLogWriter>): void {
  const soon = (): AbortSignal => AbortSignal.timeout(20_000)
  const find = async (log: SentLog, id: string, ...failed: readonly string[]) => {
    const found = await log.find(id, failed, soon())
    if (found.answer !== 'entries') return found
    return {
      ...found,
      entries: found.entries.toSorted((a, b) => (String(a.destinations) < String(b.destinations) ? -1 : 1)),
    }
  }
  const none = { answer: 'entries', entries: [] }
  const well = { failed: 0, cause: null }

  describe(`the sent log (${name})`, () => {
    it('finds the entries of a message that name a recipient who failed, and no others', async () => {
      const log = await make()
      const mailing = sentEntry('a@example.com', {
        destinations: ['bob@example.org', 'Carol@Example.net', 'dan@example.org'],
      })
      expect(await log.add([mailing, sentEntry('b@example.com')], soon())).toEqual(well)
      expect(await find(log, 'a@example.com', 'bob@example.org', 'carol@example.net', 'eve@example.org')).toEqual({
        answer: 'entries',
        entries: [
          { ...mailing, destinations: ['Carol@Example.net'] },
          { ...mailing, destinations: ['bob@example.org'] },
        ],
      })
      expect(await find(log, 'a@example.com', 'eve@example.org')).toEqual(none)
      expect(await find(log, 'c@example.com', 'bob@example.org')).toEqual(none)
      expect(await find(log, 'a@example.com')).toEqual(none)
    })

    it('knows a message by what is compared of its Message-ID, and gives it back as it was sent', async () => {
      const log = await make()
      const entry = sentEntry('<Aa@Example.COM>', { reversePath: null })
      await log.add([entry], soon())
      expect(await find(log, 'Aa@example.com', 'bob@example.org')).toEqual({ answer: 'entries', entries: [entry] })
      expect(await find(log, 'aa@example.com', 'bob@example.org')).toEqual(none)
    })

    it('has every entry once, however often and in however many pieces it comes', async () => {
      const log = await make()
      const first = sentEntry('a@example.com')
      const more = sentEntry('a@example.com', {
        destinations: ['bob@example.org', 'BOB@example.org', 'carol@example.net'],
      })
      expect(await log.add([first, first, more], soon())).toEqual(well)
      expect(await log.add([first], soon())).toEqual(well)
      expect(await find(log, 'a@example.com', 'bob@example.org', 'bob@example.org', 'carol@example.net')).toEqual({
        answer: 'entries',
        entries: [first, { ...more, destinations: ['carol@example.net'] }],
      })
    })

    it('tells messages and recipients apart whose texts together are the same', async () => {
      const log = await make()
      await log.add([sentEntry('a@b#c', { destinations: ['d@example.org'] })], soon())
      expect(await find(log, 'a@b', 'c#d@example.org')).toEqual(none)
    })

    it('passes over what is no Message-ID and no recipient', async () => {
      const log = await make()
      const noId = sentEntry('')
      const nobody = sentEntry('a@example.com', { destinations: ['nobody'] })
      expect(await log.add([noId, nobody], soon())).toEqual(well)
      expect(await log.add([], soon())).toEqual(well)
    })

    it('takes a mailing of a thousand, and looks for 50 who failed', async () => {
      const log = await make()
      const destinations = Array.from({ length: 1000 }, (_, i) => `r${String(i).padStart(3, '0')}@example.org`)
      expect(await log.add([sentEntry('a@example.com', { destinations })], soon())).toEqual(well)
      const found = await find(log, 'a@example.com', ...destinations)
      expect(found.answer === 'entries' && found.entries.flatMap((entry) => entry.destinations)).toEqual(
        destinations.slice(0, 50),
      )
    })

    it('takes the longest Message-ID and address, and one that is no ASCII', async () => {
      const log = await make()
      const messageId = `${'ä'.repeat(986)}@example.com`
      const address = `${'ö'.repeat(300)}@example.org`
      const entry = sentEntry(messageId, { destinations: [address] })
      expect(await log.add([entry], soon())).toEqual(well)
      expect(await find(log, messageId, address)).toEqual({ answer: 'entries', entries: [entry] })
      expect(await find(log, messageId, `${'ö'.repeat(299)}o@example.org`)).toEqual(none)
    })

    it('says that it does not know, and does not reject, when it has been told to give up', async () => {
      const log = await make()
      const entries = [sentEntry('a@example.com'), sentEntry('b@example.com'), sentEntry('')]
      expect(await log.add(entries, AbortSignal.abort())).toEqual({ failed: 2, cause: 'aborted' })
      const found = await log.find('a@example.com', ['bob@example.org'], AbortSignal.abort())
      expect(found).toEqual({ answer: 'unavailable', cause: 'aborted' })
    })
  })
}

export function sentEntry(messageId: string, changes: Partial<SentEntry> = {}): SentEntry {
  return {
    messageId,
    reversePath: 'alice@example.com',
    destinations: ['bob@example.org'],
    sentAt: '2026-11-21T10:00:00.000Z',
    ...changes,
  }
}
