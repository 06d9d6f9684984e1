import { createSocket } from 'node:dgram'
import { Resolver } from 'node:dns/promises'
import { once } from 'node:events'
import { connect } from 'node:net'
import type { Answer, DecodedPacket } from 'dns-packet'
import { decode, encode } from 'dns-packet'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DnsRecord } from '../../../local/dns/records.ts'
import type { DnsServer } from '../../../local/dns/server.ts'
import { startDnsServer } from '../../../local/dns/server.ts'
import { readQuery } from '../../../local/dns/wire.ts'
import { parseZoneFile } from '../../../local/dns/zone-file.ts'

const zone = parseZoneFile(
  `$TTL 300
$ORIGIN bl.example.
@ SOA ns host\\.master 1 2 3 4 60
  MX 10 mail
  NS ns
2.0.0.127 A 127.0.0.2
  TXT "listed" "\\255" "é"
v6 AAAA 2001:db8::1
p PTR Mail.example.
c CNAME 2.0.0.127
`,
  'test.zone',
)
const many = (name: string, count: number): readonly DnsRecord[] =>
  Array.from({ length: count }, (_, i) => ({
    name,
    type: 'A',
    ttl: 300,
    data: `127.${i >> 16}.${(i >> 8) & 255}.${i & 255}`,
  }))

const query = (name: string, type: 'A' | 'TXT' = 'A', additionals: Answer[] = []): Buffer =>
  encode({ type: 'query', id: 4711, flags: 0x100, questions: [{ name, type }], additionals })

const edns = (udpPayloadSize: number): Answer => ({
  type: 'OPT',
  name: '.',
  udpPayloadSize,
  extendedRcode: 0,
  ednsVersion: 0,
  flags: 0,
  flag_do: false,
  options: [],
})

let server: DnsServer
beforeEach(async () => {
  server = await startDnsServer({ records: zone.kind === 'records' ? zone.records : [] })
})
afterEach(() => server.close())

const overUdp = async (message: Buffer): Promise<Buffer> => {
  const socket = createSocket('udp4')
  socket.send(message, server.port, '127.0.0.1')
  const [response] = (await once(socket, 'message')) as [Buffer]
  socket.close()
  return response
}

/** Sends the octets as they are and gives what came back when `count` answers are there. */
const overTcp = async (chunks: readonly Buffer[], count: number): Promise<readonly DecodedPacket[]> => {
  const socket = connect(server.port, '127.0.0.1')
  socket.setNoDelay(true)
  for (const chunk of chunks) socket.write(chunk)
  const answers: DecodedPacket[] = []
  let pending = Buffer.alloc(0)
  for await (const chunk of socket) {
    pending = Buffer.concat([pending, chunk as Buffer])
    while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
      answers.push(decode(pending.subarray(2, 2 + pending.readUInt16BE(0))))
      pending = pending.subarray(2 + pending.readUInt16BE(0))
    }
    if (answers.length === count) break
  }
  return answers
}

const framed = (message: Buffer): Buffer => {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(message.length)
  return Buffer.concat([length, message])
}

const rcodeOf = (response: Buffer): number => response.readUInt8(3) & 0xf
const isTruncated = (response: Buffer): boolean => (response.readUInt8(2) & 2) !== 0

