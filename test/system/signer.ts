import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'

/**
 * Signs test messages by RFC 6376 and RFC 8463. It shares no line with what verifies: a test that signed with the code that
 * it tests would agree with any mistake in it.
 */
export type SigningKey = {
  readonly domain: string
  readonly selector: string
  readonly algorithm: 'rsa-sha256' | 'ed25519-sha256'
  readonly secret: KeyObject
  /** The TXT record at `selector._domainkey.domain`. */
  readonly record: string
}

export type Canonicalization = 'relaxed' | 'simple'

export function makeKey(algorithm: SigningKey['algorithm'], selector: string, domain = 'example.com'): SigningKey {
  if (algorithm === 'rsa-sha256') {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const p = publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
    return { domain, selector, algorithm, secret: privateKey, record: `v=DKIM1; k=rsa; p=${p}` }
  }
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  // The last 32 octets of SubjectPublicKeyInfo are the key (RFC 8410 4).
  const p = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64')
  return { domain, selector, algorithm, secret: privateKey, record: `v=DKIM1; k=ed25519; p=${p}` }
}

/**
 * The message with a DKIM-Signature on top.
 *
 * @param names what `h=` lists, in lower case
 * @param at seconds since 1970, for `t=`
 */
export function signed(
  message: Buffer,
  key: SigningKey,
  canonicalization: Canonicalization,
  names: readonly string[],
  at: number,
): Buffer {
  const text = message.toString('latin1')
  const empty = text.indexOf('\r\n\r\n')
  const fields = text.slice(0, empty).split(/\r\n(?![ \t])/)
  const bh = createHash('sha256')
    .update(canonicalBody(text.slice(empty + 4), canonicalization), 'latin1')
    .digest('base64')
  const unsigned =
    `DKIM-Signature: v=1; a=${key.algorithm}; c=${canonicalization}/${canonicalization};\r\n` +
    `\td=${key.domain}; s=${key.selector}; t=${at};\r\n` +
    `\th=${names.join(':\r\n\t ')};\r\n\tbh=${bh};\r\n\tb=`
  const data = [...selected(fields, names), unsigned]
    .map((field) => canonicalField(field, canonicalization))
    .join('\r\n')
  const octets = Buffer.from(data, 'latin1')
  const b =
    key.algorithm === 'rsa-sha256'
      ? sign('sha256', octets, key.secret)
      : sign(null, createHash('sha256').update(octets).digest(), key.secret)
  const folded = b.toString('base64').replaceAll(/.{72}(?=.)/g, '$&\r\n\t ')
  return Buffer.from(`${unsigned}${folded}\r\n${text}`, 'latin1')
}

/** From the bottom up; a name beyond the last instance stands for a field that must not be there (5.4.2). */
function selected(fields: readonly string[], names: readonly string[]): readonly string[] {
  const left = [...fields]
  return names.flatMap((name) => {
    const at = left.findLastIndex((field) => nameOf(field) === name)
    return at === -1 ? [] : left.splice(at, 1)
  })
}

function nameOf(field: string): string {
  return field.slice(0, field.indexOf(':')).trimEnd().toLowerCase()
}

/** 3.4.1, 3.4.2. */
function canonicalField(field: string, canonicalization: Canonicalization): string {
  if (canonicalization === 'simple') return field
  const value = field.slice(field.indexOf(':') + 1).replaceAll('\r\n', '')
  return `${nameOf(field)}:${value.replaceAll(/[ \t]+/g, ' ').replaceAll(/^ | $/g, '')}`
}

/** 3.4.3, 3.4.4; no body here is empty. */
function canonicalBody(body: string, canonicalization: Canonicalization): string {
  const lines = body.split('\r\n')
  const reduced = canonicalization === 'simple' ? lines : lines.map((line) => line.replaceAll(/[ \t]+/g, ' ').trimEnd())
  while (reduced.at(-1) === '') reduced.pop()
  return `${reduced.join('\r\n')}\r\n`
}
