import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addEntry, removeEntry } from '../../../lambda/core/entries/change.ts'
import { MAX_ENTRIES, parseEntries, writeEntries } from '../../../lambda/core/entries/file.ts'
import { newEntry, type Wanted } from '../../../lambda/core/entries/new-entry.ts'
import { entry } from '../../contract/entry-list.ts'

const now = '2026-11-20T10:00:00.000Z'
const later = { expires_at: '2027-03-01T00:00:00.000Z' }
const wanted: Wanted = { list: 'allow', value: 'a.example', owner: 'ops', reason: 'why', until: { days: 30 } }

describe('a new entry', () => {
  it('has an owner, a reason and an end', () => {
    expect(newEntry({ ...wanted, value: 'A.Example', owner: ' ops ' }, Date.parse(now))).toEqual({
      answer: 'entry',
      entry: {
        list: 'allow',
        kind: 'domain',
        value: 'a.example',
        owner: 'ops',
        reason: 'why',
        added_at: now,
        expires_at: '2026-12-20T10:00:00.000Z',
      },
    })
  })

  it.each([
    [{ owner: ' ' }, 'owner: some words are expected'],
    [{ reason: '' }, 'reason: some words are expected'],
    [{ reason: 'x'.repeat(501) }, 'at most 500 characters'],
    [{ reason: 'two\nlines' }, 'one line without control characters'],
    [{ reason: '\u001b[2J' }, 'one line without control characters'],
    [{ until: { days: 0 } }, 'ends in the future'],
    [{ until: { days: Number.NaN } }, 'ends in the future'],
    [{ until: { days: 367 } }, 'at most 366 days'],
    [{ until: { at: Date.parse(now) } }, 'ends in the future'],
    [{ until: { at: Infinity } }, 'at most 366 days'],
    [{ value: 'nonsense' }, 'top-level domain'],
  ] as const)('is refused without what an entry must have: %j', (changes, words) => {
    const made = newEntry({ ...wanted, ...changes }, Date.parse(now))
    const why = /at most 366|top-level/.test(words) ? 'guard' : 'unreadable'
    expect(made).toEqual({ answer: 'refused', why, sentence: expect.stringContaining(words) as string })
  })
})

describe('the list of entries', () => {
  it('has one entry of a list for a value, the last one that was added', () => {
    const block = entry('a.example', { list: 'block' })
    const again = entry('a.example', { ...later, reason: 'again' })
    expect(addEntry([entry('a.example'), block], again)).toEqual({
      answer: 'added',
      entries: [block, again],
      replaced: entry('a.example'),
    })
  })

  it('keeps an entry that ends later where somebody only wants it to last', () => {
    const stands = entry('a.example', later)
    expect(addEntry([stands], entry('a.example'), 'lengthen')).toEqual({ answer: 'kept', stands })
    expect(addEntry([entry('a.example')], stands, 'lengthen')).toMatchObject({ answer: 'added', entries: [stands] })
    expect(addEntry([stands], entry('a.example'))).toMatchObject({ answer: 'added', entries: [entry('a.example')] })
  })

  it('drops what ended 30 days ago with the next change, and nothing before that', () => {
    const shown = entry('b.example', { expires_at: '2026-10-21T10:00:00.001Z' })
    const gone = entry('c.example', { expires_at: '2026-10-21T10:00:00.000Z' })
    expect(addEntry([shown, gone], entry('a.example'))).toMatchObject({ entries: [shown, entry('a.example')] })
    expect(removeEntry([shown, gone, entry('a.example')], entry('a.example'), now)).toEqual({
      entries: [shown],
      removed: entry('a.example'),
    })
    expect(removeEntry([shown], entry('a.example'), now)).toBeNull()
  })

  it('is full at 5,000 entries, of which those that only are shown make room', () => {
    const many = Array.from({ length: MAX_ENTRIES }, (_, i) => entry(`a${i}.example`))
    expect(addEntry(many, entry('one-more.example'))).toEqual({
      answer: 'full',
      sentence: expect.stringContaining('There is room for 5000 entries and 2 MB, and 5000 stand') as string,
    })
    expect(addEntry(many, entry('a7.example', later))).toMatchObject({ answer: 'added' })
    const ended = { ...entry('a0.example'), expires_at: '2026-11-19T00:00:00.000Z' }
    expect(addEntry([ended, ...many.slice(1)], entry('one-more.example'))).toMatchObject({ answer: 'added' })
  })

  it('is full at 2 MB', () => {
    const reason = '\u20ac'.repeat(500)
    const many = Array.from({ length: 1400 }, (_, i) => entry(`a${i}.example`, { reason }))
    expect(addEntry(many, entry('one-more.example'))).toMatchObject({ answer: 'full' })
  })
})

describe('the object of the entries', () => {
  it('reads what was written, one entry a line', () => {
    const entries = [entry('a.example'), entry('b.example', { list: 'block', reason: 'x"\u2028' })]
    expect(parseEntries(writeEntries(entries))).toEqual(entries)
    expect(writeEntries(entries).split('\n')).toHaveLength(5)
    expect(parseEntries(writeEntries([]))).toEqual([])
  })

  it.each([
    ['another schema', { schema_version: 2, entries: [] }],
    ['no list', { schema_version: 1 }],
    ['too many', { schema_version: 1, entries: Array.from({ length: MAX_ENTRIES + 1 }, () => entry('a.example')) }],
    ['an unknown list', { schema_version: 1, entries: [{ ...entry('a.example'), list: 'maybe' }] }],
    ['an unknown kind', { schema_version: 1, entries: [{ ...entry('a.example'), kind: 'address' }] }],
    ['no owner', { schema_version: 1, entries: [{ ...entry('a.example'), owner: '' }] }],
    ['an end that is none', { schema_version: 1, entries: [{ ...entry('a.example'), expires_at: 'never' }] }],
    ['an end in another zone', { schema_version: 1, entries: [entry('a.example', { expires_at: '2026-12-20' })] }],
    ['a network that is too wide', { schema_version: 1, entries: [entry('0.0.0.0/0', { kind: 'network' })] }],
  ])('is not read with %s', (_name, file) => {
    expect(parseEntries(JSON.stringify(file))).toBeNull()
  })

  it('never throws', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void parseEntries(text)))
    const holed = fc.array(fc.oneof(fc.constant(entry('a.example')), fc.anything()))
    fc.assert(fc.property(holed, (entries) => void parseEntries(JSON.stringify({ schema_version: 1, entries }))))
  })
})
