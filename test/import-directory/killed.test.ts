import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyImport } from '../../lambda/import-directory.ts'
import { createLease, leaseMs } from '../../lambda/import-directory/lease.ts'
import type { StoredEntry } from '../../lambda/ports/import-ports.ts'
import { aliveIn } from '../../local/memory/import-ports.ts'
import { by, imported, never, planned, world } from './import-world.ts'

/** A list: local parts of example.com and example.org, some of them aliases. */
const lists = () =>
  fc.uniqueArray(
    fc.tuple(
      fc.constantFrom(...Array.from('abcdefghij')),
      fc.constantFrom('com', 'org'),
      fc.constantFrom(null, 'x', 'y'),
    ),
    {
      selector: ([name, domain]) => name + domain,
      minLength: 1,
      maxLength: 20,
    },
  )

type List = readonly (readonly [string, string, string | null])[]

const textOf = (list: List): string =>
  list
    .map(([name, domain, target]) =>
      JSON.stringify({
        address: `${name}@example.${domain}`,
        ...(target === null ? {} : { kind: 'alias', target: `${target}@example.com` }),
      }),
    )
    .join('\n') + '\n'

const keysOf = (list: List): readonly string[] => list.map(([name, domain]) => `${name}@example.${domain}`)

const aliveKeys = (entries: ReadonlyMap<string, StoredEntry>): readonly string[] =>
  [...entries].flatMap(([key, { removedAt }]) => (removedAt === null ? [key] : [])).sort()

describe('an import that dies at any write', () => {
  it('leaves everybody known who is on the old and the new list, and a further run makes the table what the source is', async () => {
    await fc.assert(
      fc.asyncProperty(
        lists(),
        fc.array(fc.tuple(lists(), fc.nat(60)), { minLength: 1, maxLength: 3 }),
        lists(),
        async (old, dying, last) => {
          const { ports, entries, domains, failAt, later } = world()
          await imported(textOf(old), ports)
          let surviving = new Set(keysOf(old))
          for (const [list, writes] of dying) {
            surviving = new Set(keysOf(list).filter((key) => surviving.has(key)))
            failAt(writes)
            await imported(textOf(list), ports)
            failAt(null)
            for (const key of surviving) expect(entries.get(key)).toMatchObject({ removedAt: null })
            // Nothing is deleted, so that whoever was there is known for the days of grace at least.
            for (const key of keysOf(old)) expect(entries.has(key)).toBe(true)
            // A domain that seems fuller than it is could say "unknown" when it is empty.
            for (const [name, domain] of domains) expect(domain.entries).toBeLessThanOrEqual(aliveIn(entries, name))
            later(leaseMs + 1)
          }
          expect(await imported(textOf(last), ports)).toMatchObject({ kind: 'applied' })
          expect(aliveKeys(entries)).toEqual([...keysOf(last)].sort())
          for (const [name, domain, target] of last) {
            expect(entries.get(`${name}@example.${domain}`)).toMatchObject({
              kind: target === null ? 'mailbox' : 'alias',
              target: target === null ? null : `${target}@example.com`,
            })
          }
          for (const name of ['example.com', 'example.org']) {
            expect(domains.get(name)?.entries ?? 0).toBe(aliveIn(entries, name))
          }
        },
      ),
      { numRuns: 300 },
    )
  })

  it('completes no domain before all of its entries are there', async () => {
    const text = textOf([
      ['a', 'com', null],
      ['b', 'com', null],
      ['c', 'org', null],
    ])
    const whole = world()
    await imported(text, whole.ports)
    expect([...whole.domains.values()].map(({ completedAt }) => completedAt !== null)).toEqual([true, true])
    for (let writes = 0; ; writes += 1) {
      const { ports, entries, domains, failAt } = world()
      failAt(writes)
      const report = await imported(text, ports)
      if (domains.size > 0) expect(aliveKeys(entries)).toEqual(['a@example.com', 'b@example.com', 'c@example.org'])
      if (report.kind === 'applied' && entries.size > 0 && writes > 20) break
      expect(writes).toBeLessThan(40)
    }
  })

  it('writes the list down, adds, settles, marks, and makes the list the current one, in this order', async () => {
    const { ports } = world()
    await imported(
      textOf([
        ['a', 'com', null],
        ['b', 'com', null],
      ]),
      ports,
    )
    const did: string[] = []
    const { table, archive } = ports
    const telling: typeof ports = {
      ...ports,
      table: {
        ...table,
        put: (entries, ...rest) => {
          did.push(`put ${entries.map(({ key }) => key).join()}`)
          return table.put(entries, ...rest)
        },
        tombstone: (keys, ...rest) => {
          did.push(`tombstone ${keys.join()}`)
          return table.tombstone(keys, ...rest)
        },
        settle: (domain, source, entries, ...rest) => {
          did.push(`settle ${domain} ${entries}`)
          return table.settle(domain, source, entries, ...rest)
        },
      },
      archive: {
        ...archive,
        put: (key, ...rest) => {
          did.push(key.replace(/[^/]*-[0-9a-f]{8}/, 'ID'))
          return archive.put(key, ...rest)
        },
      },
    }
    await imported(
      textOf([
        ['a', 'com', null],
        ['c', 'com', null],
      ]),
      telling,
    )
    expect(did).toEqual([
      'directory/snapshots/hr/ID.ndjson.gz',
      'directory/snapshots/hr/state.json',
      'put c@example.com',
      'settle example.com 2',
      'tombstone b@example.com',
      'directory/snapshots/hr/state.json',
      'directory/history/ID.json',
    ])
  })

  it('does nothing twice: the same list again writes no entry', async () => {
    const { ports, failAt } = world()
    const text = textOf([
      ['a', 'com', null],
      ['b', 'org', 'x'],
    ])
    await imported(text, ports)
    const { table } = ports
    const put = (entries: readonly unknown[]) => refuse(entries).then(() => [])
    const counting = { ...ports, table: { ...table, put, tombstone: refuse } }
    failAt(null)
    expect(await imported(text, counting)).toMatchObject({ kind: 'applied', added: 0, changed: 0, removed: 0 })
  })
})

