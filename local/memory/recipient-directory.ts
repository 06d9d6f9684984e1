import type { DirectoryEntry, DomainAnswer } from '../../lambda/core/facts.ts'
import type { RecipientDirectory } from '../../lambda/ports/recipient-directory.ts'

/** A recipient directory without a table: for `explain`, which judges a message where there is no account, and for tests. */
export type MemoryDirectory = {
  readonly entries: ReadonlyMap<string, DirectoryEntry>
  readonly domains: ReadonlyMap<string, DomainAnswer>
}

export function createMemoryDirectory({ entries, domains }: MemoryDirectory): RecipientDirectory {
  return (questions, signal) => {
    if (signal.aborted) {
      const answer = { answer: 'unavailable', cause: 'aborted' } as const
      return Promise.resolve({
        entries: new Map(questions.keys.map((key) => [key, answer])),
        domains: new Map(questions.domains.map((name) => [name, answer])),
      })
    }
    return Promise.resolve({
      entries: new Map(
        questions.keys.map((key) => {
          const entry = entries.get(key)
          return [key, entry === undefined ? { answer: 'absent' } : { answer: 'found', entry }]
        }),
      ),
      domains: new Map(
        questions.domains.map((name) => [name, domains.get(name) ?? { answer: 'incomplete', why: 'never-imported' }]),
      ),
    })
  }
}

/** A directory of plain mailboxes: `alice@example.com`, and `@example.com` for a catch-all. Their domains are complete. */
export function mailboxes(...keys: readonly string[]): MemoryDirectory {
  return {
    entries: new Map(
      keys.map((key) => [key, { kind: key.startsWith('@') ? 'catch-all' : 'mailbox', target: null, removedAt: null }]),
    ),
    domains: new Map(keys.map((key) => [key.slice(key.lastIndexOf('@') + 1), { answer: 'complete' }])),
  }
}
