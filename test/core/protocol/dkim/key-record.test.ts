import { describe, expect, it } from 'vitest'
import type { KeyAnswer } from '../../../../lambda/core/protocol/dkim/key-record.ts'
import { ed25519, keyRecord, outcomeOf, records, rsa, signatureField, wordOf } from './signer.ts'

const from = 'From: alice@example.com'
const spki = rsa.publicKey.export({ format: 'der', type: 'spki' }).toString('base64')
const pkcs1 = rsa.publicKey.export({ format: 'der', type: 'pkcs1' }).toString('base64')

/** What a signature of `alice@example.com` is worth with this answer of the DNS. */
const judged = (answer: KeyAnswer, more = ''): string =>
  wordOf(outcomeOf([signatureField({ signed: [from], h: 'from', more }), from], { keys: { sel: answer } }))

describe('usableKeys', () => {
  it.each([
    ['all tags', `v=DKIM1; h=sha1:sha256; k=rsa; n=a note; s=email; t=y; p=${spki};`],
    ['no v=', `k=rsa; p=${spki}`],
    ['p= alone', `p=${spki}`],
    ['PKCS#1', `v=DKIM1; p=${pkcs1}`],
    ['blanks in p=', `v=DKIM1; p = ${spki.slice(0, 30)} \t ${spki.slice(30, 90)}\r\n ${spki.slice(90)} `],
    ['no padding', `v=DKIM1; p=${spki.replaceAll('=', '')}`],
    ['tags that nobody knows', `v=DKIM1; zz=1; g=*; p=${spki}`],
    ['another order', `p=${spki}; k=RSA; v=DKIM1`],
  ])('reads a record with %s', (_, record) => {
    expect(judged(records(record))).toBe('verified')
  })

  it('joins the strings of a record as they are', () => {
    const record = `v=DKIM1; k=rsa; p=${spki}`
    const strings = [record.slice(0, 12), record.slice(12, 267), record.slice(267)]
    expect(judged({ answer: 'records', records: [strings] })).toBe('verified')
  })

  it.each([
    ['revoked', 'v=DKIM1; p=', 'key-revoked'],
    ['revoked, p= empty but for a blank', 'v=DKIM1; k=rsa; p= ;', 'key-revoked'],
    ['for SHA-1 only', `v=DKIM1; h=sha1; p=${spki}`, 'key-not-for-sha256'],
    ['for another service', `v=DKIM1; s=tlsrpt; p=${spki}`, 'key-not-for-this'],
    ['of another type', keyRecord(ed25519.publicKey), 'key-of-other-type'],
    ['no base64', 'v=DKIM1; p=*', 'key-unreadable'],
    ['no key', 'v=DKIM1; p=AAAA', 'key-unreadable'],
    ['an Ed25519 key under k=rsa', `p=${spkiOfEd25519()}`, 'key-unreadable'],
    ['of a later version', `v=DKIM2; p=${spki}`, 'no-key'],
    ['void: a tag is given twice', `v=DKIM1; p=${spki}; p=${spki}`, 'no-key'],
    ['no key record', 'v=spf1 -all', 'no-key'],
  ])('does not verify with a record that is %s', (_, record, why) => {
    expect(judged(records(record))).toBe(why)
  })

  it('holds a key with t=s against an identity below d=', () => {
    const strict = records(`t=y:s; p=${spki}`)
    expect([judged(strict), judged(strict, 'i=a@example.com;'), judged(strict, 'i=@sub.example.com;')]).toEqual([
      'verified',
      'verified',
      'key-not-for-this',
    ])
  })

  it('tries each of several records at the name', () => {
    const other = 'v=DKIM1; p='
    expect(judged(records('v=spf1 -all', other, keyRecord(ed25519.publicKey), keyRecord(rsa.publicKey)))).toBe(
      'verified',
    )
    expect(judged(records('v=spf1 -all', other))).toBe('key-revoked')
    expect(judged({ answer: 'records', records: [] })).toBe('no-key')
  })

  it('reads four records at most', () => {
    expect(judged(records('1', '2', '3', '4', keyRecord(rsa.publicKey)))).toBe('no-key')
  })
})

function spkiOfEd25519(): string {
  return ed25519.publicKey.export({ format: 'der', type: 'spki' }).toString('base64')
}
