import { describe, expect, it } from 'vitest'
import {
  importsView,
  type DomainShown,
  type ImportShown,
  type ImportsShown,
} from '../../../lambda/core/widget/imports-view.ts'
import { shapeOf, tablesIn, textsOf } from './text-of.ts'

const utc = { theme: 'dark', offsetMinutes: 0 } as const
const applied: ImportShown = {
  id: '20261121T100000000Z-0a1b2c3d',
  at: '2026-11-21T10:00:00.000Z',
  by: 'anna on desk',
  source: 'hr',
  entries: 120,
  added: 3,
  changed: 2,
  removed: 1,
  forced: false,
  result: 'applied',
  guards: [],
}
const whole: DomainShown = {
  domain: 'example.com',
  isComplete: true,
  entries: 120,
  completedAt: '2026-10-01T10:00:00.000Z',
  sources: [{ source: 'hr', entries: 119, appliedAt: '2026-11-21T10:00:00.000Z' }],
}
const last = 'The last imports'
const who = 'Who exists, domain by domain'

describe('the widget Imports', () => {
  it('shows each domain with its state, its entries, and how old they are', () => {
    const page = view({ imports: [applied], domains: [whole] })
    expect(tablesIn(page)[who]?.[1]).toEqual([
      'example.com',
      'complete',
      '120',
      '2026-10-01 10:00:00 UTC',
      'hr: 119 entries, 2026-11-21 10:00:00 UTC',
    ])
    expect(textsOf(page, 'qg-notice')).toEqual([])
  })

  it('puts first, and says, where nobody is unknown', () => {
    const none = { ...whole, domain: 'new.example', isComplete: false, entries: 0, completedAt: null, sources: [] }
    const empty = { ...none, domain: 'empty.example', isComplete: true }
    const page = view({ imports: [], domains: [whole, none, empty] })
    const rows = tablesIn(page)[who]?.slice(1) ?? []
    expect(rows.map(([domain, state]) => [domain, state])).toEqual([
      ['new.example', 'no whole list yet: nobody is unknown'],
      ['empty.example', 'empty: nobody is unknown'],
      ['example.com', 'complete'],
    ])
    expect(textsOf(page, 'qg-notice')[0]).toContain('Nobody is unknown in 2 domains')
  })

  it('shows each import with who did it, what it changed, and why it was refused', () => {
    const refused: ImportShown = {
      ...{ ...applied, result: 'refused', added: 0, changed: 0, removed: 0 },
      guards: ['removes-too-many', 'source-cut-short'],
    }
    const forced: ImportShown = { ...applied, forced: true, guards: ['domain-emptied'] }
    const interrupted: ImportShown = { ...applied, result: 'interrupted' }
    const page = view({ imports: [applied, refused, forced, interrupted], domains: [] })
    const [, one, ...others] = tablesIn(page)[last] ?? []
    expect(one).toEqual([
      ...['2026-11-21 10:00:00 UTC', 'hr', 'applied', '120', '3', '2', '1', 'anna on desk'],
      '20261121T100000000Z-0a1b2c3d',
    ])
    expect(others.map(([, , result]) => result)).toEqual([
      'refused: it removes too many at once; the list seems to be cut short. Nothing was changed.',
      'applied although it removes all that it had in a domain',
      'interrupted: nobody is unknown for that. Import it again, and it is finished.',
    ])
  })

  it('says what could not be read, and shows the rest', () => {
    expect(textsOf(view({ imports: null, domains: [whole] }), 'qg-notice')[0]).toContain('The history of the imports')
    expect(textsOf(view({ imports: [applied], domains: null }), 'qg-notice')[0]).toContain('The state of the domains')
    expect(tablesIn(view({ imports: null, domains: [whole] }))[who]).toHaveLength(2)
  })

  it('says what to do where nothing was imported yet', () => {
    expect(view({ imports: [], domains: [] })).toContain('quietgate recipients import FILE')
  })

  it('shows what somebody called a source, or themselves, as text', () => {
    const hostile = '"><script>alert(1)</script>\u202e\u0007'
    const page = view({ imports: [{ ...applied, source: hostile, by: hostile, guards: [hostile] }], domains: [] })
    expect(shapeOf(page)).toEqual(shapeOf(view({ imports: [applied], domains: [] })))
    expect(tablesIn(page)[last]?.[1]?.[7]).toBe('"><script>alert(1)</script>\ufffd\ufffd')
  })

  it('stays below 200 KB with 500 domains, and says how many are left out', () => {
    const domains = Array.from({ length: 500 }, (_, i) => ({ ...whole, domain: `${'d'.repeat(200)}${i}.example` }))
    const page = view({ imports: Array.from({ length: 20 }, () => applied), domains })
    expect(Buffer.byteLength(page)).toBeLessThan(200 * 1024)
    expect(page).toMatch(/\d+ more: quietgate recipients list DOMAIN/)
  })
})

function view(shown: ImportsShown): string {
  return importsView(shown, utc).html
}
