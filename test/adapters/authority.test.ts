import { describe, expect, it, onTestFinished } from 'vitest'
import { createAuthorityLookup } from '../../lambda/adapters/authority.ts'
import { parseZoneFile } from '../../local/dns/zone-file.ts'
import { startDnsServer } from '../../local/dns/server.ts'

const resolverKnows = `
list.example.        300 IN SOA ns.lists.example. hostmaster.lists.example. 1 1h 15m 7d 900
                     300 IN NS  ns.lists.example.
2.0.0.127.list.example. 300 IN A 127.0.0.9
ns.lists.example.    300 IN A   127.0.0.1
lost.example.        300 IN SOA ns.lost.example. hostmaster.lists.example. 1 1h 15m 7d 900
                     300 IN NS  nowhere.lost.example.
`
const authorityKnows = `
list.example.        300 IN SOA ns.lists.example. hostmaster.lists.example. 1 1h 15m 7d 900
2.0.0.127.list.example. 300 IN A 127.0.0.2
`

describe('the look-up at the name servers of a zone', () => {
  it('asks them, and not the resolver, which may remember something else', async () => {
    const { ask } = await started()
    expect(await ask('list.example', '2.0.0.127.list.example')).toEqual({
      answer: 'addresses',
      addresses: ['127.0.0.2'],
      ttlSeconds: 300,
    })
    expect(await ask('list.example', '3.0.0.127.list.example')).toEqual({ answer: 'none', why: 'no-such-name' })
  })

  it.each([
    ['a zone without name servers', 'unheard-of.example'],
    ['a zone whose name server has no address', 'lost.example'],
    ['a zone whose name holds a key', '{dqs}.list.example'],
  ])('knows nothing of %s', async (_name, zone) => {
    const { ask, questions } = await started()
    expect(await ask(zone, `2.0.0.127.${zone}`)).toBeNull()
    expect(questions()).toEqual([])
  })

  it('knows nothing where the name server does not answer', async () => {
    const { ask, silence } = await started()
    silence()
    expect(await ask('list.example', '2.0.0.127.list.example')).toBeNull()
  })
})

async function started() {
  const resolver = await startDnsServer({ records: recordsOf(resolverKnows) })
  const authority = await startDnsServer({ records: recordsOf(authorityKnows) })
  onTestFinished(async () => {
    await Promise.all([resolver.close(), authority.close()])
  })
  const lookUp = createAuthorityLookup({ servers: [resolver.address], timeoutMs: 300, port: authority.port })
  return {
    ask: (zone: string, name: string) => lookUp(zone, name, AbortSignal.timeout(5000)),
    questions: authority.questions,
    silence: () => authority.setFault('list.example', { kind: 'silent' }),
  }
}

function recordsOf(text: string) {
  const zone = parseZoneFile(text, 'the test')
  if (zone.kind === 'problems') throw new Error(JSON.stringify(zone.problems))
  return zone.records
}
