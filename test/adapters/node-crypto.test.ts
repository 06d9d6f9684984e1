import { generateKeyPairSync, sign } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nodeCrypto } from '../../lambda/adapters/node-crypto.ts'

const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 })
const data = Buffer.from('a header')

describe('nodeCrypto', () => {
  it.each(['spki', 'pkcs1'] as const)('reads an RSA key in %s, and verifies with it', (type) => {
    const key = nodeCrypto.readKey('rsa', rsa.publicKey.export({ format: 'der', type }))
    const signature = sign('sha256', data, rsa.privateKey)
    expect([key?.bits, key?.verify(data, signature), key?.verify(Buffer.from('another'), signature)]).toEqual([
      1024,
      true,
      false,
    ])
  })

  it('reads no key of another type', () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const spki = publicKey.export({ format: 'der', type: 'spki' })
    expect([nodeCrypto.readKey('rsa', spki), nodeCrypto.readKey('ed25519', spki)]).toEqual([null, null])
  })

  it('never throws, whatever the octets are, and verifies none of them', () => {
    const octets = fc.uint8Array({ maxLength: 300 })
    const spki = rsa.publicKey.export({ format: 'der', type: 'spki' })
    const changed = fc.tuple(fc.nat(spki.length - 1), fc.nat(255)).map(([at, value]) => spki.with(at, value))
    fc.assert(
      fc.property(fc.constantFrom('rsa', 'ed25519'), fc.oneof(octets, changed), octets, (type, key, signature) => {
        expect(nodeCrypto.readKey(type, key)?.verify(data, signature) ?? false).toBe(false)
      }),
      { numRuns: 1000 },
    )
  })

  it('never throws for 32 octets that are no point of the curve', () => {
    const octets = fc.uint8Array({ minLength: 32, maxLength: 32 })
    const signatures = fc.uint8Array({ minLength: 63, maxLength: 65 })
    fc.assert(
      fc.property(octets, signatures, (key, signature) => {
        expect(nodeCrypto.readKey('ed25519', key)?.verify(data, signature) ?? false).toBe(false)
      }),
    )
  })
})
