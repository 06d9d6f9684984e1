import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AddressLookup } from '../../lambda/ports/address-lookup.ts'
import type { DnsFault } from '../../local/dns/faults.ts'
import type { DnsRecord } from '../../local/dns/records.ts'
import { parseZoneFile } from '../../local/dns/zone-file.ts'

export type LookupUnderTest = {
  readonly lookup: AddressLookup
  readonly close: () => Promise<void>
}

/** Makes a look-up over a world that has these records and nothing else, the zones named in `faults` failing so. */
export type MakeLookup = (
  records: readonly DnsRecord[],
  faults: ReadonlyMap<string, DnsFault>,
) => Promise<LookupUnderTest>

const world = parseZoneFile(
  `
$TTL 300
$ORIGIN list.example.
@          SOA  ns hostmaster 1 1h 15m 7d 60
2.0.0.127  A    127.0.0.2
many   10  A    127.0.0.4
      300  A    127.0.0.2
only.text  TXT  "no address here"
alias  20  CNAME target.elsewhere.example.
odd        A    203.0.113.80
*.wild     A    127.0.0.9
dry        CNAME only.text
gone       CNAME nowhere.elsewhere.example.
loop       CNAME loop2
loop2      CNAME loop
$ORIGIN elsewhere.example.
@          SOA  ns hostmaster 1 1h 15m 7d 60
target     A    127.0.0.3
x.servfail A    127.0.0.2
x.refused  A    127.0.0.2
x.silent   A    127.0.0.2
`,
  'contract.zone',
)

const faults = new Map<string, DnsFault>([
  ['servfail.elsewhere.example', { kind: 'servfail' }],
  ['refused.elsewhere.example', { kind: 'refused' }],
  ['silent.elsewhere.example', { kind: 'silent' }],
])

/** The contract of `lambda/ports/address-lookup.ts`. */
export const describeAddressLookup = (name: string, make: MakeLookup): void => {
  describe(`${name}, as an address look-up`, () => {
    let under: LookupUnderTest
    beforeEach(async () => {
      under = await make(world.kind === 'records' ? world.records : [], faults)
    })
    afterEach(() => under.close())
    const ask = (question: string, signal = new AbortController().signal) => under.lookup(question, signal)

    it('gives the address of a name and its TTL', async () => {
      expect(await ask('2.0.0.127.list.example')).toEqual({
        answer: 'addresses',
        addresses: ['127.0.0.2'],
        ttlSeconds: 300,
      })
    })

    it('takes a name in any case, with or without its final dot', async () => {
      const expected = { answer: 'addresses', addresses: ['127.0.0.2'], ttlSeconds: 300 }
      expect(await ask('2.0.0.127.LIST.Example.')).toEqual(expected)
      expect(await ask('2.0.0.127.list.example.')).toEqual(expected)
    })

    it('gives all addresses of a name, in order, with the shortest TTL', async () => {
      expect(await ask('many.list.example')).toEqual({
        answer: 'addresses',
        addresses: ['127.0.0.4', '127.0.0.2'],
        ttlSeconds: 10,
      })
    })

    it('follows an alias and gives the shortest TTL on the way', async () => {
      expect(await ask('alias.list.example')).toEqual({
        answer: 'addresses',
        addresses: ['127.0.0.3'],
        ttlSeconds: 20,
      })
    })

    it('gives an address outside 127/8 as it is: what it means is not its business', async () => {
      expect(await ask('odd.list.example')).toEqual({
        answer: 'addresses',
        addresses: ['203.0.113.80'],
        ttlSeconds: 300,
      })
    })

    it('gives the addresses of a wildcard', async () => {
      expect(await ask('a.b.wild.list.example')).toEqual({
        answer: 'addresses',
        addresses: ['127.0.0.9'],
        ttlSeconds: 300,
      })
    })

    it.each(['2.0.0.1.list.example', 'nobody.has.this.zone', 'gone.list.example'])(
      'says that %s is no such name',
      async (question) => {
        expect(await ask(question)).toEqual({ answer: 'none', why: 'no-such-name' })
      },
    )

    it.each(['list.example', 'only.text.list.example', 'text.list.example', '0.0.127.list.example'])(
      'tells a name without addresses from one that does not exist: %s',
      async (question) => {
        expect(await ask(question)).toEqual({ answer: 'none', why: 'no-data' })
      },
    )

    it('says that an alias of a name without addresses has none', async () => {
      expect(await ask('dry.list.example')).toEqual({ answer: 'none', why: 'no-data' })
    })

    it.each(['servfail', 'refused'] as const)('answers %s when the server does', async (cause) => {
      expect(await ask(`x.${cause}.elsewhere.example`)).toEqual({ answer: 'failed', cause })
    })

    it('answers servfail for aliases that go round in circles', async () => {
      expect(await ask('loop.list.example')).toEqual({ answer: 'failed', cause: 'servfail' })
    })

    it('answers timeout, within its own limit, when nobody answers', async () => {
      expect(await ask('x.silent.elsewhere.example')).toEqual({ answer: 'failed', cause: 'timeout' })
    })

    it.each([`${'a'.repeat(64)}.list.example`, 'a..list.example', 'label.'.repeat(50)])(
      'answers malformed for a name that the DNS cannot have: %s',
      async (question) => {
        expect(await ask(question)).toEqual({ answer: 'failed', cause: 'malformed' })
      },
    )

    it('answers aborted, and never an address, when the signal has aborted before', async () => {
      expect(await ask('2.0.0.127.list.example', AbortSignal.abort())).toEqual({ answer: 'failed', cause: 'aborted' })
    })

    it('never rejects because the signal aborts in the middle of a question', async () => {
      const controller = new AbortController()
      const answer = ask('2.0.0.127.list.example', controller.signal)
      controller.abort()
      expect((await answer).answer).toMatch(/^(addresses|failed)$/)
    })

    it('answers many questions at once, each with its own answer', async () => {
      const signal = new AbortController().signal
      const questions = ['2.0.0.127', 'odd', 'none', 'many', 'only.text'].map((label) => `${label}.list.example`)
      const answers = await Promise.all(questions.map((question) => ask(question, signal)))
      expect(answers).toEqual(await Promise.all(questions.map((question) => ask(question))))
      expect(answers.map(({ answer }) => answer)).toEqual(['addresses', 'addresses', 'none', 'addresses', 'none'])
    })
  })
}
