import { generateKeyPairSync } from 'node:crypto'

import fc from 'fast-check'
import DKIM from 'nodemailer/lib/dkim'
import { describe, expect, it } from 'vitest'

import { authenticate } from '../../../local/ses/authenticate.ts'
import type { Envelope } from '../../../local/ses/envelope.ts'
import { namesOf } from './names.ts'

const envelope: Envelope = {
  clientIp: '192.0.2.10',
  clientName: 'mx.sender.example',
  helo: 'mx.sender.example',
  reversePath: 'anna@sender.example',
  recipients: ['bob@example.com'],
}
const plain = Buffer.from('From: Anna <anna@sender.example>\r\nTo: bob@example.com\r\nSubject: Hi\r\n\r\nHello.\r\n')

const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
const publicKey = keys.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
const key = { 'TXT s1._domainkey.sender.example': [`v=DKIM1; k=rsa; p=${publicKey}`] }
const tail = 'client-ip=192.0.2.10; envelope-from=anna@sender.example; helo=mx.sender.example;'

describe('SPF', () => {
  it.each([
    [
      'ip4:192.0.2.10 -all',
      'PASS',
      'pass (spfCheck: domain of sender.example designates 192.0.2.10 as permitted sender)',
    ],
    ['-all', 'FAIL', 'fail (spfCheck: domain of sender.example does not designate 192.0.2.10 as permitted sender)'],
    [
      '~all',
      'GRAY',
      'softfail (spfCheck: domain of transitioning sender.example does not designate 192.0.2.10 as permitted sender)',
    ],
    ['?all', 'GRAY', 'neutral (spfCheck: 192.0.2.10 is neither permitted nor denied by domain of sender.example)'],
    ['nonsense:x', 'PROCESSING_FAILED', 'permerror (spfCheck: Error in processing SPF Record)'],
  ])('v=spf1 %s is %s', async (record, verdict, words) => {
    const names = namesOf({ 'TXT sender.example': [`v=spf1 ${record}`] })
    const { spf, receivedSpf } = await authenticate(plain, envelope, names)
    expect([spf, receivedSpf]).toEqual([verdict, `${words} ${tail}`])
  })

  it('is GRAY without a record, and cannot be processed when the DNS fails', async () => {
    const none = await authenticate(plain, envelope, namesOf({}))
    const failed = await authenticate(plain, envelope, namesOf({ 'TXT sender.example': 'SERVFAIL' }))
    expect([none.spf, none.receivedSpf, failed.spf, failed.receivedSpf]).toEqual([
      'GRAY',
      `none (spfCheck: 192.0.2.10 is neither permitted nor denied by domain of sender.example) ${tail}`,
      'PROCESSING_FAILED',
      `temperror (spfCheck: Error in retrieving data from DNS) ${tail}`,
    ])
  })

  it('asks about the HELO name for a null sender, shown as its postmaster', async () => {
    const names = namesOf({ 'TXT mx.sender.example': ['v=spf1 ip4:192.0.2.10 -all'] })
    const { spf, receivedSpf } = await authenticate(plain, { ...envelope, reversePath: null }, names)
    expect([spf, receivedSpf]).toEqual([
      'PASS',
      'pass (spfCheck: domain of mx.sender.example designates 192.0.2.10 as permitted sender) client-ip=192.0.2.10; envelope-from=postmaster@mx.sender.example; helo=mx.sender.example;',
    ])
  })
})

