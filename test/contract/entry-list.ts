import { describe, expect, it } from 'vitest'
import { addEntry } from '../../lambda/core/entries/change.ts'
import type { Entry } from '../../lambda/core/entries/entry.ts'
import type { EntryList } from '../../lambda/ports/entry-list.ts'

/** The contract of `ports/entry-list.ts`. `make` returns one that nobody wrote to. */
export function describeEntryList(name: string, make: () => Promise<EntryList>): void {
  const { signal } = new AbortController()

  describe(`the entries, as whoever changes them sees them (${name})`, () => {
    it('are none before somebody writes one', async () => {
      expect(await (await make()).read(signal)).toEqual({ answer: 'entries', entries: [] })
    })

    it('read back what was written, and the next change sees it', async () => {
      const list = await make()
      expect(await list.change(adding(entry('a.example')), signal)).toEqual({ answer: 'changed' })
      expect(await list.change(adding(entry('b.example')), signal)).toEqual({ answer: 'changed' })
      const entries = [entry('a.example'), entry('b.example')]
      expect(await list.read(signal)).toEqual({ answer: 'entries', entries })
    })

    it('are not written when the edit says that nothing is to be', async () => {
      const list = await make()
      expect(await list.change(() => null, signal)).toEqual({ answer: 'unchanged' })
      expect(await list.read(signal)).toEqual({ answer: 'entries', entries: [] })
    })

    it('keep what each of several wrote at once', async () => {
      const list = await make()
      const names = ['a', 'b', 'c', 'd'].map((label) => `${label}.example`)
      const answers = await Promise.all(names.map((value) => list.change(adding(entry(value)), signal)))
      expect(answers).toEqual(names.map(() => ({ answer: 'changed' })))
      const read = await list.read(signal)
      expect(read.answer === 'entries' ? read.entries.map(({ value }) => value).sort() : read).toEqual(names)
    })
  })
}

export function entry(value: string, more: Partial<Entry> = {}): Entry {
  return {
    list: 'allow',
    kind: 'domain',
    value,
    owner: 'ops',
    reason: 'ticket 4711',
    added_at: '2026-11-20T10:00:00.000Z',
    expires_at: '2026-12-20T10:00:00.000Z',
    ...more,
  }
}

function adding(one: Entry): (entries: readonly Entry[]) => readonly Entry[] | null {
  return (entries) => {
    const added = addEntry(entries, one)
    return added.answer === 'added' ? added.entries : null
  }
}
