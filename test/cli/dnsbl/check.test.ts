import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { startDnsServer, type DnsServer } from '../../../local/dns/server.ts'
import { parseZoneFile } from '../../../local/dns/zone-file.ts'
import { linesOf, quietgate } from '../command.ts'
import { filesOf, listConfig, listRecords } from './zones.ts'

/** What took how long is no part of what is compared. */
function withoutTimes(text: string): readonly string[] {
  return linesOf(text.replaceAll(/, [\d.]+ ms/g, ''))
}

async function startDns(text: string): Promise<DnsServer> {
  const zone = parseZoneFile(text, 'test')
  if (zone.kind !== 'records') throw new Error(JSON.stringify(zone.problems))
  const server = await startDnsServer({ records: zone.records })
  onTestFinished(() => server.close())
  return server
}

/** Systems Manager, which has one parameter or refuses. */
async function startParameterStore(key: string | null): Promise<void> {
  const server = createServer((_request, response) => {
    const headers = { 'content-type': 'application/x-amz-json-1.1' }
    if (key === null) response.writeHead(400, headers).end('{"__type":"AccessDeniedException","message":"no"}')
    else response.writeHead(200, headers).end(JSON.stringify({ Parameter: { Name: '/quietgate/dqs', Value: key } }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
    vi.unstubAllEnvs()
  })
  vi.stubEnv('AWS_ENDPOINT_URL_SSM', `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret')
}

const key = 'abcdefghijklmnopqrstuvwx12'

function keyedConfig(dns: DnsServer): object {
  return {
    region: 'eu-west-1',
    domains: ['example.com'],
    dnsbl: {
      zones: ['{dqs}.zen.dq.spamhaus.net=127.0.0.[2..4]*4'],
      keys: { dqs: { ssm: '/quietgate/dqs' } },
    },
    dns: { servers: [dns.address], timeoutMs: 1000, budgetMs: 2000 },
  }
}

describe('quietgate dnsbl check', () => {
  it('tells what each zone says, what that means, how the zone is, and what the formula makes of it', async () => {
    const { config = '', zone = '' } = filesOf({ config: listConfig, zone: listRecords })
    const args = ['--config', config, 'dnsbl', 'check', '203.0.113.66', '--dns', zone]
    const { exitCode, stdout, stderr } = await quietgate(args)
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    const healthy =
      '           IPv4 healthy (127.0.0.2 is 127.0.0.2, 127.0.0.1 is not listed, a random one is not listed)'
    const unknown = 'The catalogue does not say what that means.'
    expect(withoutTimes(stdout)).toEqual([
      'Address  203.0.113.66',
      'Zone     bl.example (Example List): answered 127.0.0.2',
      `           127.0.0.2  ${unknown}`,
      healthy,
      'Zone     bl2.example (Second Example): answered 127.0.0.4, 127.0.0.99',
      `           127.0.0.4  ${unknown}`,
      `           127.0.0.99  ${unknown}`,
      healthy,
      'Zone     world.example (World): answered 127.0.0.2',
      `           127.0.0.2  ${unknown}`,
      '           IPv4 lists the world: it lists what no zone lists (127.0.0.2 is 127.0.0.2, 127.0.0.1 is 127.0.0.2, a random one is 127.0.0.2)',
      'Zone     empty.example (Empty): not listed',
      '           IPv4 empty: it does not list what every zone lists (127.0.0.2 is not listed, 127.0.0.1 is not listed, a random one is not listed)',
      'Zone     refusing.example (Refusing): answered 127.255.255.254',
      '           127.255.255.254  An error: the question came through a public resolver, or one without a name.',
      '           IPv4 refusing: it answers that it does not answer (127.0.0.2 is 127.255.255.254, 127.0.0.1 is 127.255.255.254, a random one is 127.255.255.254)',
      'Zone     untestable.example (Untestable): answered 127.0.0.2',
      `           127.0.0.2  ${unknown}`,
      '           IPv4 untestable: it has no test entries',
      'Zone     ips.backscatterer.org (UCEPROTECT): answered 127.0.0.2',
      '           127.0.0.2  It sent bounces, automatic replies or callouts to forged senders within 4 weeks.',
      healthy,
      'Reason   zone-listed: The client is listed in bl.example (Example List) as 127.0.0.2: +2.',
      'Reason   zone-listed: The client is listed in bl2.example (Second Example) as 127.0.0.4, 127.0.0.99: +2.',
      'Reason   zone-unsound: world.example lists what no zone lists (it says 127.0.0.2 of the client). It counts neither way.',
      'Reason   zone-unsound: empty.example does not list what every zone lists. It counts neither way.',
      'Reason   zone-silent: refusing.example gave no usable answer (error-code: 127.255.255.254). That says nothing about the client.',
      'Reason   zone-unsound: untestable.example has no test entries, so that nobody can tell whether it works (it says 127.0.0.2 of the client). It counts neither way.',
      'Reason   zone-hint: The client is listed in ips.backscatterer.org as 127.0.0.2: a hint about a bounce, which adds nothing to the sum.',
      'Reason   dnsxl-stopped: The listings add up to 4 (stopped from 4 on), by Example List and Second Example.',
      'Score    4 (recorded from 1 on, stopped from 4 on): quarantine',
    ])
  })

  it('gives programs one object with a list of the zones', async () => {
    const zones = [{ term: 'bl.example=127.0.0.[2..11]*2', operator: 'Example List', authoritative: true }]
    const { config = '', zone = '' } = filesOf({
      config: { ...listConfig, dnsbl: { zones, stop: 2 } },
      zone: listRecords,
    })
    const { exitCode, stdout } = await quietgate([
      ...['--json', '--config', config, 'dnsbl', 'check', '::ffff:203.0.113.66', '--dns', zone],
    ])
    expect(exitCode).toBe(0)
    const said = { answer: 'addresses', addresses: ['127.0.0.2'], ttlSeconds: 300 }
    const none = { answer: 'none', why: 'no-such-name' }
    const ms = expect.any(Number) as number
    expect(JSON.parse(stdout)).toEqual({
      ip: '203.0.113.66',
      family: 'ipv4',
      score: 2,
      record: 1,
      stop: 2,
      action: 'quarantine',
      reasons: [
        { code: 'zone-listed', zone: 'bl.example', operator: 'Example List', return_codes: ['127.0.0.2'], weight: 2 },
        { code: 'dnsxl-stopped', score: 2, threshold: 2, operators: ['Example List'] },
      ],
      zones: [
        {
          zone: 'bl.example',
          operator: 'Example List',
          answer: said,
          codes: [{ code: '127.0.0.2' }],
          ms,
          health: { family: 'ipv4', state: 'healthy', listed: said, unlisted: none, unheard_of: none, ms },
        },
      ],
    })
  })

  it('asks about an IPv6 address only the zones that list them', async () => {
    const { config = '', zone = '' } = filesOf({ config: listConfig, zone: listRecords })
    const { stdout } = await quietgate(['--config', config, 'dnsbl', 'check', '2001:db8::1', '--dns', zone])
    expect(withoutTimes(stdout).slice(1, 4)).toEqual([
      'Zone     bl.example (Example List): not listed',
      '           IPv6 healthy (127.0.0.2 is 127.0.0.2, 127.0.0.1 is not listed, a random one is not listed)',
      'Zone     bl2.example (Second Example): not asked: it does not list addresses of this family',
    ])
  })

  it('says when the filter would never ask about the address', async () => {
    const { config = '', zone = '' } = filesOf({
      config: { ...listConfig, trustedRelays: ['203.0.113.0/24'] },
      zone: listRecords,
    })
    const check = (ip: string) => quietgate(['--config', config, 'dnsbl', 'check', ip, '--dns', zone])
    const relay = await check('203.0.113.66')
    expect(relay.stderr).toBe('203.0.113.66 is one of trustedRelays: the filter asks about the client behind it.\n')
    expect(relay.stdout).toContain('Score    4')
    expect((await check('10.0.0.1')).stderr).toBe(
      '10.0.0.1 is not a public address: the filter asks no zone about it.\n',
    )
  })

  it.each([
    ['127.1', '"127.1" is not an IP address: 192.0.2.1 or 2001:db8::1 would be.\n'],
    ['x'.repeat(99), `"${'x'.repeat(57)}..." is not an IP address: 192.0.2.1 or 2001:db8::1 would be.\n`],
  ])('is an error for %s', async (ip, stderr) => {
    expect(await quietgate(['dnsbl', 'check', ip])).toEqual({ exitCode: 1, stdout: '', stderr })
  })

  it('says what is wrong with the file of --dns', async () => {
    const { config = '', zone = '' } = filesOf({ config: listConfig, zone: 'x A 1.2.3.4.5\n' })
    const check = (file: string) => quietgate(['--config', config, 'dnsbl', 'check', '192.0.2.1', '--dns', file])
    expect(await check(zone)).toMatchObject({
      exitCode: 1,
      stdout: '',
      stderr: expect.stringContaining(zone) as string,
    })
    expect((await check('/nowhere.zone')).stderr).toBe(
      'The DNS answers (--dns) /nowhere.zone cannot be read: there is no such file.\n',
    )
  })

  it('asks with the key in the name, and shows it nowhere', async () => {
    const names = ['2.0.0.127', '66.113.0.203'].map((name) => `${name}.${key}.zen.dq.spamhaus.net. 300 A 127.0.0.2`)
    const dns = await startDns(`${names.join('\n')}\n`)
    await startParameterStore(`${key}\n`)
    const { config = '' } = filesOf({ config: keyedConfig(dns) })
    for (const args of [[], ['--json']]) {
      const { exitCode, stdout, stderr } = await quietgate([
        ...['--config', config, 'dnsbl', 'check', '203.0.113.66', ...args],
      ])
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
      expect(stdout).toContain('{dqs}.zen.dq.spamhaus.net')
      expect(stdout).toContain('SBL: a source of spam, entered by hand.')
      expect(stdout.toLowerCase()).not.toContain(key)
    }
    expect(dns.questions().every(({ name }) => name.toLowerCase().includes(key))).toBe(true)
  })

  it('shows a zone whose key cannot be had, says why, and asks it nothing', async () => {
    const dns = await startDns('x.example. A 127.0.0.2\n')
    await startParameterStore(null)
    const { config = '' } = filesOf({ config: keyedConfig(dns) })
    const { exitCode, stdout, stderr } = await quietgate(['--config', config, 'dnsbl', 'check', '203.0.113.66'])
    expect({ exitCode, stderr }).toEqual({
      exitCode: 0,
      stderr: "A zone's key cannot be read from the parameter /quietgate/dqs: AWS answered AccessDeniedException: no\n",
    })
    expect(withoutTimes(stdout)[1]).toBe('Zone     {dqs}.zen.dq.spamhaus.net (Spamhaus): no answer (no key)')
    expect(dns.questions()).toEqual([])
  })

  it('does not take for a key what is none, and does not show it', async () => {
    const dns = await startDns('x.example. A 127.0.0.2\n')
    await startParameterStore(JSON.stringify({ dqs: key }))
    const { config = '' } = filesOf({ config: keyedConfig(dns) })
    const { stdout, stderr } = await quietgate(['--config', config, 'dnsbl', 'check', '203.0.113.66'])
    expect(stderr).toBe(
      "A zone's key cannot be read from the parameter /quietgate/dqs: what it holds is no key, which is letters, digits " +
        'and hyphens, and nothing around them.\n',
    )
    expect(stdout).toContain('no answer (no key)')
    expect(stdout).not.toContain(key)
  })

  it('says in a sentence that there are no credentials to read a key with', async () => {
    const dns = await startDns('x.example. A 127.0.0.2\n')
    await startParameterStore(key)
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE']) vi.stubEnv(name, undefined)
    vi.stubEnv('AWS_CONFIG_FILE', '/dev/null')
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/dev/null')
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
    const { config = '' } = filesOf({ config: keyedConfig(dns) })
    const { exitCode, stdout, stderr } = await quietgate(['--config', config, 'dnsbl', 'check', '203.0.113.66'])
    expect(exitCode).toBe(0)
    expect(stdout).toContain('no answer (no key)')
    expect(linesOf(stderr)).toEqual([expect.stringMatching(/^A zone's key .*: No usable AWS credentials were found/)])
  })

  it('takes the name of a key for the key in the file of --dns', async () => {
    const dns = await startDns('x.example. A 127.0.0.2\n')
    const { config = '', zone = '' } = filesOf({
      config: keyedConfig(dns),
      zone: '2.0.0.127.dqs.zen.dq.spamhaus.net. A 127.0.0.2\n66.113.0.203.dqs.zen.dq.spamhaus.net. A 127.0.0.4\n',
    })
    const args = ['--config', config, 'dnsbl', 'check', '203.0.113.66', '--dns', zone]
    expect((await quietgate(args)).stdout).toContain('127.0.0.4  XBL: a hijacked machine.')
    expect(dns.questions()).toEqual([])
  })
})
