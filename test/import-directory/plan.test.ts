import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyImport, planImport, planRollback, readHistory, readSnapshots } from '../../lambda/import-directory.ts'
import { ImportInterrupted } from '../../lambda/ports/import-ports.ts'
import { snapshotLines } from '../../local/memory/import-ports.ts'
import { by, imported, never, options, plan, planned, sourceOf, world } from './import-world.ts'

const people = (count: number, from = 0): string =>
  Array.from({ length: count }, (_, index) => `user${String(from + index).padStart(3, '0')}@example.com\n`).join('')

const codes = (guards: readonly { readonly code: string }[]): readonly string[] => guards.map(({ code }) => code)

describe('a plan', () => {
  it('says what would change, and changes nothing', async () => {
    const { ports, entries, objects } = world()
    await imported('alice@example.com\nbob@example.com\ncarol@example.org\n', ports)
    const before = [new Map(entries), new Map(objects)]
    const found = await planned('alice@example.com\ncarol@example.org\ndan@example.org\n@example.org\n', ports)
    expect(found).toMatchObject({
      source: 'hr',
      format: 'plain',
      entries: 4,
      diff: { before: 3, after: 4, added: 2, changed: 0, removed: 1 },
      samples: {
        added: [
          { key: '@example.org', kind: 'catch-all', target: null },
          { key: 'dan@example.org', kind: 'mailbox', target: null },
        ],
        changed: [],
        removed: ['bob@example.com'],
      },
      removedActive: { count: 0, first: [] },
      guards: [],
    })
    expect(Object.fromEntries(found.diff.domains)).toEqual({
      'example.com': { before: 2, after: 1, added: 0, changed: 0, removed: 1 },
      'example.org': { before: 1, after: 3, added: 2, changed: 0, removed: 0 },
    })
    expect([entries, objects]).toEqual(before)
  })

  it('names who would be removed and received mail in the last 30 days', async () => {
    const { ports, seen } = world()
    await imported('alice@example.com\nbob@example.com\ncarol@example.com\n', ports)
    seen.set('alice@example.com', '2026-10-22').set('bob@example.com', '2026-10-21').set('x@example.com', '2026-11-21')
    expect((await planned('dan@example.com\n', ports)).removedActive).toEqual({
      count: 1,
      first: [{ key: 'alice@example.com', seenOn: '2026-10-22' }],
    })
  })

  it('tells duplicates, rows of other domains, and keeps who exists over who is denied', async () => {
    const { ports } = world()
    const rows = [
      '{"address":"a@example.com","kind":"deny"}',
      '{"address":"A@example.com"}',
      '{"address":"b@other.example"}',
      '{"address":"c@other.example"}',
    ]
    const found = await planned(`${rows.join('\n')}\n`, ports)
    expect(found).toMatchObject({
      entries: 1,
      duplicates: { count: 1, first: [{ key: 'a@example.com', lines: [1, 2] }] },
      samples: { added: [{ key: 'a@example.com', kind: 'mailbox', target: null }] },
    })
    expect(Object.fromEntries(found.notServed)).toEqual({ 'other.example': 2 })
  })
})

