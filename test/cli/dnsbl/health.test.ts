import { PutItemCommand } from '@aws-sdk/client-dynamodb'
import { describe, expect, it, onTestFinished } from 'vitest'
import { storedState } from '../../../lambda/adapters/state-items.ts'
import type { ZoneState } from '../../../lambda/core/zone-state.ts'
import { createTable, startDynamoDb } from '../../dynamodb-world.ts'
import { linesOf, quietgate, type Ran } from '../command.ts'
import { filesOf, listConfig, listRecords } from './zones.ts'

function health(config: object, ...args: readonly string[]): Promise<Ran> {
  const files = filesOf({ config, zone: listRecords })
  return quietgate(['--config', files['config'] ?? '', 'dnsbl', 'health', ...args, '--dns', files['zone'] ?? ''])
}

function withoutTimes(text: string): readonly string[] {
  return linesOf(text.replaceAll(/, [\d.]+ ms/g, ''))
}

const sound = 'healthy (127.0.0.2 is 127.0.0.2, 127.0.0.1 is not listed, a random one is not listed)'

/** The state table of a stack, and the file by which `--local` finds it. */
async function startStateTable(states: Readonly<Record<string, ZoneState>>): Promise<{ readonly env: object }> {
  const region = 'eu-west-1'
  const dynamoDb = await startDynamoDb({ region })
  onTestFinished(() => dynamoDb.close())
  const table = await createTable(dynamoDb.client, 'state', 'id')
  for (const [zone, state] of Object.entries(states)) {
    const item = {
      kind: 'zone',
      zone,
      state,
      probedAt: state.since,
      authorityLists: false,
      ownAskedAt: null,
      ownListed: [],
    } as const
    await dynamoDb.client.send(new PutItemCommand({ TableName: table, Item: storedState(item) }))
  }
  const outputs = { RecordBucket: 'records', StateTable: table }
  const stack = { pid: process.pid, region, dynamoDb: dynamoDb.url, dns: '127.0.0.1:9', outputs }
  return { env: { QUIETGATE_LOCAL: filesOf({ stack })['stack'] } }
}

describe('quietgate dnsbl health', () => {
  it('asks every zone for its test entries in each family, and ends with exit code 4 when one is not healthy', async () => {
    const { exitCode, stdout, stderr } = await health(listConfig)
    expect({ exitCode, stderr }).toEqual({ exitCode: 4, stderr: '' })
    expect(withoutTimes(stdout)).toEqual([
      'bl.example',
      `  IPv4 ${sound}`,
      `  IPv6 ${sound}`,
      'bl2.example',
      `  IPv4 ${sound}`,
      'world.example',
      '  IPv4 lists the world: it lists what no zone lists (127.0.0.2 is 127.0.0.2, 127.0.0.1 is 127.0.0.2, a random one is 127.0.0.2)',
      'empty.example',
      '  IPv4 empty: it does not list what every zone lists (127.0.0.2 is not listed, 127.0.0.1 is not listed, a random one is not listed)',
      'refusing.example',
      '  IPv4 refusing: it answers that it does not answer (127.0.0.2 is 127.255.255.254, 127.0.0.1 is 127.255.255.254, a random one is 127.255.255.254)',
      'untestable.example',
      '  IPv4 untestable: it has no test entries',
      'ips.backscatterer.org',
      `  IPv4 ${sound}`,
    ])
  })

  it('asks one zone alone, in any case and with a final dot', async () => {
    const { exitCode, stdout } = await health(listConfig, 'BL2.example.')
    expect({ exitCode, lines: withoutTimes(stdout) }).toEqual({
      exitCode: 0,
      lines: ['bl2.example', `  IPv4 ${sound}`],
    })
  })

  it('finds a zone unhealthy that fails in one family alone', async () => {
    const zones = [{ term: 'bl2.example=127.0.0.2*2', operator: 'Second Example', families: 'both' }]
    const { exitCode, stdout } = await health({ ...listConfig, dnsbl: { zones } }, '--json')
    expect(exitCode).toBe(4)
    expect(JSON.parse(stdout)).toMatchObject({
      zone: 'bl2.example',
      state: 'empty',
      families: [
        { family: 'ipv4', state: 'healthy' },
        { family: 'ipv6', state: 'empty', listed: { answer: 'none' } },
      ],
    })
  })

  it('does not count it as a finding that a zone is known to have no test entries', async () => {
    const { exitCode, stdout } = await health(listConfig, 'untestable.example', '--json')
    expect({ exitCode, value: JSON.parse(stdout) as unknown }).toEqual({
      exitCode: 0,
      value: {
        zone: 'untestable.example',
        state: 'untestable',
        families: [{ family: 'ipv4', state: 'untestable' }],
      },
    })
  })

  it('adds since when the probe of the stack has it so', async () => {
    const dead: ZoneState = {
      state: 'lists-the-world',
      since: '2026-11-21T10:00:00.000Z',
      failures: 2,
      silences: 0,
      retryAt: '2026-11-21T10:04:00.000Z',
    }
    const { env } = await startStateTable({ 'bl2.example': dead })
    const files = filesOf({ config: listConfig, zone: listRecords })
    const args = ['--local', '--config', files['config'] ?? '', 'dnsbl', 'health', '--dns', files['zone'] ?? '']
    const text = await quietgate([...args, 'bl2.example'], env as Record<string, string>)
    expect({ exitCode: text.exitCode, lines: withoutTimes(text.stdout) }).toEqual({
      exitCode: 0,
      lines: [
        'bl2.example',
        `  IPv4 ${sound}`,
        '  The probe has it as lists-the-world since 2026-11-21T10:00:00.000Z, and leaves it alone until 2026-11-21T10:04:00.000Z.',
      ],
    })
    const json = await quietgate([...args, '--json'], env as Record<string, string>)
    const lines = linesOf(json.stdout).map(
      (line) => JSON.parse(line) as { readonly zone: string; readonly probe?: object },
    )
    expect(lines.flatMap(({ zone, probe }) => (probe === undefined ? [] : [{ zone, probe }]))).toEqual([
      {
        zone: 'bl2.example',
        probe: { state: 'lists-the-world', since: dead.since, retry_at: dead.retryAt },
      },
    ])
  })

  it('names the zones that there are when it is asked for another, and no key', async () => {
    const { exitCode, stderr } = await health(listConfig, 'abcdefghijklmnopqrstuvwx12.zen.dq.spamhaus.net')
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(
      /^\*\*\*\.zen\.dq\.spamhaus\.net is not a zone of the configuration, which has bl\.example, bl2\.example/,
    )
    const none = await health({ domains: ['example.com'], dnsbl: { zones: [] } })
    expect({ exitCode: none.exitCode, stderr: none.stderr }).toEqual({
      exitCode: 1,
      stderr: expect.stringMatching(/^There are no zones in the configuration \(.*, dnsbl\.zones\)\.\n$/) as string,
    })
  })
})
