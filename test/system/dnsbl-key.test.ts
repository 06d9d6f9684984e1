import { once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { describeStack } from '../../local/local-stack-file.ts'
import { send } from '../../local/send.ts'
import { schedulesOf } from '../../local/template/schedules.ts'
import { quietgate } from '../cli/command.ts'
import { startLists } from './lists.ts'
import { testEntries, type ListState } from './rbldnsd.ts'
import { startObservedStack } from './stack.ts'

/** As long as a key of Spamhaus, and nobody's. */
const key = 'a1b2c3d4e5f6g7h8i9j0k1l2m3'
const zone = '{dqs}.zen.dq.spamhaus.net'
const spammer = '203.0.113.66'
const listing: ListState = { kind: 'lists', listings: { ...testEntries, [spammer]: ['127.0.0.2'] } }

describe('a zone with a key in its name', () => {
  it.each([
    ['Secrets Manager', { secretsManager: 'quietgate/dqs' }],
    ['Systems Manager', { ssm: '/quietgate/dqs' }],
  ])('is asked with the key that %s keeps, which stands in no file, no record and no log', async (_name, source) => {
    const { observed, world, fateOf, isSeen } = await started(source, `${key}\n`)
    expect(await fateOf(spammer)).toEqual({
      action: 'quarantine',
      reasons: [
        { code: 'zone-listed', zone, operator: 'Spamhaus', return_codes: ['127.0.0.2'], weight: 3 },
        { code: 'dnsxl-stopped', score: 3, threshold: 3, operators: ['Spamhaus'] },
      ],
    })
    expect(world.resolver.questions()).toContain(`66.113.0.203.${key}.zen.dq.spamhaus.net`)
    // A zone that refuses, and one that answers with an error, are told of, too.
    await world.publish(`${key}.zen.dq.spamhaus.net`, { kind: 'refuses' })
    expect((await fateOf('203.0.113.67')).reasons).toEqual([{ code: 'zone-silent', zone, cause: 'servfail' }])
    await world.publish(`${key}.zen.dq.spamhaus.net`, { kind: 'says-of-everybody', address: '127.255.255.255' })
    expect((await fateOf('203.0.113.68')).reasons).toEqual([
      { code: 'zone-silent', zone, cause: 'error-code', answer: '127.255.255.255' },
    ])
    expect(observed.complaints).toEqual([])
    const [probe] = schedulesOf(observed.stack.template).flatMap(({ targets }) => targets)
    expect((await observed.stack.invoke(probe!.functionArn, {})).answer).toBe('returned')
    expect(observed.complaints.map((line) => JSON.parse(line) as object)).toEqual([
      expect.objectContaining({ kind: 'zone-state', zone, to: 'muted' }),
    ])
    expect(isSeen()).toEqual([])
  })

  it('is silent, and stops nobody, while its key cannot be had', async () => {
    const { fateOf, isSeen } = await started({ secretsManager: 'quietgate/dqs' }, null)
    expect(await fateOf(spammer)).toEqual({
      action: 'deliver',
      reasons: [{ code: 'zone-silent', zone, cause: 'no-key' }],
    })
    expect(isSeen()).toEqual([])
  })

  it('is told of by quietgate dnsbl without its key', async () => {
    const { observed, configFile, endpoint, fateOf } = await started({ secretsManager: 'quietgate/dqs' }, key)
    await fateOf(spammer)
    const stackFile = join(observed.dataDir, 'stack.json')
    writeFileSync(stackFile, JSON.stringify(describeStack(observed.stack)))
    // The SDK reads its endpoint and its credentials from the environment of the process.
    vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', endpoint)
    vi.stubEnv('AWS_REGION', 'eu-west-1')
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'LOCAL')
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local')
    onTestFinished(() => void vi.unstubAllEnvs())
    for (const args of [
      ['check', spammer],
      ['check', spammer, '--json'],
      ['health'],
      ['health', '--json'],
      ['cost', zone, '--from', '2020-01-01', '--local'],
      ['cost', `${key}.zen.dq.spamhaus.net`, '--from', '2020-01-01', '--local'],
    ]) {
      const ran = await quietgate(['dnsbl', ...args, '--config', configFile], { QUIETGATE_LOCAL: stackFile })
      const said = `${ran.stdout}${ran.stderr}`
      expect([args, ran.exitCode, said.includes(zone), holdsKey(said)]).toEqual([args, 0, true, false])
    }
  })
})

async function started(source: object, secret: string | null) {
  const world = await startLists(new Map([[`${key}.zen.dq.spamhaus.net`, listing]]))
  onTestFinished(() => world.close())
  const endpoint = await startKeeper(secret)
  const config = {
    mode: 'enforce',
    domains: ['example.com'],
    dnsbl: { zones: [{ term: `${zone}=127.0.0.[2..11]*3`, authoritative: true }], keys: { dqs: source }, stop: 3 },
    dns: { servers: [world.resolver.address] },
  }
  const environment = { AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoint, AWS_ENDPOINT_URL_SSM: endpoint }
  const observed = await startObservedStack({ config, names: 'network', environment })
  onTestFinished(() => observed.close())
  const configFile = join(observed.dataDir, 'config.json')
  writeFileSync(configFile, JSON.stringify(config))
  return {
    world,
    observed,
    endpoint,
    configFile,
    fateOf: async (clientIp: string) => {
      await send(observed.stack.smtpPort, { ...letter, clientIp })
      const [outcome] = await observed.outcomes()
      const { action, reasons } = outcome!.record
      return { action, reasons }
    },
    /** Where the key stands. */
    isSeen: () => [
      ...filesBelow(observed.dataDir).filter((path) => holdsKey(readFileSync(path, 'latin1'))),
      ...observed.log.filter(holdsKey),
    ],
  }
}

const letter = {
  helo: 'mail.partner.example',
  reversePath: 'carol@partner.example',
  recipients: ['alice@example.com'],
  message: Buffer.from('From: carol@partner.example\r\nSubject: Lunch?\r\n\r\nYours\r\n'),
}

/** Secrets Manager and the parameter store, as far as one secret goes; `null`: it is not there. */
async function startKeeper(secret: string | null): Promise<string> {
  const server = createServer((request, response) => {
    request.resume()
    const isParameter = String(request.headers['x-amz-target']).endsWith('.GetParameter')
    const found = isParameter ? { Parameter: { Value: secret } } : { SecretString: secret }
    response.writeHead(secret === null ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' })
    response.end(JSON.stringify(secret === null ? { __type: 'ResourceNotFoundException' } : found))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function filesBelow(folder: string): readonly string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

function holdsKey(text: string): boolean {
  return text.toLowerCase().includes(key)
}