describe('two imports at once', () => {
  it('have one win, and tell the other who did', async () => {
    const { ports } = world()
    const first = await planned('alice@example.com\n', ports)
    const second = await planned('bob@example.com\n', ports)
    let meanwhile: unknown = null
    const onProgress = async (): Promise<void> => {
      meanwhile ??= await applyImport(second, { ...by, by: 'bea' }, ports, never)
    }
    const asked: Promise<void>[] = []
    const report = await applyImport(first, { ...by, onProgress: () => void asked.push(onProgress()) }, ports, never)
    await Promise.all(asked)
    expect(report).toMatchObject({ kind: 'applied', added: 1 })
    expect(meanwhile).toMatchObject({ kind: 'locked', holder: { by: 'ann', since: '2026-11-21T12:00:00.000Z' } })
    expect(await applyImport(second, by, ports, never)).toEqual({ kind: 'stale' })
  })

  it('have a piece of work stop when its lock is over, however long AWS lets it wait', async () => {
    const { ports } = world()
    const from = ports.clock()
    const times = [from, from, from, from + leaseMs - 5]
    const clock = (): number => times.shift() ?? from + leaseMs
    const lease = createLease('a', 'ann', { ...ports, clock }, never)
    expect(await lease.take()).toBe(null)
    const piece = await lease.keep()
    expect(piece.aborted).toBe(false)
    await new Promise((resolve) => piece.addEventListener('abort', resolve))
  })

  it('have the one that slept too long stop before it writes on', async () => {
    const { ports, entries, later } = world()
    const slow = await planned('alice@example.com\nbob@example.com\n', ports)
    const sleeping = {
      ...ports,
      table: {
        ...ports.table,
        read: async (...asked: Parameters<typeof ports.table.read>) => {
          later(leaseMs + 1)
          const other = { id: 'other', by: 'bea', since: 's', until: new Date(ports.clock() + leaseMs).toISOString() }
          expect(await ports.lock.take(other, new Date(ports.clock()).toISOString(), never)).toBe(null)
          return ports.table.read(...asked)
        },
      },
    }
    const report = await applyImport(slow, by, sleeping, never)
    expect(report).toMatchObject({ kind: 'interrupted', sentence: 'keeping the lock: lock-lost' })
    expect(entries.size).toBe(0)
  })
})

function refuse(entries: readonly unknown[]): Promise<void> {
  expect(entries).toEqual([])
  return Promise.resolve()
}
