import { describe, expect, it } from 'vitest'
import { keyNamesOf, readSignatures } from '../../../../lambda/core/protocol/dkim/own-signatures.ts'
import { signatureField } from './signer.ts'

const from = 'From: alice@example.com'
const namesOf = (selectors: readonly string[], domains = ['example.com']): readonly string[] => {
  const lines = selectors.map((s) => signatureField({ signed: [from], h: 'from', s }))
  return keyNamesOf(readSignatures(Buffer.from([...lines, from].join('\r\n')), { domains, selectors: ['sel'] }))
}

describe('keyNamesOf', () => {
  it('names each key once, in lower case, declared selectors first', () => {
    expect(namesOf(['A', 'a', 'SEL', 'k2.mail'])).toEqual([
      'sel._domainkey.example.com',
      'a._domainkey.example.com',
      'k2.mail._domainkey.example.com',
    ])
  })

  it('asks for five at most, and for none of a foreign domain', () => {
    expect(namesOf(['a', 'b', 'c', 'd', 'e', 'f'])).toHaveLength(5)
    expect(namesOf(['a'], ['example.org'])).toEqual([])
  })

  it('asks for no name that the DNS cannot hold', () => {
    expect(namesOf(['a'.repeat(63), 'a'.repeat(64), `${'a.'.repeat(115)}a`, `${'a.'.repeat(114)}a`])).toEqual([
      `${'a'.repeat(63)}._domainkey.example.com`,
      `${'a.'.repeat(114)}a._domainkey.example.com`,
    ])
  })
})
