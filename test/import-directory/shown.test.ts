import { tmpdir } from 'node:os'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDynamoDbDirectory } from '../../lambda/adapters/dynamodb-directory.ts'
import { createDynamoDbImportLock } from '../../lambda/adapters/dynamodb-import-lock.ts'
import { createDynamoDbImportTable } from '../../lambda/adapters/dynamodb-import-table.ts'
import { createDynamoDbSeenDays } from '../../lambda/adapters/dynamodb-seen-days.ts'
import { createEmfImportMetrics } from '../../lambda/adapters/emf-import-metrics.ts'
import { openFileScratch } from '../../lambda/adapters/file-scratch.ts'
import { createS3ImportArchive } from '../../lambda/adapters/s3-import-archive.ts'
import { decide } from '../../lambda/core/decide.ts'
import { usualLimits } from '../../lambda/core/directory-import/guards.ts'
import { gatherFacts } from '../../lambda/filter.ts'
import { importDropped } from '../../lambda/import-directory/dropped.ts'
import { createMemoryBouncePorts } from '../../local/memory/bounce-ports.ts'
import { createMemoryEntries } from '../../local/memory/entries.ts'
import { zoneLookupOf } from '../../local/memory/zone-lookup.ts'
import { startImportServices, type ImportServices } from '../adapters/import-services.ts'
import { messageOf, policyOf } from '../builders.ts'

let services: ImportServices
beforeAll(async () => {
  services = await startImportServices()
})
afterAll(() => services.close())

const now = Date.parse('2026-11-21T12:00:00.000Z')
const never = new AbortController().signal
const people = Array.from({ length: 100 }, (_, index) => `user${index}@example.com`)

describe('a list that lacks 40 % of its recipients', () => {
  it('is refused with one alarm; forced, it drops nobody for the days of grace', async () => {
    const world = await madeWorld()
    await world.drop('staff.txt', people)
    const verdicts = async (days: number): Promise<string> => {
      const all = await Promise.all(people.map((address) => world.verdictOf(address, days)))
      return `${all.filter((verdict) => verdict === 'deliver known').length} of ${all.length} are delivered to`
    }
    expect(await world.drop('staff.txt', people.slice(40))).toBe('refused')
    expect(world.alarms()).toEqual(['DirectoryImportsRefused'])
    expect(await verdicts(0)).toBe('100 of 100 are delivered to')
    expect(await world.drop('staff.txt', people.slice(40), true)).toBe('applied')
    for (const days of [0, 1, 29.9]) expect(await verdicts(days)).toBe('100 of 100 are delivered to')
    expect(world.alarms()).toEqual(['DirectoryImportsRefused'])
    expect(await verdicts(30.1)).toBe('60 of 100 are delivered to')
    expect(await world.verdictOf('user7@example.com', 30.1)).toBe('discard unknown')
    // Whoever comes back does so at once, as if nothing had been.
    expect(await world.drop('staff.txt', people)).toBe('applied')
    expect(await verdicts(30.1)).toBe('100 of 100 are delivered to')
  })
})

describe('two lists that are dropped at once', () => {
  it('have one be imported and the other be told by whom and tried again, while look-ups go on', async () => {
    const world = await madeWorld()
    await world.drop('staff.txt', people)
    const stop = new AbortController()
    const answers = new Set<string>()
    const asking = (async () => {
      for (let i = 0; !stop.signal.aborted; i++) answers.add(await world.verdictOf(people[i % people.length] ?? '', 0))
    })()
    const dropped = ['first', 'second'].map((name) =>
      world.drop(
        `${name}.txt`,
        people.map((person) => `${name}-${person}`),
      ),
    )
    // Whoever has the lock goes on when the other has been told.
    world.holdPuts(Promise.race(dropped))
    const outcomes = await Promise.all(dropped)
    stop.abort()
    await asking
    expect(outcomes.toSorted()).toEqual(['again', 'applied'])
    const loser = outcomes.indexOf('again') === 0 ? 'first.txt' : 'second.txt'
    const winner = loser === 'first.txt' ? 'second.txt' : 'first.txt'
    expect(await world.report(loser)).toMatchObject({
      outcome: {
        kind: 'locked',
        holder: { by: `the file directory/incoming/${winner}`, since: new Date(now).toISOString() },
      },
    })
    expect([...answers]).toEqual(['deliver known'])
  })
})

async function madeWorld() {
  const [table, ledger, bucket] = [
    await services.emptyTable(),
    await services.emptyLedger(),
    await services.emptyBucket(),
  ]
  const files = new Map<string, { readonly text: string; readonly force: boolean }>()
  const lines: string[] = []
  const directory = createDynamoDbDirectory(services.client, table)
  const archive = createS3ImportArchive(services.objects, bucket)
  const imports = createDynamoDbImportTable(services.client, table)
  let held: Promise<unknown> = Promise.resolve()
  const ports = {
    table: { ...imports, put: (...asked: Parameters<typeof imports.put>) => held.then(() => imports.put(...asked)) },
    seenDays: createDynamoDbSeenDays(services.client, ledger),
    lock: createDynamoDbImportLock(services.client, table),
    archive,
    metrics: createEmfImportMetrics(
      (line) => void lines.push(line),
      () => now,
    ),
    clock: () => now,
    incoming: (key: string) => {
      const { text, force } = files.get(key) ?? { text: '', force: false }
      const bytes = (async function* () {
        yield await Promise.resolve(Buffer.from(text))
      })()
      return Promise.resolve({ bytes, size: Buffer.byteLength(text), force })
    },
  }
  const settings = { domains: [{ name: 'example.com', foldCase: true }], limits: usualLimits }
  return {
    drop: async (name: string, addresses: readonly string[], force = false) => {
      const key = `directory/incoming/${name}`
      files.set(key, { text: addresses.map((address) => `${address}\n`).join(''), force })
      const scratch = await openFileScratch(tmpdir())
      try {
        return await importDropped(key, settings, { ...ports, scratch }, never)
      } finally {
        await scratch.close()
      }
    },
    report: async (name: string): Promise<unknown> => {
      const chunks: Uint8Array[] = []
      for await (const chunk of (await archive.get(`directory/reports/${name}.json`, never)) ?? []) chunks.push(chunk)
      return JSON.parse(Buffer.concat(chunks).toString()) as unknown
    },
    /** Nothing is put into the table before. */
    holdPuts: (until: Promise<unknown>): void => void (held = until),
    /** The metrics that have an alarm. */
    alarms: () => lines.flatMap((line) => /DirectoryImports(Refused|Failed)(?=":1)/.exec(line)?.[0] ?? []),
    /** What the filter decides about a message for this recipient so many days later. */
    verdictOf: async (address: string, days: number): Promise<string> => {
      const receivedAt = new Date(now + days * 86_400_000).toISOString()
      const message = messageOf({ recipients: [address], receivedAt })
      const { facts } = await gatherFacts(message, policyOf(), { ...filterPorts, directory }, never)
      const { action, recipients } = decide(facts, policyOf())
      return `${action} ${recipients[0]?.answer ?? ''}`
    },
  }
}

const filterPorts = {
  ...createMemoryBouncePorts(),
  entries: createMemoryEntries(),
  zones: zoneLookupOf(() => Promise.resolve({ answer: 'none', why: 'no-such-name' })),
  metrics: { failed: () => undefined },
  stopwatch: () => 0,
}
