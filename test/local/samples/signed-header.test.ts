import { describe, expect, it } from 'vitest'
import { keyLookupOf } from '../../../local/dns/lookup.ts'
import { sampleRecords } from '../../../local/dns/sample-zones.ts'
import { sampleKeyRecord, sampleSelector } from '../../../local/samples/signed-header.ts'

describe('the key of the samples', () => {
  it('stands in their DNS', async () => {
    const answer = await keyLookupOf(sampleRecords())(
      `${sampleSelector}._domainkey.example.com`,
      AbortSignal.timeout(1000),
    )
    expect(answer).toEqual({ answer: 'records', records: [[sampleKeyRecord()]] })
  })
})
