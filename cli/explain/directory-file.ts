import type { DirectoryEntry, DomainAnswer } from '../../lambda/core/facts.ts'
import type { DomainPolicy } from '../../lambda/core/policy.ts'
import type { MemoryDirectory } from '../../local/memory/recipient-directory.ts'
import { readKey } from '../entry-keys.ts'

export type DirectoryFile =
  | { readonly answer: 'directory'; readonly directory: MemoryDirectory }
  /** The first of them, with the number of the line. */
  | { readonly answer: 'problems'; readonly problems: readonly string[] }

/** A file of another kind is wrong on every line. */
const mostProblems = 20

/**
 * Reads a list of who exists: an address a line, `@domain` for a catch-all, `#` in front of a remark. It is taken as
 * complete, for every domain of the configuration. Linear in the length of the text; never throws.
 */
export function readDirectoryFile(text: string, name: string, domains: readonly DomainPolicy[]): DirectoryFile {
  const entries = new Map<string, DirectoryEntry>()
  const populated = new Set<string>()
  const problems: string[] = []
  for (const [index, line] of text.split('\n').entries()) {
    const written = line.trim()
    if (written === '' || written.startsWith('#')) continue
    const read = readKey(written, { domains })
    if (read.answer === 'problem') problems.push(`${name}:${index + 1}: ${read.problem}`)
    else {
      const { key, domainName, isCatchAll } = read.entryKey
      entries.set(key, { kind: isCatchAll ? 'catch-all' : 'mailbox', target: null, removedAt: null })
      populated.add(domainName)
    }
    if (problems.length === mostProblems) break
  }
  if (problems.length > 0) return { answer: 'problems', problems }
  return {
    answer: 'directory',
    directory: { entries, domains: new Map(domains.map(({ name }) => [name, stateOf(populated.has(name))])) },
  }
}

function stateOf(hasEntries: boolean): DomainAnswer {
  return hasEntries ? { answer: 'complete' } : { answer: 'incomplete', why: 'empty' }
}