describe('the DNS server', () => {
  it('gives node:dns every type as the master file has it', async () => {
    const resolver = new Resolver({ timeout: 1000, tries: 1 })
    resolver.setServers([server.address])
    expect(await resolver.resolve4('2.0.0.127.bl.example', { ttl: true })).toEqual([{ address: '127.0.0.2', ttl: 300 }])
    expect(await resolver.resolve6('v6.bl.example')).toEqual(['2001:db8::1'])
    expect(await resolver.resolveMx('bl.example')).toEqual([{ exchange: 'mail.bl.example', priority: 10, type: 'MX' }])
    expect(await resolver.resolveNs('bl.example')).toEqual(['ns.bl.example'])
    expect(await resolver.resolvePtr('p.bl.example')).toEqual(['Mail.example'])
    expect(await resolver.resolveCname('c.bl.example')).toEqual(['2.0.0.127.bl.example'])
    expect(await resolver.resolveTxt('c.bl.example')).toEqual([['listed', '\u00FF', '\u00C3\u00A9']])
    expect(await resolver.resolveSoa('bl.example')).toEqual({
      nsname: 'ns.bl.example',
      hostmaster: 'host\\.master.bl.example',
      serial: 1,
      refresh: 2,
      retry: 3,
      expire: 4,
      minttl: 60,
    })
  })

  it('finds the name behind an address', async () => {
    server.addRecords([{ name: '66.113.0.203.in-addr.arpa', type: 'PTR', ttl: 300, data: 'bulk.example' }])
    const resolver = new Resolver({ timeout: 1000, tries: 1 })
    resolver.setServers([server.address])
    expect(await resolver.reverse('203.0.113.66')).toEqual(['bulk.example'])
  })

  it('puts the SOA beside a negative answer and repeats the question in the case it was asked in', async () => {
    const response = decode(await overUdp(query('1.0.0.127.BL.Example')))
    expect(response).toMatchObject({
      id: 4711,
      rcode: 'NXDOMAIN',
      flag_qr: true,
      flag_aa: true,
      flag_rd: true,
      flag_ra: true,
      questions: [{ name: '1.0.0.127.BL.Example', type: 'A', class: 'IN' }],
      answers: [],
      additionals: [],
    })
    expect(response.authorities).toMatchObject([{ name: 'bl.example', type: 'SOA', ttl: 60, data: { minimum: 60 } }])
  })

  it('cuts an answer at 512 octets, or at the size that EDNS allows, and says so', async () => {
    server.addRecords([...many('forty.bl.example', 40), ...many('two-hundred.bl.example', 200)])
    const plain = await overUdp(query('forty.bl.example'))
    expect([plain.length <= 512, isTruncated(plain), decode(plain).answers]).toEqual([true, true, []])
    const larger = decode(await overUdp(query('forty.bl.example', 'A', [edns(4096)])))
    expect([larger.flag_tc, larger.answers?.length, larger.additionals?.[0]?.type]).toEqual([false, 40, 'OPT'])
    expect(isTruncated(await overUdp(query('forty.bl.example', 'A', [edns(1232)])))).toBe(true)
    expect(isTruncated(await overUdp(query('two-hundred.bl.example', 'A', [edns(65_535)])))).toBe(true)
    expect(isTruncated(await overUdp(query('2.0.0.127.bl.example', 'A', [edns(1)])))).toBe(false)
  })

  it('gives the whole answer over TCP, and SERVFAIL when even that is too small', async () => {
    server.addRecords([...many('big.bl.example', 1000), ...many('huge.bl.example', 3000)])
    const [big, huge] = await overTcp([framed(query('big.bl.example')), framed(query('huge.bl.example'))], 2)
    expect([big?.answers?.length, huge?.flag_tc, (huge as { rcode?: string }).rcode]).toEqual([1000, false, 'SERVFAIL'])
  })

  it('takes TCP messages in any pieces', async () => {
    const both = Buffer.concat([framed(query('2.0.0.127.bl.example')), framed(query('bl.example'))])
    const pieces = Array.from(both, (octet) => Buffer.from([octet]))
    expect((await overTcp(pieces, 2)).map(({ answers }) => answers?.length)).toEqual([1, 0])
  })

  it('remembers its questions in order, until they are cleared', async () => {
    const before = Date.now()
    await overUdp(query('A.bl.example'))
    await overTcp([framed(query('b.bl.example', 'TXT'))], 1)
    const questions = server.questions()
    expect(questions.map(({ name, type, transport }) => ({ name, type, transport }))).toEqual([
      { name: 'a.bl.example', type: 'A', transport: 'udp' },
      { name: 'b.bl.example', type: 'TXT', transport: 'tcp' },
    ])
    expect(questions.every(({ at }) => at >= before && at <= Date.now())).toBe(true)
    server.clearQuestions()
    expect(server.questions()).toEqual([])
  })

  it('closes with a connection open, and a slow and a silent question pending', async () => {
    server.setFault('slow.example', { kind: 'slow', ms: 60_000 })
    server.setFault('silent.example', { kind: 'silent' })
    const socket = connect(server.port, '127.0.0.1')
    socket.write(
      Buffer.concat([framed(query('a.slow.example')), framed(query('a.silent.example')), framed(query('x'))]),
    )
    await once(socket, 'data')
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
    const before = timers()
    const closed = once(socket, 'close')
    await server.close()
    await closed
    expect(timers()).toBeLessThan(before)
    server = await startDnsServer({ records: [] })
  })

  it('says that its port is taken', async () => {
    await expect(startDnsServer({ records: [], port: server.port })).rejects.toMatchObject({
      code: 'EADDRINUSE',
      port: server.port,
    })
  })
})

describe('what is no question', () => {
  const FORMERR = 1
  const NOTIMP = 4
  const REFUSED = 5
  const changed = (message: Buffer, at: number, octet: number): Buffer => {
    const copy = Buffer.from(message)
    copy[at] = octet
    return copy
  }
  const good = query('2.0.0.127.bl.example')

  it.each([
    ['another opcode', changed(good, 2, 0x28), NOTIMP],
    ['no question', changed(good, 5, 0), FORMERR],
    ['two questions', changed(good, 5, 2), FORMERR],
    ['a name that runs over the end', good.subarray(0, 20), FORMERR],
    ['a pointer in the first name', changed(good, 12, 0xc0), FORMERR],
    ['a dot inside a label', changed(good, 13, 0x2e), FORMERR],
    ['an octet above 127 in a label', changed(good, 13, 0xff), FORMERR],
    ['an additional record that is not there', changed(good, 11, 1), FORMERR],
    ['the class CHAOS', changed(good, good.length - 1, 3), REFUSED],
  ])('is refused with its code: %s', async (_, message, rcode) => {
    const response = await overUdp(message)
    expect([response.readUInt16BE(0), rcodeOf(response)]).toEqual([4711, rcode])
    expect(server.questions()).toEqual([])
  })

  it('answers a type that it has no name for with no data', async () => {
    const response = decode(await overUdp(changed(good, good.length - 3, 65)))
    expect([(response as { rcode?: string }).rcode, response.answers]).toEqual(['NOERROR', []])
    expect(server.questions().map(({ type }) => type)).toEqual(['TYPE65'])
  })

  it('is not answered if it is an answer itself, or shorter than a header', () => {
    expect(readQuery(changed(good, 2, 0x81))).toEqual({ kind: 'ignored' })
    expect(readQuery(good.subarray(0, 11))).toEqual({ kind: 'ignored' })
  })

  it('never throws, whatever the octets', () => {
    const damaged = fc
      .array(fc.tuple(fc.nat({ max: 40 }), fc.nat({ max: 255 })), { maxLength: 8 })
      .map((changes) => changes.reduce((message, [at, octet]) => changed(message, at, octet), good))
    fc.assert(
      fc.property(
        fc.oneof(
          damaged,
          fc.uint8Array({ maxLength: 600 }).map((octets) => Buffer.from(octets)),
        ),
        (message) => {
          const received = readQuery(message)
          if (received.kind === 'refused') expect(received.response.length).toBeLessThanOrEqual(message.length + 5)
        },
      ),
      { numRuns: 3000 },
    )
  })
})
