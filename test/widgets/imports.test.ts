import { describe, expect, it } from 'vitest'
import type { ImportShown } from '../../lambda/core/widget/imports-view.ts'
import type { DomainList } from '../../lambda/ports/domain-lists.ts'
import { ImportInterrupted } from '../../lambda/ports/import-ports.ts'
import { readImports, type ImportsPorts } from '../../lambda/widgets/imports.ts'

const { signal } = new AbortController()
const list: DomainList = {
  isComplete: true,
  entries: 3,
  completedAt: '2026-10-01T00:00:00.000Z',
  sources: [
    { source: 'hr', entries: 2 },
    { source: 'old', entries: 1 },
  ],
}
const imported = (at: string, result: ImportShown['result']): ImportShown => ({
  ...{ id: at, at, by: 'anna', source: 'hr', entries: 2, added: 2, changed: 0, removed: 0 },
  ...{ forced: false, result, guards: [] },
})
const refused = imported('2026-11-21T10:00:00.000Z', 'refused')
const newer = imported('2026-11-20T10:00:00.000Z', 'applied')
const older = imported('2026-11-19T10:00:00.000Z', 'applied')

describe('readImports', () => {
  it('says of each domain when each of its sources was last applied', async () => {
    const shown = await readImports(ports(), ['example.com'], signal)
    expect(shown).toEqual({
      imports: [refused, newer, older],
      domains: [
        {
          ...{ domain: 'example.com', isComplete: true, entries: 3, completedAt: '2026-10-01T00:00:00.000Z' },
          sources: [
            { source: 'hr', entries: 2, appliedAt: '2026-11-20T10:00:00.000Z' },
            { source: 'old', entries: 1, appliedAt: null },
          ],
        },
      ],
    })
  })

  it('shows the domains when the history cannot be read, and the history when they cannot', async () => {
    const history = () => Promise.reject(new ImportInterrupted('listing directory/history/', 'timeout'))
    expect((await readImports(ports({ history }), ['example.com'], signal)).imports).toBeNull()
    const domainLists = () => Promise.resolve(null)
    expect(await readImports(ports({ domainLists }), ['example.com'], signal)).toEqual({
      imports: [refused, newer, older],
      domains: null,
    })
  })

  it('does not take a bug for a store that does not answer', async () => {
    const history = () => Promise.reject(new TypeError('a bug'))
    await expect(readImports(ports({ history }), ['example.com'], signal)).rejects.toThrow('a bug')
  })
})

function ports(changes: Partial<ImportsPorts> = {}): ImportsPorts {
  return {
    history: () => Promise.resolve([refused, newer, older]),
    domainLists: (domains) => Promise.resolve(new Map(domains.map((domain) => [domain, list]))),
    ...changes,
  }
}