describe('DKIM', () => {
  it('is PASS for a signature that verifies, and the results are worded as SES words them', async () => {
    const names = namesOf({ ...key, 'TXT _dmarc.sender.example': ['v=DMARC1; p=reject'] })
    expect(await authenticate(await signed(plain), envelope, names)).toEqual({
      spf: 'GRAY',
      dkim: 'PASS',
      dmarc: 'PASS',
      dmarcPolicy: null,
      receivedSpf: `none (spfCheck: 192.0.2.10 is neither permitted nor denied by domain of sender.example) ${tail}`,
      authenticationResults: [
        'amazonses.com;',
        `spf=none (spfCheck: 192.0.2.10 is neither permitted nor denied by domain of sender.example) ${tail}`,
        'dkim=pass header.i=@sender.example;',
        'dmarc=pass header.from=sender.example;',
      ],
    })
  })

  it('is FAIL when the body was changed, or the key is gone', async () => {
    const changed = Buffer.from((await signed(plain)).toString().replace('Hello.', 'Hallo.'))
    const broken = await authenticate(changed, envelope, namesOf(key))
    const keyless = await authenticate(await signed(plain), envelope, namesOf({}))
    expect([broken.dkim, broken.authenticationResults[2], keyless.dkim, keyless.authenticationResults[2]]).toEqual([
      'FAIL',
      'dkim=fail header.i=@sender.example;',
      'FAIL',
      'dkim=permerror header.i=@sender.example;',
    ])
  })

  it("is GRAY without a signature, or with somebody else's", async () => {
    const foreign = Buffer.from(plain.toString().replace('From: Anna <anna@sender.example>', 'From: x@other.test'))
    const unsigned = await authenticate(plain, envelope, namesOf({}))
    const unaligned = await authenticate(await signed(foreign), envelope, namesOf(key))
    expect([
      unsigned.dkim,
      unsigned.authenticationResults[2],
      unaligned.dkim,
      unaligned.authenticationResults[2],
    ]).toEqual(['GRAY', 'dkim=none;', 'GRAY', 'dkim=pass header.i=@sender.example;'])
  })

  it('cannot be processed when the key cannot be fetched', async () => {
    const names = namesOf({ 'TXT s1._domainkey.sender.example': 'SERVFAIL' })
    expect((await authenticate(await signed(plain), envelope, names)).dkim).toBe('PROCESSING_FAILED')
  })
})

describe('DMARC', () => {
  const passing = { 'TXT sender.example': ['v=spf1 ip4:192.0.2.10 -all'] }
  it.each([
    ['fails under p=reject', {}, 'p=reject', 'FAIL', 'reject'],
    ['fails under p=quarantine', {}, 'p=quarantine', 'FAIL', 'quarantine'],
    ['fails under p=none', {}, 'p=none', 'FAIL', 'none'],
    ['passes under p=reject', passing, 'p=reject', 'PASS', null],
    ['passes under p=none', passing, 'p=none', 'GRAY', null],
  ])('%s', async (_, records, policy, dmarc, dmarcPolicy) => {
    const names = namesOf({ ...records, 'TXT _dmarc.sender.example': [`v=DMARC1; ${policy}`] })
    const found = await authenticate(plain, envelope, names)
    expect([found.dmarc, found.dmarcPolicy]).toEqual([dmarc, dmarcPolicy])
  })

  it('is GRAY without a policy, and cannot be processed without a From or without DNS', async () => {
    const nobody = Buffer.from('Subject: no From\r\n\r\n')
    const results = await Promise.all([
      authenticate(plain, envelope, namesOf({})),
      authenticate(nobody, envelope, namesOf({})),
      authenticate(plain, envelope, namesOf({ 'TXT _dmarc.sender.example': 'SERVFAIL' })),
    ])
    expect(results.map(({ dmarc, authenticationResults }) => [dmarc, authenticationResults.at(-1)])).toEqual([
      ['GRAY', 'dmarc=none header.from=sender.example;'],
      ['PROCESSING_FAILED', 'dmarc=permerror;'],
      ['PROCESSING_FAILED', 'dmarc=temperror header.from=sender.example;'],
    ])
  })
})

describe('authentication', () => {
  it('survives any message and any envelope, and its lines stay lines', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 60 })
    const messages = fc
      .tuple(text, fc.uint8Array({ maxLength: 300 }))
      .map(([from, body]) =>
        Buffer.concat([
          Buffer.from(`From: ${from}\r\nDKIM-Signature: v=1; a=rsa-sha256; d=${from}; s=x; h=from; bh=x; b=x\r\n`),
          body,
        ]),
      )
    await fc.assert(
      fc.asyncProperty(messages, text, text, fc.option(text), async (message, clientIp, helo, reversePath) => {
        const found = await authenticate(message, { ...envelope, clientIp, helo, reversePath }, namesOf({}))
        expect([found.receivedSpf, ...found.authenticationResults].join('')).not.toMatch(/[\r\n]/)
      }),
      { numRuns: 60 },
    )
  })

  it('says that nothing could be processed when the resolver itself is broken', async () => {
    const found = await authenticate(plain, envelope, () => {
      throw new TypeError('a bug in the resolver')
    })
    expect(found.spf).toBe('PROCESSING_FAILED')
  })
})

async function signed(message: Buffer): Promise<Buffer> {
  const privateKey = keys.privateKey.export({ type: 'pkcs8', format: 'pem' })
  const signer = new DKIM({ domainName: 'sender.example', keySelector: 's1', privateKey: privateKey.toString() })
  const chunks: Buffer[] = []
  for await (const chunk of signer.sign(message) as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}
