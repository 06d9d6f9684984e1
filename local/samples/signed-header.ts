import { createHash, createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto'

/**
 * The header of a message with a DKIM signature on top (RFC 6376, RFC 8463), as the samples' own server would have sent it.
 * The names of the fields are in the order of `h=`; the body, which nobody will look at, is empty.
 */
export function signedHeader(fields: readonly string[], signedAt: Date): readonly string[] {
  const names = fields.map((field) => field.slice(0, field.indexOf(':')))
  const bodyHash = createHash('sha256').update('').digest('base64')
  const unsigned =
    `DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed; d=example.com; s=${sampleSelector}; ` +
    `t=${Math.floor(signedAt.getTime() / 1000)}; h=${names.join(':')}; bh=${bodyHash}; b=`
  const data = [...fields, unsigned].map(relaxed).join('\r\n')
  const digest = createHash('sha256').update(data).digest()
  return [`${unsigned}${sign(null, digest, sampleKey()).toString('base64')}`, ...fields]
}

export const sampleSelector = 'samples'

/** What stands at `samples._domainkey.example.com`: samples.zone has it, and a test compares the two. */
export function sampleKeyRecord(): string {
  const octets = createPublicKey(sampleKey()).export({ type: 'spki', format: 'der' }).subarray(-32)
  return `v=DKIM1; k=ed25519; p=${octets.toString('base64')}`
}

/** Everybody can make this key, and it signs for nobody: example.com is a name for documentation (RFC 2606). */
function sampleKey(): KeyObject {
  const seed = createHash('sha256').update('The key of the samples. It protects nothing.').digest()
  return createPrivateKey({ key: Buffer.concat([ed25519Pkcs8, seed]), format: 'der', type: 'pkcs8' })
}

/** RFC 6376 3.4.2; the samples have no folded fields. */
function relaxed(field: string): string {
  const colon = field.indexOf(':')
  return `${field.slice(0, colon).toLowerCase()}:${field.slice(colon + 1).trim()}`
}

/** What stands before the seed in PKCS #8 (RFC 8410 7). */
const ed25519Pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex')
