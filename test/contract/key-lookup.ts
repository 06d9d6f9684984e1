import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { KeyLookup } from '../../lambda/ports/key-lookup.ts'
import type { DnsFault } from '../../local/dns/faults.ts'
import type { DnsRecord } from '../../local/dns/records.ts'
import { parseZoneFile } from '../../local/dns/zone-file.ts'

export type KeyLookupUnderTest = {
  readonly lookup: KeyLookup
  readonly close: () => Promise<void>
}

/** Makes a look-up over a world that has these records and nothing else, the zones named in `faults` failing so. */
export type MakeKeyLookup = (
  records: readonly DnsRecord[],
  faults: ReadonlyMap<string, DnsFault>,
) => Promise<KeyLookupUnderTest>

/** As long as a string of a TXT record may be, and what is left of it behind `v=DKIM1; p=`. */
const long = 'A'.repeat(255)
const first = long.slice('v=DKIM1; p='.length)

const world = parseZoneFile(
  `
$TTL 300
$ORIGIN example.com.
@                  SOA  ns hostmaster 1 1h 15m 7d 60
one._domainkey     TXT  "v=DKIM1; p=MIGf"
two._domainkey     TXT  "v=DKIM1; p=old"
two._domainkey     TXT  "v=DKIM1; p=new"
split._domainkey   TXT  "v=DKIM1; p=${first}" "${long}" "" "end"
odd._domainkey     TXT  "v=spf1 -all"
revoked._domainkey TXT  "v=DKIM1; p="
address._domainkey A    192.0.2.1
alias._domainkey   CNAME one._domainkey
dry._domainkey     CNAME address._domainkey
gone._domainkey    CNAME nowhere._domainkey
*.wild             TXT  "p=everywhere"
x.servfail         TXT  "p=x"
x.refused          TXT  "p=x"
x.silent           TXT  "p=x"
`,
  'contract.zone',
)

const faults = new Map<string, DnsFault>([
  ['servfail.example.com', { kind: 'servfail' }],
  ['refused.example.com', { kind: 'refused' }],
  ['silent.example.com', { kind: 'silent' }],
])

/** The contract of `lambda/ports/key-lookup.ts`. */
export const describeKeyLookup = (name: string, make: MakeKeyLookup): void => {
  describe(`${name}, as a key look-up`, () => {
    let under: KeyLookupUnderTest
    beforeEach(async () => {
      if (world.kind !== 'records') throw new Error(`The zone of the contract is wrong: ${JSON.stringify(world)}`)
      under = await make(world.records, faults)
    })
    afterEach(() => under.close())
    const ask = (question: string, signal = new AbortController().signal) => under.lookup(question, signal)
    const records = (...found: readonly (readonly string[])[]) => ({ answer: 'records', records: found })

    it('gives the record of a name, in any case, with or without its final dot', async () => {
      expect(await ask('one._domainkey.example.com')).toEqual(records(['v=DKIM1; p=MIGf']))
      expect(await ask('ONE._DomainKey.Example.COM.')).toEqual(records(['v=DKIM1; p=MIGf']))
    })

    it('gives all records of a name, in any order', async () => {
      const answer = await ask('two._domainkey.example.com')
      const found = answer.answer === 'records' ? answer.records.flat().sort() : answer
      expect(found).toEqual(['v=DKIM1; p=new', 'v=DKIM1; p=old'])
    })

    it('gives the strings of a record as they are, in their order and not joined', async () => {
      expect(await ask('split._domainkey.example.com')).toEqual(records([`v=DKIM1; p=${first}`, long, '', 'end']))
    })

    it.each([
      ['odd._domainkey.example.com', 'v=spf1 -all'],
      ['revoked._domainkey.example.com', 'v=DKIM1; p='],
      ['any._domainkey.wild.example.com', 'p=everywhere'],
      ['alias._domainkey.example.com', 'v=DKIM1; p=MIGf'],
    ])('gives what stands at %s: whether it is a key is not its business', async (question, text) => {
      expect(await ask(question)).toEqual(records([text]))
    })

    it.each(['none._domainkey.example.com', 'gone._domainkey.example.com', 'one._domainkey.elsewhere.example'])(
      'says that %s is no such name',
      async (question) => {
        expect(await ask(question)).toEqual({ answer: 'none', why: 'no-such-name' })
      },
    )

    it.each(['address._domainkey.example.com', 'dry._domainkey.example.com', '_domainkey.example.com'])(
      'tells a name without text from one that does not exist: %s',
      async (question) => {
        expect(await ask(question)).toEqual({ answer: 'none', why: 'no-data' })
      },
    )

    it.each([
      ['servfail', 'servfail'],
      ['refused', 'refused'],
      ['silent', 'timeout'],
    ])('never takes a failure for an absence: %s', async (zone, cause) => {
      expect(await ask(`x.${zone}.example.com`)).toEqual({ answer: 'failed', cause })
      expect(await ask(`none.${zone}.example.com`)).toEqual({ answer: 'failed', cause })
    })

    it.each([`${'a'.repeat(64)}._domainkey.example.com`, 'a.._domainkey.example.com', 'label.'.repeat(50)])(
      'answers malformed for a name that the DNS cannot have: %s',
      async (question) => {
        expect(await ask(question)).toEqual({ answer: 'failed', cause: 'malformed' })
      },
    )

    it('answers aborted when the signal has aborted before, also for a name that it has just answered', async () => {
      const aborted = { answer: 'failed', cause: 'aborted' }
      expect(await ask('one._domainkey.example.com', AbortSignal.abort())).toEqual(aborted)
      await ask('one._domainkey.example.com')
      expect(await ask('one._domainkey.example.com', AbortSignal.abort())).toEqual(aborted)
    })

    it('gives the same answer when it is asked again', async () => {
      for (const question of ['one._domainkey.example.com', 'none._domainkey.example.com', 'x.refused.example.com']) {
        expect(await ask(question)).toEqual(await ask(question))
      }
    })
  })
}
