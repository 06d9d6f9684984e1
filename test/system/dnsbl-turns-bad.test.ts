import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { describeStack } from '../../local/local-stack-file.ts'
import { send } from '../../local/send.ts'
import { linesOf, quietgate } from '../cli/command.ts'
import { startLists } from './lists.ts'
import { testEntries, type ListState } from './rbldnsd.ts'
import { startObservedStack } from './stack.ts'

const numbers = Array.from({ length: 20 }, (_, i) => i)
/** Clients that no list names, and clients that the list names: 20 before a change, 20 others after it. */
const cleanBefore = numbers.map((i) => `198.51.100.${1 + i}`)
const cleanMeanwhile = numbers.map((i) => `198.51.100.${51 + i}`)
const cleanAfter = numbers.map((i) => `198.51.100.${101 + i}`)
const listedBefore = numbers.map((i) => `203.0.113.${1 + i}`)
const listedAfter = numbers.map((i) => `203.0.113.${101 + i}`)
const listed = Object.fromEntries([...listedBefore, ...listedAfter].map((ip) => [ip, ['127.0.0.2']]))

/** How the list goes wrong, and what one probe finds beside it. */
const changes = [
  ['lists the world', everybody('127.0.0.2'), 'lists-the-world'],
  ['is parked', everybody('203.0.113.80'), 'lists-the-world'],
  ['answers to everybody that it does not answer', everybody('127.255.255.254'), 'refusing'],
] as const

describe('a list of which one listing is enough to act', () => {
  it.each(changes)(
    'that %s while mail flows stops nobody from its first wrong answer on, is dead after one probe, and its cost is listed',
    async (_sentence, state, found) => {
      const { observed, world, configFile } = await started()
      const delivered = (clients: readonly string[]) => clients.map((ip) => `${ip}: deliver`)
      expect(await fatesOf(observed, cleanBefore)).toEqual(delivered(cleanBefore))
      expect(await fatesOf(observed, listedBefore)).toEqual(listedBefore.map((ip) => `${ip}: quarantine`))

      const flowing = sendAll(observed, cleanMeanwhile)
      await world.publish('sole.example', state)
      await flowing
      expect(await fates(observed)).toEqual(delivered(cleanMeanwhile).toSorted())

      expect(await fatesOf(observed, cleanAfter)).toEqual(delivered(cleanAfter))
      expect(await fatesOf(observed, listedAfter)).toEqual(delivered(listedAfter))
      expect(observed.complaints).toEqual([])

      const health = await quietgate(['dnsbl', 'health', 'sole.example', '--config', configFile, '--json'])
      expect([health.exitCode, health.stderr]).toEqual([4, ''])
      expect(linesOf(health.stdout).map((line) => JSON.parse(line) as unknown)).toEqual([
        expect.objectContaining({ zone: 'sole.example', state: found }),
      ])

      const stackFile = join(observed.dataDir, 'stack.json')
      writeFileSync(stackFile, JSON.stringify(describeStack(observed.stack)))
      const args = [
        'dnsbl',
        'cost',
        'sole.example',
        '--from',
        '2020-01-01',
        '--config',
        configFile,
        '--local',
        '--json',
      ]
      const cost = await quietgate(args, { QUIETGATE_LOCAL: stackFile })
      expect(cost.exitCode).toBe(0)
      const touched = linesOf(cost.stdout).map((line) => JSON.parse(line) as Touched)
      const counted = touched.filter(({ touch }) => touch === 'listed')
      expect(counted.map(({ client_ip, action }) => `${client_ip}: ${action}`).toSorted()).toEqual(
        listedBefore.map((ip) => `${ip}: quarantine`).toSorted(),
      )
      expect(touched.filter(({ touch, action }) => touch !== 'listed' && action !== 'deliver')).toEqual([])
    },
  )

  it('that is emptied stops nobody from then on', async () => {
    const { observed, world } = await started()
    expect(await fatesOf(observed, listedBefore)).toEqual(listedBefore.map((ip) => `${ip}: quarantine`))
    await world.publish('sole.example', { kind: 'lists', listings: {} })
    expect(await fatesOf(observed, listedAfter)).toEqual(listedAfter.map((ip) => `${ip}: deliver`))
  })

  it('that refuses is not asked again, once each process of the function has heard it', async () => {
    const { observed, world } = await started()
    await world.publish('sole.example', everybody('127.255.255.254'))
    await fatesOf(observed, cleanBefore)
    world.resolver.clearQuestions()
    await sendAll(observed, cleanAfter.slice(0, 4))
    const outcomes = await observed.outcomes()
    const reason = { code: 'zone-silent', zone: 'sole.example', cause: 'muted' }
    expect(outcomes.map(({ record }) => record.reasons)).toEqual(numbers.slice(0, 4).map(() => [reason]))
    expect(world.resolver.questions()).toEqual([])
  })
})

type Touched = { readonly touch: string; readonly client_ip: string; readonly action: string }
type Observed = Awaited<ReturnType<typeof startObservedStack>>

async function started() {
  const world = await startLists(
    new Map([['sole.example', { kind: 'lists', listings: { ...testEntries, ...listed } }]]),
  )
  onTestFinished(() => world.close())
  const config = {
    mode: 'enforce',
    domains: ['example.com'],
    dnsbl: { zones: [{ term: 'sole.example=127.0.0.[2..11]*3', operator: 'Sole', authoritative: true }], stop: 3 },
    dns: { servers: [world.resolver.address] },
  }
  const observed = await startObservedStack({ config, names: 'network' })
  onTestFinished(() => observed.close())
  const folder = mkdtempSync(join(tmpdir(), 'quietgate-system-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const configFile = join(folder, 'config.json')
  writeFileSync(configFile, JSON.stringify(config))
  return { world, observed, configFile }
}

/** Brings a message from each client, in their order, four at a time. */
async function sendAll({ stack }: Observed, clients: readonly string[]): Promise<void> {
  const waiting = [...clients]
  const bring = async (): Promise<void> => {
    for (let clientIp = waiting.shift(); clientIp !== undefined; clientIp = waiting.shift()) {
      const sent = await send(stack.smtpPort, { ...letter, clientIp })
      expect(sent.answer).toBe('accepted')
    }
  }
  await Promise.all([bring(), bring(), bring(), bring()])
}

const letter = {
  helo: 'mail.partner.example',
  reversePath: 'carol@partner.example',
  recipients: ['alice@example.com'],
  message: Buffer.from('From: carol@partner.example\r\nSubject: Lunch?\r\n\r\nYours\r\n'),
}

/** What happened to the messages since the last call, as their records say it. */
async function fates(observed: Observed): Promise<readonly string[]> {
  const outcomes = await observed.outcomes()
  return outcomes.map(({ record: { client_ip, action } }) => `${client_ip ?? '-'}: ${action}`).toSorted()
}

/** The same for messages from these clients, in their order. */
async function fatesOf(observed: Observed, clients: readonly string[]): Promise<readonly string[]> {
  await sendAll(observed, clients)
  const found = await fates(observed)
  return clients.flatMap((ip) => found.filter((fate) => fate.startsWith(`${ip}: `)))
}

function everybody(address: string): ListState {
  return { kind: 'says-of-everybody', address }
}
