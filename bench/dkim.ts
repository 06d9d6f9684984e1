import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { nodeCrypto } from '../lambda/adapters/node-crypto.ts'
import { verifySignatures } from '../lambda/core/protocol/dkim-headers.ts'
import { keyNamesOf, readSignatures } from '../lambda/core/protocol/dkim/own-signatures.ts'
import { medianOf } from './median.ts'

export type DkimSpeed = {
  /** Returned header in, outcome out: fields and tags read, key read, one signature verified. RSA with 2048 bits. */
  readonly dkim_rsa_ms: number
  readonly dkim_ed25519_ms: number
  /** Five signatures of our own that all fail, each after every attempt: the most that a forger can ask for. */
  readonly dkim_forged_ms: number
}

/** Takes about five seconds. */
export function measureDkim(times: number): DkimSpeed {
  return {
    dkim_rsa_ms: median(times, judgeOf([signatureOf(rsa.key, 'rsa-sha256')], 'verified')),
    dkim_ed25519_ms: median(times, judgeOf([signatureOf(ed25519.key, 'ed25519-sha256')], 'verified')),
    dkim_forged_ms: median(times, judgeOf(Array<string>(5).fill(forgedSignature()), 'failed')),
  }
}

const now = Date.UTC(2026, 10, 21, 10)
const domain = 'example.com'

const signed = [
  'From: "Alice A. Smith" <alice@example.com>',
  'To: carol@partner.example,\r\n\tBob <bob@partner.example>',
  'Subject: =?utf-8?Q?Die_n=C3=A4chste_Woche?=',
  'Date: Sat, 21 Nov 2026 10:00:00 +0100',
  'Message-ID: <1@example.com>',
  'MIME-Version: 1.0',
  'Content-Type: multipart/alternative; boundary="part"',
  'Content-Transfer-Encoding: 8bit',
]
const received = Array.from(
  { length: 4 },
  (_, i) =>
    `Received: from mail${i}.example.com (mail${i}.example.com [192.0.2.${i}])\r\n\tby mx.partner.example; Sat, 21 Nov 2026 09:59:5${i} +0000`,
)

const rsa = keyOf('rsa')
const ed25519 = keyOf('ed25519')

type Key = ReturnType<typeof generateKeyPairSync>['privateKey']

function keyOf(type: 'rsa' | 'ed25519'): { readonly key: Key; readonly record: string } {
  const { privateKey, publicKey } =
    type === 'rsa' ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : generateKeyPairSync('ed25519')
  const spki = publicKey.export({ format: 'der', type: 'spki' })
  return {
    key: privateKey,
    record: `v=DKIM1; k=${type}; p=${(type === 'rsa' ? spki : spki.subarray(-32)).toString('base64')}`,
  }
}

function signatureOf(key: Key, a: string): string {
  const names = signed.map((field) => field.slice(0, field.indexOf(':')))
  const field = `DKIM-Signature: v=1; a=${a}; c=simple/simple; d=${domain}; s=sel; t=${now / 1000};\r\n\th=${names.join(':')}; bh=AA==; b=`
  const data = [...signed, field].join('\r\n')
  const made =
    a === 'rsa-sha256'
      ? sign('sha256', Buffer.from(data), key)
      : sign(null, createHash('sha256').update(data).digest(), key)
  return field + made.toString('base64')
}

/** It also signs absent fields that stand on top, so that no attempt is spared as one that was made already. */
function forgedSignature(): string {
  return signatureOf(rsa.key, 'rsa-sha256').replace('h=From', 'h=Received:Received:Received:Received:Received:From')
}

function judgeOf(signatures: readonly string[], expected: 'verified' | 'failed'): () => void {
  const own = { domains: [domain], selectors: ['sel'] }
  const header = Buffer.from([...received, ...signatures, ...signed, '', ''].join('\r\n'))
  const record = signatures[0]?.includes('ed25519') === true ? ed25519.record : rsa.record
  return () => {
    const returned = readSignatures(header, own)
    const keys = new Map(
      keyNamesOf(returned).map((name) => [name, { answer: 'records', records: [[record]] } as const]),
    )
    const verification = { domains: own.domains, keys, crypto: nodeCrypto, now, maxAge: 14 * 24 * 60 * 60 * 1000 }
    const { answer } = verifySignatures(returned, verification)
    if (answer !== expected) throw new Error(`The signature was to be ${expected}, and is ${answer}.`)
  }
}

/** Milliseconds, to a microsecond, after a tenth of the calls to warm up. */
function median(times: number, call: () => void): number {
  for (let i = 0; i < times / 10; i++) call()
  const taken = Array.from({ length: times }, () => {
    const start = performance.now()
    call()
    return performance.now() - start
  })
  return Math.round(medianOf(taken) * 1000) / 1000
}
