import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareKeys, createKeyList, listKeys } from '../../../../local/aws/s3/key-list.ts'
import type { Listed } from '../../../../local/aws/s3/key-list.ts'

const key = fc.array(fc.constantFrom('a', 'b', '/', 'é', '\ud83d\ude00', '\uffee')).map((parts) => parts.join(''))

/** What ListObjectsV2 means, said without an index. */
function naively(keys: readonly string[], prefix: string, delimiter: string): readonly Listed[] {
  const listed = new Map<string, Listed>()
  for (const name of [...new Set(keys)].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))) {
    if (!name.startsWith(prefix)) continue
    const end = delimiter === '' ? -1 : name.indexOf(delimiter, prefix.length)
    const one: Listed =
      end < 0 ? { kind: 'key', name } : { kind: 'folder', name: name.slice(0, end + delimiter.length) }
    listed.set(`${one.kind} ${one.name}`, one)
  }
  return [...listed.values()]
}

describe('the keys of a bucket', () => {
  it('stand in the order of their UTF-8 bytes', () => {
    fc.assert(
      fc.property(key, key, (a, b) => {
        expect(Math.sign(compareKeys(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)))
      }),
    )
  })

  it('stay sorted and without doubles, whatever comes and goes', () => {
    fc.assert(
      fc.property(fc.array(key), fc.array(key), (added, removed) => {
        const list = createKeyList([])
        for (const one of added) list.add(one)
        for (const one of removed) list.remove(one)
        const left = [...new Set(added)].filter((one) => !removed.includes(one))
        expect(list.all()).toEqual(left.sort(compareKeys))
      }),
    )
  })

  it('are listed page by page as they are at once', () => {
    const query = fc.record({
      keys: fc.array(key, { maxLength: 30 }),
      prefix: key,
      delimiter: fc.constantFrom('', '/', 'b/'),
      limit: fc.integer({ min: 1, max: 5 }),
    })
    fc.assert(
      fc.property(query, ({ keys, prefix, delimiter, limit }) => {
        const sorted = createKeyList([...new Set(keys)].filter((one) => one !== '')).all()
        const pages: Listed[] = []
        let after = ''
        for (let more = true; more;) {
          const page = listKeys(sorted, { prefix, delimiter, after, limit })
          pages.push(...page.listed)
          more = page.more
          after = page.listed.at(-1)?.name ?? ''
        }
        expect(pages).toEqual(naively(sorted, prefix, delimiter))
      }),
      { numRuns: 1000 },
    )
  })
})
