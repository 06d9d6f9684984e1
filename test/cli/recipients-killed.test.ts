import { GetItemCommand } from '@aws-sdk/client-dynamodb'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDynamoDbDirectory } from '../../lambda/adapters/dynamodb-directory.ts'
import type { EntryAnswer } from '../../lambda/core/answers.ts'
import { quietgate } from './command.ts'
import { startRecipientsStack, type RecipientsStack } from './recipients-stack.ts'

let stack: RecipientsStack
beforeAll(async () => {
  stack = await startRecipientsStack({ onDisk: true })
})
afterAll(() => stack.close())

const staying = named('staying')

describe('an import whose process is killed', () => {
  it('has made nobody unknown, at whatever request it died, and is finished by running it again', async () => {
    await importWhole(listOf(0))
    const seen: string[] = []
    for (const [index, death] of deaths.entries()) {
      const round = index + 1
      const [old, wanted] = [
        [...staying, ...named(`round${index}`)],
        [...staying, ...named(`round${round}`)],
      ]
      expect(await importInProcess(listOf(round), death)).toEqual({ code: null, signal: 'SIGKILL' })
      const left = await answersFor([...old, ...wanted])
      for (const key of staying) expect([key, left.get(key)]).toEqual([key, alive])
      // Whoever is on the old list only is there, if marked, and so known for the days of grace.
      for (const key of old) expect([key, left.get(key)?.answer]).toEqual([key, 'found'])
      expect(await countOf('example.com')).toBeLessThanOrEqual([...left.values()].filter(isAlive).length)
      seen.push(stateOf(left, old, wanted))
      await endLock()
      await importWhole(listOf(round))
      const whole = await answersFor([...old, ...wanted])
      expect(wanted.filter((key) => !isAlive(whole.get(key)))).toEqual([])
      expect(old.filter((key) => !wanted.includes(key) && isAlive(whole.get(key)))).toEqual([])
      expect(await countOf('example.com')).toBe(wanted.length)
    }
    // It was killed before, while and after it added, and while it removed.
    expect(new Set(seen)).toEqual(new Set(['nothing', 'some added', 'all added', 'some removed', 'all removed']))
    expect(await lookedUp('nobody@example.com')).toBe('unknown')
    expect(await lookedUp('round1-0@example.com')).toBe('known')
  }, 240_000)
})

type Death = { readonly action: string; readonly times: number }

/** At the so-manieth request of a kind. The order of the work is that of the comments. */
const deaths: readonly Death[] = [
  { action: 's3:GetObject', times: 2 },
  { action: 'dynamodb:PutItem', times: 1 }, // the lock
  { action: 's3:PutObject', times: 2 }, // that it is begun
  { action: 'dynamodb:BatchWriteItem', times: 9 }, // who is new
  { action: 'dynamodb:UpdateItem', times: 1 }, // the count
  { action: 'dynamodb:UpdateItem', times: 2 }, // who is gone
  { action: 'dynamodb:UpdateItem', times: 150 },
  { action: 'dynamodb:UpdateItem', times: 301 },
  { action: 's3:PutObject', times: 3 }, // that it is the current one
]

const alive: EntryAnswer = { answer: 'found', entry: { kind: 'mailbox', target: null, removedAt: null } }

function named(name: string): readonly string[] {
  return Array.from({ length: 300 }, (_, index) => `${name}-${index}@example.com`)
}

/** Three hundred who stay from list to list, and as many who are on this one only. */
function listOf(round: number): string {
  return stack.file('hr.csv', ['address', ...staying, ...named(`round${round}`), ''].join('\n'))
}

async function importWhole(file: string): Promise<void> {
  expect(await importInProcess(file, null)).toEqual({ code: 0, signal: null })
}

/** The process is killed when it has sent the request that `death` names; that one is answered all the same. */
async function importInProcess(file: string, death: Death | null) {
  const args = [
    '--disable-warning=ExperimentalWarning',
    'cli/main.ts',
    '--local',
    'recipients',
    'import',
    file,
    '--force',
  ]
  const child = spawn(process.execPath, args, { env: { ...process.env, ...stack.env }, stdio: 'ignore' })
  let times = 0
  const watch = ({ action }: { readonly action: string }): null => {
    if (action === death?.action && (times += 1) === death.times) child.kill('SIGKILL')
    return null
  }
  stack.dynamoDb.setFault(watch)
  stack.s3.setFault(watch)
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
  stack.dynamoDb.setFault(null)
  stack.s3.setFault(null)
  return { code, signal }
}

async function answersFor(keys: readonly string[]): Promise<ReadonlyMap<string, EntryAnswer>> {
  const ask = createDynamoDbDirectory(stack.client, stack.outputs.DirectoryTable)
  return (await ask({ keys: [...new Set(keys)], domains: [] }, AbortSignal.timeout(10_000))).entries
}

function isAlive(answer: EntryAnswer | undefined): boolean {
  return answer?.answer === 'found' && answer.entry.removedAt === null
}

function stateOf(left: ReadonlyMap<string, EntryAnswer>, old: readonly string[], wanted: readonly string[]): string {
  const [added, removed] = [wanted, old].map((keys) => {
    const own = keys.filter((key) => !key.startsWith('staying'))
    return own.filter((key) => isAlive(left.get(key))).length / own.length
  })
  if (removed === 0) return 'all removed'
  if (removed !== 1) return 'some removed'
  return added === 0 ? 'nothing' : added === 1 ? 'all added' : 'some added'
}

/** What two minutes do. */
async function endLock(): Promise<void> {
  await stack.put({
    address: '#import-lock',
    holder: 'dead',
    by: 'x',
    since: '2026',
    until: '2026-01-01T00:00:00.000Z',
  })
}

async function countOf(domain: string): Promise<number> {
  const { Item } = await stack.client.send(
    new GetItemCommand({ TableName: stack.outputs.DirectoryTable, Key: { address: { S: domain } } }),
  )
  return Number(Item?.['entries']?.N ?? '0')
}

async function lookedUp(address: string): Promise<string> {
  const { stdout } = await quietgate(['--local', 'recipients', 'lookup', address, '--json'], stack.env)
  return (JSON.parse(stdout) as { readonly answer: string }).answer
}
