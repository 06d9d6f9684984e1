import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createKeyLookup } from '../../lambda/adapters/dns-keys.ts'
import type { DnsRecord } from '../../local/dns/records.ts'
import { startDnsServer, type DnsServer } from '../../local/dns/server.ts'
import { describeKeyLookup } from '../contract/key-lookup.ts'

describeKeyLookup('the resolver of node:dns', async (records, faults) => {
  const server = await startDnsServer({ records })
  for (const [suffix, fault] of faults) server.setFault(suffix, fault)
  const lookup = createKeyLookup({ servers: [server.address], timeoutMs: 200, retries: 0 })
  return { lookup, close: server.close }
})

const key = (selector: string, text = 'p=MIGf'): DnsRecord => ({
  name: `${selector}._domainkey.example.com`,
  type: 'TXT',
  ttl: 60,
  data: [text],
})
const nameOf = (selector: string) => `${selector}._domainkey.example.com`
const never = () => new AbortController().signal

describe('the key look-up over node:dns', () => {
  let server: DnsServer
  let now: number
  beforeEach(async () => {
    server = await startDnsServer({ records: [key('a')] })
    now = Date.parse('2026-11-21T10:00:00.000Z')
  })
  afterEach(() => server.close())
  const started = (retries = 0, timeoutMs = 200) =>
    createKeyLookup({ servers: [server.address], timeoutMs, retries, clock: () => now })
  const found = (text = 'p=MIGf') => ({ answer: 'records', records: [[text]] })

  it('asks for a key once in five minutes, in whatever case its name is written', async () => {
    const lookup = started()
    await lookup(nameOf('a'), never())
    now += 299_999
    expect(await lookup('A._DOMAINKEY.example.com', never())).toEqual(found())
    expect(server.questions()).toHaveLength(1)
    server.removeZone('example.com')
    server.addRecords([key('a', 'p=')])
    now += 1
    expect(await lookup(nameOf('a'), never())).toEqual(found('p='))
  })

  it('asks again after a minute for a key that was not there', async () => {
    const lookup = started()
    const none = { answer: 'none', why: 'no-such-name' }
    expect(await lookup(nameOf('b'), never())).toEqual(none)
    server.addRecords([key('b')])
    now += 59_999
    expect(await lookup(nameOf('b'), never())).toEqual(none)
    now += 1
    expect(await lookup(nameOf('b'), never())).toEqual(found())
  })

  it('forgets a failure at once', async () => {
    const lookup = started()
    server.setFault('example.com', { kind: 'servfail' })
    expect(await lookup(nameOf('a'), never())).toEqual({ answer: 'failed', cause: 'servfail' })
    server.setFault('example.com', null)
    expect(await lookup(nameOf('a'), never())).toEqual(found())
  })

  it('does not believe what it heard when the clock was set back', async () => {
    const lookup = started()
    await lookup(nameOf('a'), never())
    now -= 1
    await lookup(nameOf('a'), never())
    expect(server.questions()).toHaveLength(2)
  })

  it('holds a thousand names, and keeps one in use while made-up selectors come and go', async () => {
    const lookup = started(0, 2000)
    await lookup(nameOf('a'), never())
    for (let batch = 0; batch < 4; batch++) {
      const selectors = Array.from({ length: 400 }, (_, i) => nameOf(`made-up-${batch}-${i}`))
      for (let i = 0; i < 400; i += 50) await Promise.all(selectors.slice(i, i + 50).map((it) => lookup(it, never())))
      await lookup(nameOf('a'), never())
    }
    const asked = (name: string) => server.questions().filter((question) => question.name === name).length
    expect(asked(nameOf('a'))).toBe(1)
    await lookup(nameOf('made-up-0-0'), never())
    await lookup(nameOf('made-up-3-399'), never())
    expect([asked(nameOf('made-up-0-0')), asked(nameOf('made-up-3-399'))]).toEqual([2, 1])
  })

  it('asks again when nobody answers, and only then', async () => {
    server.setFault('example.com', { kind: 'silent' })
    expect(await started(1, 120)(nameOf('a'), never())).toEqual({ answer: 'failed', cause: 'timeout' })
    expect(server.questions()).toHaveLength(2)
  })

  it('answers aborted in the middle of a question, remembers nothing of it, and leaves nothing running', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((kind) => /timeout|query|cares/i.test(kind))
    const before = timers()
    const lookup = started(3, 5000)
    server.setFault('example.com', { kind: 'silent' })
    const controller = new AbortController()
    const answer = lookup(nameOf('a'), controller.signal)
    await vi.waitUntil(() => server.questions().length === 1)
    controller.abort()
    expect(await answer).toEqual({ answer: 'failed', cause: 'aborted' })
    expect(timers()).toEqual(before)
    server.setFault('example.com', null)
    expect(await lookup(nameOf('a'), never())).toEqual(found())
  })

  it('takes a key that does not fit in a datagram over TCP', async () => {
    const strings = Array.from({ length: 12 }, (_, i) => String.fromCharCode(65 + i).repeat(255))
    server.addRecords([{ name: nameOf('big'), type: 'TXT', ttl: 60, data: strings }])
    expect(await started(0, 1000)(nameOf('big'), never())).toEqual({ answer: 'records', records: [strings] })
  })

  it('rejects for a bug, which is not something that the network said', async () => {
    await expect(started()(42 as unknown as string, never())).rejects.toThrow(TypeError)
  })
})
