import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { createDynamoDbDirectory } from '../lambda/adapters/dynamodb-directory.ts'
import { createDynamoDbImportTable } from '../lambda/adapters/dynamodb-import-table.ts'
import { decide } from '../lambda/core/decide.ts'
import type { DirectoryEntry } from '../lambda/core/facts.ts'
import { gatherFacts } from '../lambda/filter.ts'
import type { RecipientDirectory } from '../lambda/ports/recipient-directory.ts'
import { createDynamoDb } from '../local/aws/dynamodb.ts'
import { createMemoryBouncePorts } from '../local/memory/bounce-ports.ts'
import { createMemoryEntries } from '../local/memory/entries.ts'
import { createMemoryDirectory } from '../local/memory/recipient-directory.ts'
import { zoneLookupOf } from '../local/memory/zone-lookup.ts'
import { messageOf, policyOf } from '../test/builders.ts'
import { createDirectoryTable } from '../test/directory-table.ts'
import { medianOf, rounded } from './median.ts'

export type LookUps = {
  /** Microseconds from the facts to the verdict, the directory in memory with so many entries. Medians, taken by turns. */
  readonly rule_1k_us: number
  readonly rule_1m_us: number
  /** The same from the message on: what a map of a million keys costs the processor's caches is in it. */
  readonly look_up_1k_us: number
  readonly look_up_1m_us: number
  /** Requests to the embedded DynamoDB for a message, with so many entries in the table: the most of any. */
  readonly look_up_requests_1k: number
  readonly look_up_requests_20k: number
}

/** Measures what the number of entries costs. Takes about 20 s, most of them for filling the table. */
export async function measureLookUps(messages: number): Promise<LookUps> {
  const small = createMemoryDirectory(directoryOf(1000))
  const large = createMemoryDirectory(directoryOf(1_000_000))
  const times: { readonly small: Took[]; readonly large: Took[] } = { small: [], large: [] }
  for (let i = 0; i < messages; i++) {
    times.small.push(await timeOf(i, 1000, small))
    times.large.push(await timeOf(i, 1_000_000, large))
  }
  const median = (of: readonly Took[], what: keyof Took): number => rounded(medianOf(of.map((took) => took[what])))
  const [few, many] = await requestsWith([1000, 20_000])
  return {
    rule_1k_us: median(times.small, 'rule'),
    rule_1m_us: median(times.large, 'rule'),
    look_up_1k_us: median(times.small, 'all'),
    look_up_1m_us: median(times.large, 'all'),
    look_up_requests_1k: few ?? 0,
    look_up_requests_20k: many ?? 0,
  }
}

/** Microseconds. */
type Took = { readonly rule: number; readonly all: number }

const policy = policyOf()
const signal = new AbortController().signal
const zones = zoneLookupOf(() => Promise.resolve({ answer: 'none', why: 'no-such-name' }))
const bouncePorts = createMemoryBouncePorts()

/** Somebody who is there, somebody by a sub-address, and nobody; others with every message, all over the list. */
function recipientsOf(i: number, entries: number): readonly string[] {
  const name = (number: number): string => `first.${((i * 7919 + number) % entries).toString(36)}.last`
  return [`${name(0)}@example.com`, `${name(1)}+news@example.com`, `nobody.${i}@example.com`]
}

function directoryOf(entries: number) {
  const mailbox: DirectoryEntry = { kind: 'mailbox', target: null, removedAt: null }
  const keys = Array.from({ length: entries }, (_, number) => `first.${number.toString(36)}.last@example.com`)
  return {
    entries: new Map(keys.map((key) => [key, mailbox])),
    domains: new Map([['example.com', { answer: 'complete' } as const]]),
  }
}

async function timeOf(i: number, entries: number, directory: RecipientDirectory): Promise<Took> {
  const message = messageOf({ recipients: recipientsOf(i, entries) })
  const begun = performance.now()
  const { facts } = await gatherFacts(message, policy, portsOf(directory), signal)
  const gathered = performance.now()
  const { recipients } = decide(facts, policy)
  const ended = performance.now()
  const answers = recipients.map(({ answer }) => answer).join()
  if (answers !== 'known,known,unknown') throw new Error(`Message ${i} of ${entries} entries was answered ${answers}.`)
  return { rule: (ended - gathered) * 1000, all: (ended - begun) * 1000 }
}

function portsOf(directory: RecipientDirectory) {
  const metrics = { failed: () => undefined }
  const entries = createMemoryEntries()
  return { ...bouncePorts, directory, zones, entries, metrics, stopwatch: () => performance.now() }
}

/** The most requests that one of a hundred messages cost, for each number of entries. */
async function requestsWith(sizes: readonly number[]): Promise<readonly number[]> {
  const principalOf = () => ({ kind: 'operator' }) as const
  const server = await createDynamoDb({ dataDir: null, region: 'us-east-1', accountId: '123456789012', principalOf })
  await server.listen()
  const credentials = { accessKeyId: 'OPERATOR', secretAccessKey: 'local' }
  const client = new DynamoDBClient({ endpoint: server.url, region: 'us-east-1', credentials })
  const found: number[] = []
  let requests = 0
  for (const entries of sizes) {
    const table = await createDirectoryTable(client, `directory-${entries}`)
    await fill(client, table, entries)
    const directory = createDynamoDbDirectory(client, table)
    server.setFault(() => {
      requests += 1
      return null
    })
    const each: number[] = []
    for (let i = 0; i < 100; i++) {
      const before = requests
      await timeOf(i, entries, directory)
      each.push(requests - before)
    }
    server.setFault(null)
    found.push(Math.max(...each))
  }
  client.destroy()
  await server.close()
  return found
}

async function fill(client: DynamoDBClient, name: string, entries: number): Promise<void> {
  const table = createDynamoDbImportTable(client, name)
  const keys = [...directoryOf(entries).entries.keys()]
  await table.put(
    keys.map((key) => ({ key, kind: 'mailbox', target: null, holders: [], there: false })),
    'bench',
    signal,
  )
  await table.settle('example.com', 'bench', entries, '2026-11-21T10:00:00.000Z', signal)
}

if (import.meta.main) process.stdout.write(`${JSON.stringify(await measureLookUps(20_000))}\n`)
