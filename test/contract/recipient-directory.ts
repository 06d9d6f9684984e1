import { describe, expect, it } from 'vitest'
import type { DirectoryEntry } from '../../lambda/core/facts.ts'
import type { RecipientDirectory } from '../../lambda/ports/recipient-directory.ts'

/** What the suite needs of an implementation: a directory that holds exactly these entries and complete domains. */
export type MakeDirectory = (content: {
  readonly entries: ReadonlyMap<string, DirectoryEntry>
  readonly complete: readonly string[]
}) => Promise<RecipientDirectory>

const mailbox: DirectoryEntry = { kind: 'mailbox', target: null, removedAt: null }
const alias: DirectoryEntry = { kind: 'alias', target: 'alice@example.com', removedAt: '2026-11-01T00:00:00.000Z' }

/** The contract of `ports/recipient-directory.ts`. */
export function describeRecipientDirectory(name: string, make: MakeDirectory): void {
  describe(`a recipient directory (${name})`, () => {
    it('answers for every key and domain that it is asked for', async () => {
      const entries = new Map([
        ['alice@example.com', mailbox],
        ['sales@example.com', alias],
      ])
      const directory = await make({ entries, complete: ['example.com'] })
      const keys = ['alice@example.com', 'sales@example.com', 'nobody@example.com']
      const answers = await directory({ keys, domains: ['example.com', 'example.org'] }, AbortSignal.timeout(10_000))
      expect([...answers.entries]).toEqual([
        ['alice@example.com', { answer: 'found', entry: mailbox }],
        ['sales@example.com', { answer: 'found', entry: alias }],
        ['nobody@example.com', { answer: 'absent' }],
      ])
      expect([...answers.domains]).toEqual([
        ['example.com', { answer: 'complete' }],
        ['example.org', { answer: 'incomplete', why: 'never-imported' }],
      ])
    })

    it('answers for more keys than one call of any service takes', async () => {
      const keys = Array.from({ length: 350 }, (_, i) => `user${i}@example.com`)
      const known = new Map(keys.filter((_, i) => i % 3 === 0).map((key) => [key, mailbox]))
      const directory = await make({ entries: known, complete: ['example.com'] })
      const { entries } = await directory({ keys, domains: ['example.com'] }, AbortSignal.timeout(10_000))
      expect(keys.map((key) => entries.get(key)?.answer)).toEqual(
        keys.map((_, i) => (i % 3 === 0 ? 'found' : 'absent')),
      )
    })

    it('does not mind a key that it is asked for twice', async () => {
      const directory = await make({ entries: new Map([['alice@example.com', mailbox]]), complete: [] })
      const keys = ['alice@example.com', 'alice@example.com']
      const { entries } = await directory({ keys, domains: [] }, AbortSignal.timeout(10_000))
      expect([...entries]).toEqual([['alice@example.com', { answer: 'found', entry: mailbox }]])
    })

    it('answers nothing to nothing', async () => {
      const directory = await make({ entries: new Map(), complete: [] })
      const { entries, domains } = await directory({ keys: [], domains: [] }, AbortSignal.timeout(10_000))
      expect([entries.size, domains.size]).toEqual([0, 0])
    })

    it('answers unavailable, and does not reject, when it has been told to give up', async () => {
      const directory = await make({ entries: new Map([['alice@example.com', mailbox]]), complete: ['example.com'] })
      const { entries, domains } = await directory(
        { keys: ['alice@example.com', 'nobody@example.com'], domains: ['example.com'] },
        AbortSignal.abort(),
      )
      const unavailable = { answer: 'unavailable', cause: 'aborted' }
      expect([...entries.values(), ...domains.values()]).toEqual([unavailable, unavailable, unavailable])
    })
  })
}