describe('a source', () => {
  const header = 'Name,Email,Kind\r\n'

  it('can be CSV with BOM, CRLF, quotes and line breaks in them', async () => {
    const { ports } = world()
    const text = `\uFEFF${header}"A, B",alice@example.com,\r\n"two\r\nlines",bob@example.com,group\r\n`
    const found = await planned(text, ports)
    expect([found.format, found.samples.added, found.guards]).toEqual([
      'csv',
      [
        { key: 'alice@example.com', kind: 'mailbox', target: null },
        { key: 'bob@example.com', kind: 'group', target: null },
      ],
      [],
    ])
  })

  it.each([
    ['UTF-16', Buffer.from('\uFEFFalice@example.com\n', 'utf16le'), /UTF-16/],
    ['UTF-16 without its mark', Buffer.from('alice@example.com\n', 'utf16le'), /UTF-16/],
    ['compressed', Buffer.from([0x1f, 0x8b, 8, 0]), /gzip/],
    ['a workbook', Buffer.from('PK\x03\x04'), /xlsx/],
    ['of no known format', Buffer.from('Alice,alice@example.com\n'), /no format that is known/],
    ['CSV without a column of addresses', Buffer.from('Name,Phone\nA,1\n'), /no column .* has "Name", "Phone"$/],
    ['no CSV', Buffer.from('Name,Email\nA,"b"c\n'), /line 2 is no CSV/],
    ['a row of 10 MB', Buffer.from(`${header}a,b@example.com,\n"${'x'.repeat(10e6)}`), /262144 characters .* line \d/],
  ])('that is %s cannot be read, and says so', async (_name, octets, sentence) => {
    const { ports } = world()
    const source = sourceOf(octets, 'hr', 65_536)
    expect(await planImport(source, options, ports, never)).toMatchObject({
      kind: 'unreadable',
      sentence: expect.stringMatching(sentence) as string,
    })
  })

  it('has columns that were named', async () => {
    const { ports } = world()
    const columns = { address: 'login', aliases: 'also' }
    const found = await planned('login;also\nalice@example.com;al@example.com a@example.com\n', ports, {
      columns,
      format: 'csv',
    })
    expect(found.samples.added.map(({ key, target }) => [key, target])).toEqual([
      ['a@example.com', 'alice@example.com'],
      ['al@example.com', 'alice@example.com'],
      ['alice@example.com', null],
    ])
  })

  it('with bad rows tells line, value and what was expected, and is imported without them only on demand', async () => {
    const { ports, entries } = world()
    const text = Buffer.concat([
      Buffer.from(`${header}A,alice@example.com,\r\nB,bob,\r\nC,c\0@example.com,\r\n`),
      Buffer.from('M\xfcller,m@example.com,\r\n', 'latin1'),
    ])
    const found = await plan(text, ports)
    if (found.kind !== 'plan') throw new Error(found.sentence)
    expect(found.badRows).toEqual({
      count: 3,
      first: [
        { line: 3, value: 'bob', expected: 'an address, local@domain (no-at-sign)' },
        { line: 4, value: 'c\0@example.com', expected: 'an address, local@domain (control-character)' },
        { line: 5, value: 'm@example.com', expected: 'text in UTF-8; this looks like Latin-1 or Windows-1252' },
      ],
    })
    expect(await applyImport(found, { ...by, force: true }, ports, never)).toEqual({
      kind: 'refused',
      guards: [{ code: 'bad-rows', count: 3, first: found.badRows.first[0] }],
    })
    expect(entries.size).toBe(0)
    const skipping = await plan(text, ports, { skipBad: true })
    if (skipping.kind !== 'plan') throw new Error(skipping.sentence)
    expect(await applyImport(skipping, by, ports, never)).toMatchObject({ kind: 'applied', added: 1 })
  })

  it('that fails while it is read is an interruption, and no bug', async () => {
    const { ports } = world()
    const bytes = async function* () {
      yield await Promise.resolve(Buffer.from('alice@example.com\n'))
      throw Object.assign(new Error('read'), { code: 'EIO' })
    }
    expect(await planImport({ name: 'hr', bytes: bytes(), size: null }, options, ports, never)).toEqual({
      kind: 'interrupted',
      sentence: 'reading the source: EIO',
    })
  })

  it.each([
    ['of no known format', 'Alice,alice@example.com\n'],
    ['in UTF-16', 'a\0b\0'],
    ['without a column of addresses', 'Name,Phone\n'.padEnd(200_000, 'x')],
  ])('%s is closed, though nobody reads it to its end', async (_name, text) => {
    let closed = false
    const bytes = async function* () {
      try {
        for (let at = 0; at < text.length + 1; at += 1000)
          yield await Promise.resolve(Buffer.from(text.slice(at, at + 1000)))
        yield* Array.from({ length: 1000 }, () => Buffer.from('x\n'))
      } finally {
        closed = true
      }
    }
    const found = await planImport({ name: 'hr', bytes: bytes(), size: null }, options, world().ports, never)
    expect([found.kind, closed]).toEqual(['unreadable', true])
  })

  it('never makes a plan throw, whatever it holds and however it comes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }),
          fc.string({ unit: fc.constantFrom(...Array.from('a@.,;:"\r\n{} #'), 'email', 'dn: '), maxLength: 200 }),
        ),
        fc.constantFrom(null, 'csv', 'json-lines', 'ldif', 'postfix-virtual', 'postfix-aliases', 'plain'),
        fc.integer({ min: 1, max: 50 }),
        async (content, format, chunk) => {
          const octets = typeof content === 'string' ? Buffer.from(content) : content
          const source = sourceOf(octets, 'hr', chunk)
          expect(['plan', 'unreadable']).toContain(
            (await planImport(source, { ...options, format }, world().ports, never)).kind,
          )
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('a guard', () => {
  it.each([
    ['empty', '', 'source-empty'],
    ['of other domains only', 'alice@other.example\n', 'source-empty'],
    ['cut in its last line', 'alice@example.com\nbob@exam', 'source-cut-short'],
    ['cut in a quote', 'Email\nalice@example.com\n"bob@exam', 'source-cut-short'],
    ['cut in a CSV row', 'Email,Name\nalice@example.com,A\nbob@example.com', 'source-cut-short'],
    ['cut in an object', '{"address":"alice@example.com"}\n{"addr', 'source-cut-short'],
  ])('refuses a source that is %s', async (_name, text, code) => {
    expect(codes((await planned(text, world().ports)).guards)).toContain(code)
  })

  it('refuses a source with fewer bytes than were promised', async () => {
    const source = { ...sourceOf('alice@example.com\n'), size: 100 }
    expect(await planImport(source, options, world().ports, never)).toMatchObject({
      guards: [{ code: 'source-cut-short', cut: { how: 'fewer-bytes', line: null } }],
    })
  })

  it('refuses to remove more than a tenth, or more than was said, and to empty a domain', async () => {
    const { ports } = world()
    await imported(`${people(100)}carol@example.org\n`, ports)
    const guards = async (text: string, limits = options.limits) =>
      codes((await planned(text, ports, { limits })).guards)
    expect(await guards(`${people(90)}carol@example.org\n`)).toEqual([])
    expect(await guards(`${people(89)}carol@example.org\n`)).toEqual(['removes-too-many'])
    expect(await guards(`${people(99)}carol@example.org\n`, { removedShare: 0.1, removedCount: 0 })).toEqual([
      'removes-too-many',
    ])
    expect(await guards(people(100))).toEqual(['domain-emptied'])
  })

  it('takes a denial of who existed for a removal', async () => {
    const { ports } = world()
    await imported(people(10), ports)
    const kinds = (denied: number): string =>
      people(10)
        .trimEnd()
        .split('\n')
        .map((address, index) => `${JSON.stringify({ address, kind: index < denied ? 'deny' : 'mailbox' })}\n`)
        .join('')
    const found = await planned(kinds(2), ports)
    expect([found.diff.changed, found.diff.denied, found.guards]).toEqual([
      2,
      2,
      [{ code: 'removes-too-many', removed: 2, of: 10, most: 1 }],
    ])
    await imported(kinds(2), ports)
    expect((await planned(kinds(2), ports)).diff.denied).toBe(0)
    expect((await planned(kinds(0), ports)).guards).toEqual([])
  })

  it('has nothing change, also where 40 % would go; forced, they are marked, kept, and written down', async () => {
    const { ports, entries, objects, later } = world()
    await imported(people(100), ports)
    const found = await planned(people(60), ports)
    later(1000)
    const refused = await applyImport(found, by, ports, never)
    later(1000)
    expect(refused).toEqual({ kind: 'refused', guards: [{ code: 'removes-too-many', removed: 40, of: 100, most: 10 }] })
    expect([...entries.values()].every(({ removedAt }) => removedAt === null)).toBe(true)
    const forced = await applyImport(found, { ...by, force: true }, ports, never)
    expect(forced).toMatchObject({ kind: 'applied', added: 0, removed: 40 })
    expect(entries.size).toBe(100)
    expect(entries.get('user099@example.com')?.removedAt).toBe('2026-11-21T12:00:02.000Z')
    expect(objects.has('directory/snapshots/hr/state.json')).toBe(true)
    const history = await readHistory(ports.archive, { source: 'hr', most: 10 }, never)
    expect(history.map(({ result, forced: force, guards, removed }) => [result, force, guards, removed])).toEqual([
      ['applied', true, ['removes-too-many'], 40],
      ['refused', false, ['removes-too-many'], 0],
      ['applied', true, [], 0],
    ])
  })
})

describe('what a source has', () => {
  it('is kept apart from what people and other sources have', async () => {
    const { ports, entries, domains } = world()
    entries.set('bob@example.com', {
      kind: 'alias',
      target: 'x@example.com',
      source: null,
      removedAt: null,
      holders: [],
    })
    expect(await imported('alice@example.com\nbob@example.com\n', ports)).toMatchObject({ added: 1, others: 1 })
    expect(domains.get('example.com')?.of).toEqual(new Map([['hr', 1]]))
    expect(await imported('alice@example.com\n', ports)).toMatchObject({ removed: 0 })
    expect(entries.get('bob@example.com')).toMatchObject({ kind: 'alias', source: null, removedAt: null })
    // Bob comes back to the list, and is gone from the table by hand: the next import sees it.
    await imported('alice@example.com\nbob@example.com\n', ports)
    entries.delete('bob@example.com')
    await imported('alice@example.com\nbob@example.com\n', ports)
    expect(entries.get('bob@example.com')).toMatchObject({ source: 'hr', removedAt: null, holders: [] })
  })

  it('completes no domain where it is a part of it only', async () => {
    const { ports, domains } = world()
    await imported('alice@example.com\n', ports, { partial: true })
    expect(domains.get('example.com')).toMatchObject({ entries: 1, completedAt: null })
    await imported('alice@example.com\n', ports)
    expect(domains.get('example.com')?.completedAt).not.toBe(null)
  })

  it('can be what it was before: the last ten lists are kept', async () => {
    const { ports, entries, objects, later } = world()
    for (let round = 0; round < 13; round += 1) {
      later(1000)
      await imported(people(20, round), ports)
    }
    const snapshots = await readSnapshots(ports.archive, 'hr', never)
    expect(snapshots).toHaveLength(10)
    expect(snapshotLines(objects.get(snapshots[0]!)!)[0]).toBe('{"address":"user012@example.com","kind":"mailbox"}')
    later(1000)
    const back = await planRollback('hr', null, options, ports, never)
    if (back.kind !== 'plan') throw new Error(back.sentence)
    expect(back.diff).toMatchObject({ added: 1, removed: 1 })
    expect(await applyImport(back, by, ports, never)).toMatchObject({ kind: 'applied', added: 1, removed: 1 })
    expect(entries.get('user011@example.com')?.removedAt).toBe(null)
    expect(entries.get('user031@example.com')?.removedAt).toBe('2026-11-21T12:00:14.000Z')
    expect(entries.get('user030@example.com')?.removedAt).toBe(null)
  })

  it('cannot be what nobody kept', async () => {
    const { ports } = world()
    expect(await planRollback('hr', null, options, ports, never)).toEqual({
      kind: 'no-snapshot',
      sentence: 'Of the source hr there is no import before the last one.',
    })
  })

  it('is not taken for empty where its snapshot is gone or broken', async () => {
    const { ports, objects } = world()
    await imported('alice@example.com\n', ports)
    const key = (await readSnapshots(ports.archive, 'hr', never))[0]!
    objects.set(key, objects.get(key)!.subarray(0, 15))
    expect(await plan('bob@example.com\n', ports)).toEqual({ kind: 'interrupted', sentence: `reading ${key}: broken` })
    objects.delete(key)
    expect(await plan('bob@example.com\n', ports)).toEqual({ kind: 'interrupted', sentence: `reading ${key}: missing` })
  })
})

describe('a bug', () => {
  it('is no interruption', async () => {
    const { ports } = world()
    const found = await planned('alice@example.com\n', ports)
    const broken = { ...ports, table: { ...ports.table, put: () => Promise.reject(new TypeError('bug')) } }
    await expect(applyImport(found, by, broken, never)).rejects.toThrow(TypeError)
    expect(new ImportInterrupted('a', 'b').message).toBe('a: b')
  })
})
