import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createAddressLookup } from '../../lambda/adapters/dns.ts'
import type { DnsRecord } from '../../local/dns/records.ts'
import type { DnsServer } from '../../local/dns/server.ts'
import { startDnsServer } from '../../local/dns/server.ts'
import { describeAddressLookup } from '../contract/address-lookup.ts'

describeAddressLookup('the resolver of node:dns', async (records, faults) => {
  const server = await startDnsServer({ records })
  for (const [suffix, fault] of faults) server.setFault(suffix, fault)
  const lookup = createAddressLookup({ servers: [server.address], timeoutMs: 200, retries: 0 })
  return { lookup, close: server.close }
})

const listing = (name: string): DnsRecord => ({ name, type: 'A', ttl: 60, data: '127.0.0.2' })
const LISTED = { answer: 'addresses', addresses: ['127.0.0.2'], ttlSeconds: 60 }
const never = () => new AbortController().signal

/** What keeps a process from ending, by kind. */
const resources = (): readonly string[] =>
  process.getActiveResourcesInfo().filter((kind) => /timeout|timer|query|cares|dns/i.test(kind))

const elapsed = async <T>(work: Promise<T>): Promise<{ readonly value: T; readonly ms: number }> => {
  const start = performance.now()
  const value = await work
  return { value, ms: performance.now() - start }
}

describe('the resolver of node:dns', () => {
  let first: DnsServer
  let second: DnsServer
  beforeEach(async () => {
    first = await startDnsServer({ records: [listing('a.bl.example')] })
    second = await startDnsServer({ records: [listing('a.bl.example')] })
  })
  afterEach(() => Promise.all([first.close(), second.close()]))
  const asked = (server: DnsServer) => server.questions().map(({ name, transport }) => `${transport} ${name}`)
  const over = (servers: readonly DnsServer[], timeoutMs: number, retries: number) =>
    createAddressLookup({ servers: servers.map(({ address }) => address), timeoutMs, retries })

  it('asks again once when nobody answers, and is done within two timeouts', async () => {
    first.setFault('bl.example', { kind: 'silent' })
    const { value, ms } = await elapsed(over([first], 200, 1)('a.bl.example', never()))
    expect(value).toEqual({ answer: 'failed', cause: 'timeout' })
    expect(asked(first)).toEqual(['udp a.bl.example', 'udp a.bl.example'])
    expect(ms).toBeGreaterThan(350)
    expect(ms).toBeLessThan(700)
  })

  it('hears an answer that is slow but in time, also after a hundred fast ones', async () => {
    const lookup = over([first], 1_500, 0)
    for (let i = 0; i < 100; i++) await lookup('a.bl.example', never())
    first.setFault('bl.example', { kind: 'slow', ms: 400 })
    expect(await lookup('a.bl.example', never())).toEqual(LISTED)
  })

  it('asks the next server when the first is silent', async () => {
    first.setFault('bl.example', { kind: 'silent' })
    expect(await over([first, second], 120, 1)('a.bl.example', never())).toEqual(LISTED)
    expect([asked(first), asked(second)]).toEqual([['udp a.bl.example'], ['udp a.bl.example']])
  })

  it.each(['servfail', 'refused'] as const)('does not ask the same server again after %s', async (kind) => {
    first.setFault('bl.example', { kind })
    expect(await over([first], 200, 1)('a.bl.example', never())).toEqual({ answer: 'failed', cause: kind })
    expect(asked(first)).toEqual(['udp a.bl.example'])
  })

  it.each(['servfail', 'refused'] as const)('asks another server after %s', async (kind) => {
    first.setFault('bl.example', { kind })
    expect(await over([first, second], 200, 1)('a.bl.example', never())).toEqual(LISTED)
  })

  it('never asks a second server when the first has said no', async () => {
    expect(await over([first, second], 200, 1)('b.bl.example', never())).toEqual({
      answer: 'none',
      why: 'no-such-name',
    })
    expect(asked(second)).toEqual([])
  })

  it('answers unreachable when nothing listens', async () => {
    await first.close()
    const lookup = over([first], 1_000, 1)
    first = await startDnsServer({ records: [] })
    const { value, ms } = await elapsed(lookup('a.bl.example', never()))
    expect(value).toEqual({ answer: 'failed', cause: 'unreachable' })
    expect(ms).toBeLessThan(500)
  })

  it('answers aborted at once, asks no more, and leaves nothing running', async () => {
    first.setFault('bl.example', { kind: 'silent' })
    const before = resources()
    const controller = new AbortController()
    const lookups = [over([first], 5_000, 3), over([first], 5_000, 0)]
    const zones = lookups.flatMap((lookup) =>
      Array.from({ length: 15 }, (_, i) => lookup(`${i}.bl.example`, controller.signal)),
    )
    await vi.waitUntil(() => first.questions().length === 30)
    controller.abort()
    const { value, ms } = await elapsed(Promise.all(zones))
    expect(value).toEqual(zones.map(() => ({ answer: 'failed', cause: 'aborted' })))
    expect(ms).toBeLessThan(500)
    expect(first.questions()).toHaveLength(30)
    expect(resources()).toEqual(before)
  })

  it('leaves nothing running after an answer', async () => {
    const before = resources()
    await over([first], 5_000, 1)('a.bl.example', never())
    expect(resources()).toEqual(before)
  })

  it('takes an answer that does not fit in a datagram over TCP', async () => {
    const addresses = Array.from({ length: 100 }, (_, i) => `127.0.1.${i}`)
    first.addRecords(addresses.map((data) => ({ name: 'big.bl.example', type: 'A', ttl: 9, data })))
    expect(await over([first], 1_000, 0)('big.bl.example', never())).toEqual({
      answer: 'addresses',
      addresses,
      ttlSeconds: 9,
    })
    expect(asked(first)).toEqual(['udp big.bl.example', 'tcp big.bl.example'])
  })

  it('answers malformed when what comes back is cut off in the middle', async () => {
    const socket = createSocket('udp4')
    socket.on('message', (message, { port }) => {
      // It says that there is one answer, and ends before it.
      const response = Buffer.from(message)
      response.writeUInt16BE(0x8180, 2)
      response.writeUInt16BE(1, 6)
      socket.send(response, port, '127.0.0.1')
    })
    socket.bind(0, '127.0.0.1')
    await once(socket, 'listening')
    const servers = [`127.0.0.1:${socket.address().port}`]
    const answer = await createAddressLookup({ servers, timeoutMs: 200, retries: 0 })('a.bl.example', never())
    socket.close()
    expect(answer).toEqual({ answer: 'failed', cause: 'malformed' })
  })

  it('rejects for a bug, which is not something that the network said', async () => {
    await expect(over([first], 200, 0)(42 as unknown as string, never())).rejects.toThrow(TypeError)
  })

  it('refuses a server that is not an address when it is made, not when mail comes', () => {
    expect(() => createAddressLookup({ servers: ['dns.example'], timeoutMs: 1, retries: 0 })).toThrow('dns.example')
  })
})
