import { mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { createDynamoDbImportTable } from '../lambda/adapters/dynamodb-import-table.ts'
import { openFileScratch } from '../lambda/adapters/file-scratch.ts'
import { usualLimits } from '../lambda/core/directory-import/guards.ts'
import { applyImport, planImport } from '../lambda/import-directory.ts'
import type { ImportOptions, ImportSource, Plan } from '../lambda/import-directory/import.ts'
import { ImportInterrupted, type ImportPorts, type ImportTable } from '../lambda/ports/import-ports.ts'
import { createDynamoDb } from '../local/aws/dynamodb.ts'
import { createMemoryImportPorts } from '../local/memory/import-ports.ts'
import { createDirectoryTable } from '../test/directory-table.ts'
import { rounded } from './median.ts'

/**
 * `node --max-semi-space-size=8 bench/directory-import.ts [ENTRIES] [--dynamodb]`: imports a list of a million from CSV, in this
 * process alone, and prints one object: the time of each part, and the most memory that the process ever had. The table forgets
 * what it is told, or the double would be measured; the archive lies in memory, compressed. With `--dynamodb` it is the embedded
 * DynamoDB, and its memory counts, too. The import is killed in the middle once, and run again; then a list that lacks a
 * thousand is imported.
 */
const entries = Number(process.argv[2] ?? '1000000')
const options: ImportOptions = {
  format: null,
  columns: null,
  domains: [{ name: 'example.com', foldCase: true }],
  defaultDomain: null,
  skipBad: false,
  partial: false,
  limits: usualLimits,
}
const never = new AbortController().signal

const folder = mkdtempSync(join(tmpdir(), 'quietgate-bench-'))
const scratch = await openFileScratch(folder)
const embedded = process.argv.includes('--dynamodb') ? await startDynamoDb() : null
const forgetful = createKillable(embedded?.table ?? createForgetfulTable())
const ports: ImportPorts = { ...createMemoryImportPorts(), table: forgetful.table, scratch, clock: Date.now }
try {
  const first = await timed(() => planOf(1))
  forgetful.dieAfter(entries / 2)
  const killed = await timed(() => apply(first.value))
  forgetful.dieAfter(Number.POSITIVE_INFINITY)
  const again = await timed(() => planOf(1))
  const whole = await timed(() => apply(again.value))
  const writesBefore = forgetful.writes()
  const changed = await timed(() => planOf(Math.min(1000, entries / 20) + 1))
  const change = await timed(() => apply(changed.value))
  const result = {
    entries,
    plan_s: first.seconds,
    killed: killed.value.kind,
    plan_again_s: again.seconds,
    apply_s: whole.seconds,
    result: whole.value.kind,
    plan_change_s: changed.seconds,
    apply_change_s: change.seconds,
    writes_of_the_change: forgetful.writes() - writesBefore,
    peak_rss_mb: await peakRss(),
  }
  process.stdout.write(`${JSON.stringify(result)}\n`)
} finally {
  await scratch.close()
  await embedded?.close()
  rmSync(folder, { recursive: true, force: true })
}

/** In the order of a register of people, which is not that of their addresses. `without`: the first so many are not there. */
function list(without: number): ImportSource {
  const bytes = async function* (): AsyncIterable<Uint8Array> {
    yield Buffer.from('Name,Email,Department\n')
    for (let from = without - 1; from < entries; from += 1000) {
      const rows: string[] = []
      for (let number = from; number < Math.min(from + 1000, entries); number += 1) {
        const name = ((number * 7919) % entries).toString(36).padStart(6, '0')
        rows.push(`"Person, ${number}",first.${name}.last@example.com,Department of ${number % 50}\n`)
      }
      yield await Promise.resolve(Buffer.from(rows.join('')))
    }
  }
  return { name: 'bench', bytes: bytes(), size: null }
}

async function planOf(without: number): Promise<Plan> {
  const plan = await planImport(list(without), options, ports, never)
  if (plan.kind !== 'plan') throw new Error(plan.sentence)
  if (plan.guards.length > 0) throw new Error(JSON.stringify(plan.guards))
  return plan
}

async function apply(plan: Plan) {
  const applied = await applyImport(plan, { by: 'bench', force: false, onProgress: () => undefined }, ports, never)
  await plan.sorted.remove()
  return applied
}

function createForgetfulTable(): ImportTable {
  const forget = (): Promise<void> => Promise.resolve()
  return { read: () => Promise.resolve(new Map()), put: () => Promise.resolve([]), tombstone: forget, settle: forget }
}

/** Counts what is written to a table, and dies when it is told to. */
function createKillable(table: ImportTable): {
  readonly table: ImportTable
  readonly dieAfter: (writes: number) => void
  readonly writes: () => number
} {
  let written = 0
  let most = Number.POSITIVE_INFINITY
  const write = (count: number): void => {
    written += count
    if (written > most) throw new ImportInterrupted('writing', 'killed')
  }
  return {
    table: {
      read: table.read,
      put: async (all, ...rest) => {
        write(all.length)
        return table.put(all, ...rest)
      },
      tombstone: async (keys, ...rest) => {
        write(keys.length)
        await table.tombstone(keys, ...rest)
      },
      settle: async (...asked) => {
        write(1)
        await table.settle(...asked)
      },
    },
    dieAfter: (writes) => void (most = written + writes),
    writes: () => written,
  }
}

async function startDynamoDb(): Promise<{ readonly table: ImportTable; readonly close: () => Promise<void> }> {
  const principalOf = () => ({ kind: 'operator' }) as const
  const server = await createDynamoDb({ dataDir: null, region: 'us-east-1', accountId: '123456789012', principalOf })
  await server.listen()
  const credentials = { accessKeyId: 'OPERATOR', secretAccessKey: 'local' }
  const client = new DynamoDBClient({ endpoint: server.url, region: 'us-east-1', credentials })
  const table = createDynamoDbImportTable(client, await createDirectoryTable(client, 'directory'))
  return {
    table,
    close: async () => {
      client.destroy()
      await server.close()
    },
  }
}

async function timed<T>(work: () => Promise<T>): Promise<{ readonly value: T; readonly seconds: number }> {
  const start = performance.now()
  const value = await work()
  return { value, seconds: rounded((performance.now() - start) / 1000) }
}

/** proc(5): VmHWM. */
async function peakRss(): Promise<number | null> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '')
  const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(status) ?? []
  return kilobytes === undefined ? null : Math.round(Number(kilobytes) / 1024)
}
