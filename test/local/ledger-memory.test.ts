import { describe, expect, it } from 'vitest'
import { createMemoryBounceHistory } from '../../local/memory/bounce-history.ts'
import { createMemoryKnownKeys } from '../../local/memory/known-keys.ts'
import { createMemoryMailStore } from '../../local/memory/mail-store.ts'
import { bounce, claim, describeBounceHistory } from '../contract/bounce-history.ts'
import { describeKnownKeys } from '../contract/known-keys.ts'
import { describeMailStore } from '../contract/mail-store.ts'

describeBounceHistory('in memory', () => Promise.resolve(createMemoryBounceHistory()))
describeKnownKeys('in memory', () => Promise.resolve(createMemoryKnownKeys()))
describeMailStore('in memory', (mails) => Promise.resolve(createMemoryMailStore(mails)))

describe('the memory of what bounces are judged with', () => {
  const { signal } = new AbortController()

  it('fails as it is told to, until it is told otherwise', async () => {
    const history = createMemoryBounceHistory()
    const keys = createMemoryKnownKeys([['a._domainkey.example.com', [['p=MIGf']]]])
    const mail = createMemoryMailStore(new Map([['m1', new Uint8Array(1)]]))
    const answers = async () => [
      (await history.claim(claim(), signal)).answer,
      (await history.count(bounce(), signal)).answer,
      (await keys.recall(['a._domainkey.example.com'], signal)).answer,
      await keys.remember('b._domainkey.example.com', [], signal),
      await keys.replace('a._domainkey.example.com', [], signal),
      (await mail('m1', 1, signal)).answer,
    ]
    for (const double of [history, keys, mail]) double.failWith('timeout')
    expect(await answers()).toEqual(['unavailable', 'unavailable', 'unavailable', 'failed', 'failed', 'failed'])
    for (const double of [history, keys, mail]) double.failWith(null)
    expect(await answers()).toEqual(['granted', 'counted', 'known', 'kept', 'replaced', 'mail'])
  })
})
