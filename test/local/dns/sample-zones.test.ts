import { describe, expect, it } from 'vitest'
import { lookupOf } from '../../../local/dns/lookup.ts'
import { sampleRecords } from '../../../local/dns/sample-zones.ts'

const lookup = lookupOf(sampleRecords())
/** The return codes of a name, or why there are none. */
const codes = async (name: string): Promise<readonly string[] | string> => {
  const answer = await lookup(name, new AbortController().signal)
  return answer.answer === 'addresses' ? answer.addresses : answer.answer === 'none' ? answer.why : answer.cause
}
const ZONES = ['bl.example', 'bl2.example', 'wl.example', 'ips.backscatterer.example']
const all = (prefix: string) => Promise.all(ZONES.map((zone) => codes(`${prefix}.${zone}`)))
const NONE = 'no-such-name'
const SPAMMER_V6 = '6.6.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.6.6.0.0.8.b.d.0.1.0.0.2'
const TEST_V6 = '.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0'

describe('the sample zones', () => {
  it('have the test entries of RFC 5782 5: 127.0.0.2 listed, 127.0.0.1 not', async () => {
    expect(await all('2.0.0.127')).toEqual([['127.0.0.2'], ['127.0.0.2'], ['127.0.10.0'], ['127.0.0.2']])
    expect(await all('1.0.0.127')).toEqual([NONE, NONE, NONE, NONE])
  })

  it('have them by IPv6 where they list IPv6', async () => {
    const v6 = await all(`2${TEST_V6}`)
    expect(v6).toEqual([['127.0.0.2'], ['127.0.0.2'], ['127.0.10.0'], NONE])
    expect(await all(`1${TEST_V6}`)).toEqual([NONE, NONE, NONE, NONE])
  })

  it('list each client of the story where the head of the file says', async () => {
    expect(await all('66.113.0.203')).toEqual([['127.0.0.2'], ['127.0.0.4'], NONE, NONE])
    expect(await all('67.113.0.203')).toEqual([['127.0.0.2'], NONE, NONE, NONE])
    expect(await all(SPAMMER_V6)).toEqual([['127.0.0.2'], ['127.0.0.4'], NONE, NONE])
    expect(await all('7.100.51.198')).toEqual([NONE, NONE, ['127.0.5.2'], NONE])
    expect(await all('99.100.51.198')).toEqual([NONE, NONE, NONE, ['127.0.0.2']])
    expect(await all('10.100.51.198')).toEqual([NONE, NONE, NONE, NONE])
  })
})
