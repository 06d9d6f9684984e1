import { createPrivateKey } from 'node:crypto'
import { Resolver } from 'node:dns/promises'
import { authenticate, dkimSign } from 'mailauth'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { resolverOf } from '../../../local/dns/resolver.ts'
import { sampleRecords } from '../../../local/dns/sample-zones.ts'
import type { DnsServer } from '../../../local/dns/server.ts'
import { startDnsServer } from '../../../local/dns/server.ts'
import { createZones } from '../../../local/dns/zones.ts'

/** What a look-up ended with: its result, or the words of its error that programs read. */
const outcome = async (work: Promise<unknown>): Promise<unknown> => {
  try {
    return await work
  } catch (error) {
    const { code, syscall, hostname } = error as NodeJS.ErrnoException & { hostname?: string }
    return { code, syscall, hostname, message: (error as Error).message }
  }
}

describe('the resolver without a network', () => {
  let server: DnsServer
  beforeAll(async () => {
    server = await startDnsServer({ records: sampleRecords() })
    server.addRecords([
      { name: 'alias.partner.example', type: 'CNAME', ttl: 1, data: 'mail.partner.example' },
      { name: 'dry.partner.example', type: 'CNAME', ttl: 1, data: '_domainkey.partner.example' },
    ])
    server.setFault('failing.example', { kind: 'servfail' })
    server.setFault('closed.example', { kind: 'refused' })
  })
  afterAll(() => server.close())

  it.each([
    ['mail.partner.example', 'A'],
    ['mail.partner.example', 'AAAA'],
    ['partner.example', 'MX'],
    ['nomail.example', 'MX'],
    ['partner.example', 'NS'],
    ['partner.example', 'SOA'],
    ['_dmarc.partner.example', 'TXT'],
    ['alias.partner.example', 'TXT'],
    ['alias.partner.example', 'CNAME'],
    ['alias.partner.example', 'MX'],
    ['dry.partner.example', 'A'],
    ['dry.partner.example', 'TXT'],
    ['dry.partner.example', 'PTR'],
    ['66.113.0.203.in-addr.arpa', 'PTR'],
    ['partner.example', 'A'],
    ['mail.partner.example', 'CNAME'],
    ['nobody.partner.example', 'TXT'],
    ['nobody.at.all', 'A'],
    ['x.failing.example', 'TXT'],
    ['x.closed.example', 'MX'],
    ['a..example', 'A'],
    [`${'a'.repeat(64)}.example`, 'TXT'],
  ])('gives what dns.promises.resolve gives: %s %s', async (name, type) => {
    const resolver = new Resolver({ timeout: 1000, tries: 1 })
    resolver.setServers([server.address])
    const real = await outcome(resolver.resolve(name, type as 'A'))
    expect(await outcome(resolverOf(server)(name, type))).toEqual(real)
  })

  it('is not among the questions that came over the network', async () => {
    server.clearQuestions()
    await resolverOf(server)('partner.example', 'TXT')
    expect(server.questions()).toEqual([])
  })

  it('times out at once where a zone is silent, and is never slow', async () => {
    const zones = createZones(sampleRecords())
    zones.setFault('partner.example', { kind: 'silent' })
    zones.setFault('strict.example', { kind: 'slow', ms: 60_000 })
    expect(await outcome(resolverOf(zones)('partner.example', 'TXT'))).toEqual({
      code: 'ETIMEOUT',
      syscall: 'queryTxt',
      hostname: 'partner.example',
      message: 'queryTxt ETIMEOUT partner.example',
    })
    expect(await resolverOf(zones)('mail.strict.example', 'A')).toEqual(['198.51.100.20'])
  })
})

describe('the sample zones, as SPF, DKIM and DMARC read them', () => {
  // The private half of the key pair of RFC 8463 A.2, published for samples.
  const seed = Buffer.from('nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=', 'base64')
  const privateKey = createPrivateKey({
    key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]),
    format: 'der',
    type: 'pkcs8',
  })
    .export({ format: 'pem', type: 'pkcs8' })
    .toString()

  const results = async (domain: string, ip: string, isSigned: boolean) => {
    const message = `From: a@${domain}\r\nTo: b@example.com\r\nSubject: x\r\nDate: Sat, 21 Nov 2026 10:00:00 +0000\r\n\r\nhello\r\n`
    const key = { signingDomain: domain, selector: 'sample', privateKey, algorithm: 'ed25519-sha256' }
    const { signatures } = isSigned ? await dkimSign(message, { ...key, signatureData: [key] }) : { signatures: '' }
    const { spf, dkim, dmarc } = await authenticate(`${signatures}${message}`, {
      ip,
      helo: 'client.example',
      sender: `a@${domain}`,
      mta: 'mx.example.com',
      resolver: resolverOf(createZones(sampleRecords())),
    })
    return {
      spf: spf && spf.status.result,
      dkim: dkim.results.map(({ status }) => status.result),
      dmarc: dmarc && [dmarc.status.result, dmarc.policy],
    }
  }

  it.each([
    ['partner.example', '198.51.100.10', true, { spf: 'pass', dkim: ['pass'], dmarc: ['pass', 'none'] }],
    ['partner.example', '2001:db8:10::10', false, { spf: 'pass', dkim: ['none'], dmarc: ['pass', 'none'] }],
    ['partner.example', '203.0.113.66', false, { spf: 'fail', dkim: ['none'], dmarc: ['fail', 'none'] }],
    ['strict.example', '203.0.113.5', false, { spf: 'fail', dkim: ['none'], dmarc: ['fail', 'reject'] }],
    ['strict.example', '203.0.113.5', true, { spf: 'fail', dkim: ['pass'], dmarc: ['pass', 'reject'] }],
    ['trusted.example', '198.51.100.7', false, { spf: 'pass', dkim: ['none'], dmarc: ['pass', 'quarantine'] }],
    ['nomail.example', '198.51.100.10', false, { spf: 'fail', dkim: ['none'], dmarc: ['fail', 'reject'] }],
    ['spammer.example', '2001:db8:66::66', false, { spf: 'pass', dkim: ['none'], dmarc: ['pass', 'none'] }],
    ['nowhere.example', '198.51.100.10', false, { spf: 'none', dkim: ['none'], dmarc: ['none', undefined] }],
  ])('%s from %s, signed %s', async (domain, ip, isSigned, expected) => {
    expect(await results(domain, ip, isSigned)).toEqual(expected)
  })
})
