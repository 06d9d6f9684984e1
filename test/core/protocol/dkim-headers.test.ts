import { generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { dkimSign } from 'mailauth/lib/dkim/sign.js'
import { describe, expect, it } from 'vitest'
import {
  day,
  ed25519,
  keyRecord,
  now,
  outcomeOf,
  records,
  rsa,
  signatureData,
  signatureField,
  wordOf,
} from './dkim/signer.ts'

const from = 'From: "Alice A. Smith" <alice@example.com>'
const to = 'To: carol@partner.example,\r\n\tBob <bob@partner.example>'
const subject = 'Subject:  The   week \t'
const date = 'Date: Sat, 21 Nov 2026 10:00:00 +0100'
const id = 'Message-ID: <1@example.com>'
const plain = [from, to, subject, date, id]
const h = 'From:To:Subject:Date:Message-ID'
const received = 'Received: from a by mx.partner.example; Sat, 21 Nov 2026 09:59:59 +0000'
const signature = signatureField({ signed: plain, h })
const asReturned = { fields: 'as-returned', contentTransferEncoding: 'as-returned' }
const noneOver = { foreign: 0, unreadable: 0, surplus: 0 }
const failing = (why: string, s: string | null = 'sel') => ({
  answer: 'failed',
  why,
  signatures: [{ d: 'example.com', s, answer: 'failed', why }],
  passedOver: noneOver,
})

describe('verifySignatures', () => {
  it('proves who signed what and when, without the body', () => {
    expect(outcomeOf([received, signature, ...plain])).toEqual({
      answer: 'verified',
      d: 'example.com',
      s: 'sel',
      algorithm: 'rsa-sha256',
      signed: {
        fromField: '"Alice A. Smith" <alice@example.com>',
        fromAddress: 'alice@example.com',
        date: 'Sat, 21 Nov 2026 10:00:00 +0100',
        dateAt: Date.UTC(2026, 10, 21, 9),
        messageId: '1@example.com',
      },
      signedAt: now - 60_000,
      age: 60_000,
      attempt: asReturned,
      b: signature.slice(signature.indexOf('\tb=') + 3).replace(/[\r\n\t ]/g, ''),
      fromFields: 1,
      signatures: [{ d: 'example.com', s: 'sel', answer: 'verified' }],
      passedOver: noneOver,
    })
  })

  it('verifies both signatures of the example in RFC 8463 A', () => {
    const example = [
      'DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;',
      ' d=football.example.com; i=@football.example.com;',
      ' q=dns/txt; s=brisbane; t=1528637909; h=from : to :',
      ' subject : date : message-id : from : subject : date;',
      ' bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;',
      ' b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus',
      ' Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==',
      'DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;',
      ' d=football.example.com; i=@football.example.com;',
      ' q=dns/txt; s=test; t=1528637909; h=from : to : subject :',
      ' date : message-id : from : subject : date;',
      ' bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;',
      ' b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3',
      ' DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz',
      ' dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=',
      'From: Joe SixPack <joe@football.example.com>',
      'To: Suzie Q <suzie@shopping.example.net>',
      'Subject: Is dinner ready?',
      'Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)',
      'Message-ID: <20030712040037.46341.5F8J@football.example.com>',
    ]
    const keys = {
      brisbane: records('v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo='),
      test: records(
        'v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/b' +
          'yYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB',
      ),
    }
    const judging = { keys, domains: ['football.example.com'], now: 1528637909_000 }
    expect(wordOf(outcomeOf(example, { ...judging, selectors: ['brisbane'] }))).toBe('verified')
    expect(outcomeOf(example, { ...judging, selectors: ['test'] })).toMatchObject({
      answer: 'verified',
      s: 'test',
      signed: { fromAddress: 'joe@football.example.com', messageId: '20030712040037.46341.5F8J@football.example.com' },
    })
  })

  it.each(['relaxed/relaxed', 'simple/simple'] as const)(
    'verifies what another signer made, %s',
    async (canonicalization) => {
      const message = `${plain.join('\r\n')}\r\nContent-Transfer-Encoding: 8bit\r\n\r\nHello\r\n`
      const [rsaKey, edKey] = [rsa.privateKey, ed25519.privateKey].map((key) =>
        key.export({ format: 'pem', type: 'pkcs8' }).toString(),
      )
      const signatures = [
        { signingDomain: 'example.com', selector: 'sel', privateKey: rsaKey ?? '', algorithm: 'rsa-sha256' },
        { signingDomain: 'example.com', selector: 'ed', privateKey: edKey ?? '', algorithm: 'ed25519-sha256' },
      ] as const
      const options = { canonicalization, signTime: new Date(now), signatureData: [...signatures] }
      const signed = await dkimSign(message, { ...signatures[0], ...options })
      expect(signed.errors).toEqual([])
      const keys = { sel: records(keyRecord(rsa.publicKey)), ed: records(keyRecord(ed25519.publicKey)) }
      for (const s of ['sel', 'ed']) {
        expect(outcomeOf(signed.signatures + message, { keys, selectors: [s] })).toMatchObject({
          answer: 'verified',
          s,
        })
        const changed = message.replace('week', 'Week')
        expect(wordOf(outcomeOf(signed.signatures + changed, { keys, selectors: [s] }))).toBe('header-differs')
      }
    },
  )

  it('verifies ed25519-sha256 and c=simple of folded and oddly spaced fields', () => {
    const keys = { sel: records(keyRecord(ed25519.publicKey)) }
    for (const c of ['relaxed', 'simple'] as const) {
      const field = signatureField({ signed: plain, h, c, key: ed25519.privateKey })
      expect(wordOf(outcomeOf([field, ...plain], { keys }))).toBe('verified')
    }
  })

  it('takes lines that end in LF for the CRLF that was signed', () => {
    const field = signatureField({ signed: plain, h, c: 'simple' })
    expect(wordOf(outcomeOf([field, ...plain, '', ''].join('\r\n').replaceAll('\r\n', '\n')))).toBe('verified')
  })

  it('reads the signature with its tags in any order, folded anywhere, and b= in the middle', () => {
    for (const c of ['relaxed', 'simple'] as const) {
      const end = ' ;\r\n\th = From : To\r\n :Subject:Date:Message-ID'
      const head = `DKIM-Signature: s=sel;\r\n bh = AAAA; d =\r\n\tEXAMPLE.com; c=${c}; b\r\n =`
      const rest = `; v=1; a=RSA-sha256;t=${now / 1000}`
      const made = signatureData([...plain, head + end.trim() + rest], c)
      const field = `${head} \r\n\t${made.slice(0, 50)}\r\n\t ${made.slice(50)}\r\n${end}${rest}`
      expect(wordOf(outcomeOf([field, ...plain]))).toBe('verified')
    }
  })

  describe('fields that were added or taken away', () => {
    const oversigned = `${h}:Return-Path:Received:From`

    it('verifies without the fields above the signature where absent ones were signed and a server put them there', () => {
      const field = signatureField({ signed: plain, h: oversigned })
      expect(outcomeOf(['Return-Path: <alice@example.com>', received, field, ...plain])).toMatchObject({
        answer: 'verified',
        attempt: { fields: 'below-signature', contentTransferEncoding: 'as-returned' },
      })
      expect(wordOf(outcomeOf([field, received, ...plain]))).toBe('header-differs')
    })

    it('cuts above the topmost signature of our own, not above one of somebody else', () => {
      const field = signatureField({ signed: plain, h: oversigned })
      const foreign = signatureField({ signed: plain, h, d: 'partner.example' })
      expect(outcomeOf([foreign, received, field, ...plain])).toMatchObject({
        answer: 'verified',
        attempt: { fields: 'below-signature' },
        passedOver: { foreign: 1, unreadable: 0, surplus: 0 },
      })
    })

    it('cuts above the topmost of several of our own, and keeps that one', () => {
      const top = signatureField({ signed: plain, h, s: 'gone' })
      const names = `${h}:x-note:dkim-signature:received`
      const lower = signatureField({ signed: [...plain, 'X-Note: 1', top], h: names })
      expect(outcomeOf([received, top, 'X-Note: 1', lower, ...plain])).toMatchObject({
        answer: 'verified',
        s: 'sel',
        attempt: { fields: 'below-signature' },
      })
    })

    it('takes From from the instance that was signed, not from one put on top of it', () => {
      const forged = 'From: <bob@example.com>'
      for (const lines of [
        [forged, signature, ...plain],
        [signature, forged, ...plain],
      ]) {
        expect(outcomeOf(lines)).toMatchObject({
          answer: 'verified',
          signed: { fromAddress: 'alice@example.com' },
          fromFields: 2,
        })
      }
      expect(wordOf(outcomeOf([signature, ...plain, forged]))).toBe('header-differs')
    })

    it('takes Date and Message-ID from the signed instances too', () => {
      expect(outcomeOf([signature, 'Date: x', 'Message-ID: <forged@example.com>', ...plain])).toMatchObject({
        answer: 'verified',
        signed: { dateAt: Date.UTC(2026, 10, 21, 9), messageId: '1@example.com' },
      })
    })

    it('does not know who wrote a message with two signed From fields', () => {
      const field = signatureField({ signed: [from, 'From: bob@example.com', date], h: 'from:from:date' })
      expect(wordOf(outcomeOf([field, 'From: bob@example.com', from, date]))).toBe('from-twice')
    })

    it('does not prove, and does not say it is wrong, when a signed Bcc was dropped', () => {
      const bcc = 'Bcc: dave@partner.example'
      const field = signatureField({ signed: [...plain, bcc], h: `${h}:bcc` })
      expect(outcomeOf([field, ...plain])).toEqual(failing('header-differs'))
      expect(wordOf(outcomeOf([field, ...plain, bcc]))).toBe('verified')
    })

    it('selects several instances of a name from the bottom up', () => {
      const [first, second] = ['X-A: 1', 'X-A: 2']
      const field = signatureField({ signed: [from, second, first], h: 'from:x-a:x-a' })
      expect(wordOf(outcomeOf([field, first, from, second]))).toBe('verified')
      expect(wordOf(outcomeOf([field, second, from, first]))).toBe('header-differs')
    })

    it('never selects its own field, and selects the signature below it', () => {
      const field = signatureField({ signed: [from, signature], h: 'from:dkim-signature' })
      expect(outcomeOf([field, signature, from])).toMatchObject({ answer: 'verified' })
      const alone = signatureField({ signed: [from], h: 'from:dkim-signature' })
      expect(outcomeOf([alone, from])).toMatchObject({ answer: 'verified' })
    })
  })

  describe('fields that a server rewrote', () => {
    it.each(['7bit', '8bit', 'quoted-printable', 'base64'] as const)(
      'finds that the body was %s before',
      (encoding) => {
        const signed = [...plain, `Content-Transfer-Encoding: ${encoding}`]
        for (const c of ['relaxed', 'simple'] as const) {
          const field = signatureField({ signed, h: `${h}:content-transfer-encoding`, c })
          expect(outcomeOf([field, ...plain, 'Content-Transfer-Encoding: binary'])).toMatchObject({
            answer: 'verified',
            attempt: { fields: 'as-returned', contentTransferEncoding: encoding },
          })
        }
      },
    )

    it('finds it below fields that were put on top too', () => {
      const signed = [...plain, 'Content-Transfer-Encoding: 8bit']
      const field = signatureField({ signed, h: `${h}:content-transfer-encoding:received` })
      const returned = [received, field, ...plain, 'Content-Transfer-Encoding: quoted-printable']
      expect(outcomeOf(returned)).toMatchObject({
        answer: 'verified',
        attempt: { fields: 'below-signature', contentTransferEncoding: '8bit' },
      })
    })

    it('verifies a line that was folded at a blank only if c=relaxed, and one that was broken inside a word never', () => {
      const long = `Subject: ${'word '.repeat(300)}end`
      const blank = long.replace('word word', 'word\r\n word')
      const inside = long.replace('word word', 'wo\r\n rd word')
      const words = (['relaxed', 'simple'] as const).map((c) => {
        const field = signatureField({ signed: [from, long, date], h: 'from:subject:date', c })
        return [long, blank, inside].map((returned) => wordOf(outcomeOf([field, from, returned, date])))
      })
      expect(words).toEqual([
        ['verified', 'verified', 'header-differs'],
        ['verified', 'header-differs', 'header-differs'],
      ])
    })

    it('does not verify quotes taken off or put around a display name', () => {
      const unquoted = 'From: Alice A. Smith <alice@example.com>'
      expect(wordOf(outcomeOf([signature, unquoted, ...plain.slice(1)]))).toBe('header-differs')
    })

    it.each([
      ['From', 'alice@', 'alicf@'],
      ['Subject', 'week', 'weak'],
      ['Date', '10:00', '10:01'],
      ['Message-ID', '<1@', '<2@'],
    ])('does not verify with one octet of %s changed', (_, is, becomes) => {
      expect(outcomeOf([signature, ...plain.map((field) => field.replace(is, becomes))])).toEqual(
        failing('header-differs'),
      )
    })

    it('keeps the octets of raw UTF-8, and shows them as text', () => {
      const raw = (text: string): string => Buffer.from(text).toString('latin1')
      const signed = [raw('From: J\u00f6rg \u00c5 <j\u00f6rg@example.com>'), raw('Subject: gr\u00fc\u00df\u00a0')]
      const field = signatureField({ signed, h: 'from:subject' })
      expect(outcomeOf([field, ...signed])).toMatchObject({
        answer: 'verified',
        signed: { fromField: 'J\u00f6rg \u00c5 <j\u00f6rg@example.com>', fromAddress: 'j\u00f6rg@example.com' },
      })
    })
  })

  describe('whose it is', () => {
    it.each([
      ['example.com.evil.test', 'unsigned'],
      ['evil-example.com', 'unsigned'],
      ['sub.example.com', 'unsigned'],
      ['EXAMPLE.com', 'verified'],
    ])('with d=%s it is %s', (d, word) => {
      expect(wordOf(outcomeOf([signatureField({ signed: plain, h, d }), ...plain]))).toBe(word)
    })

    it.each([
      ['alice@news.example.com', ['example.com'], 'verified'],
      ['alice@mail.example.org', ['example.com', 'example.org'], 'from-not-aligned'],
      ['alice@example.com.evil.test', ['example.com'], 'from-not-aligned'],
      ['alice@evilexample.com', ['example.com'], 'from-not-aligned'],
      ['alice@com', ['example.com'], 'verified'],
      ['MAILER-DAEMON', ['example.com'], 'from-unreadable'],
    ])('From %s, signed by example.com, where %j are ours: %s', (address, domains, word) => {
      const fields = [`From: <${address}>`, date]
      const field = signatureField({ signed: fields, h: 'from:date' })
      expect(wordOf(outcomeOf([field, ...fields], { domains }))).toBe(word)
    })

    it('aligns two names below one of our domains', () => {
      const fields = ['From: <alice@news.example.com>']
      const field = signatureField({ signed: fields, h: 'from', d: 'mail.example.com' })
      const aligned = (domains: string[]) => wordOf(outcomeOf([field, ...fields], { domains }))
      expect(aligned(['mail.example.com', 'example.com'])).toBe('verified')
      expect(aligned(['mail.example.com', 'news.example.com'])).toBe('from-not-aligned')
    })

    it('tries declared selectors first and at most five', () => {
      const garbage = Array.from({ length: 6 }, (_, i) => signatureField({ signed: plain, h, s: `no${i}` }))
      const lines = [...garbage, signature, ...plain]
      const none = (i: number) => ({ d: 'example.com', s: `no${i}`, answer: 'failed', why: 'no-key' })
      expect(outcomeOf(lines)).toEqual({
        answer: 'failed',
        why: 'no-key',
        signatures: [0, 1, 2, 3, 4].map(none),
        passedOver: { foreign: 0, unreadable: 0, surplus: 2 },
      })
      expect(outcomeOf(lines, { selectors: ['sel'] })).toMatchObject({
        answer: 'verified',
        s: 'sel',
        signatures: [{ d: 'example.com', s: 'sel', answer: 'verified' }],
      })
    })

    it('lets no signature that cannot be verified take the place of one that can', () => {
      const unusable = Array<string>(5).fill(signatureField({ signed: plain, h, a: 'rsa-sha1' }))
      expect(wordOf(outcomeOf([...unusable, signature, ...plain]))).toBe('verified')
    })

    it('goes on to the next signature when one fails', () => {
      const other = signatureField({ signed: [...plain, 'Bcc: x'], h: `${h}:bcc`, s: 'old' })
      const keys = { sel: records(keyRecord(rsa.publicKey)), old: records(keyRecord(rsa.publicKey)) }
      expect(outcomeOf([other, signature, ...plain], { keys })).toMatchObject({
        answer: 'verified',
        s: 'sel',
        signatures: [
          { s: 'old', answer: 'failed', why: 'header-differs' },
          { s: 'sel', answer: 'verified' },
        ],
      })
    })

    it('is unsigned without a signature of our own, and void with a tag that is given twice', () => {
      expect(outcomeOf(plain)).toEqual({ answer: 'unsigned', signatures: [], passedOver: noneOver })
      const twice = signatureField({ signed: plain, h, more: 'd=example.com;' })
      expect(outcomeOf([twice, ...plain])).toEqual({
        answer: 'unsigned',
        signatures: [],
        passedOver: { foreign: 0, unreadable: 1, surplus: 0 },
      })
    })
  })

  describe('what is not accepted', () => {
    it.each([
      ['rsa-sha1', { a: 'rsa-sha1' }, 'algorithm'],
      ['an unknown algorithm', { a: 'rsa-sha512' }, 'algorithm'],
      ['an identity elsewhere', { more: 'i=@evil.test;' }, 'tag-malformed'],
      ['an identity that only ends so', { more: 'i=@evilexample.com;' }, 'tag-malformed'],
      ['an identity without @', { more: 'i=example.com;' }, 'tag-malformed'],
      ['a selector that is no name', { s: 'a..b' }, 'tag-malformed'],
      ['From not signed', { h: 'to:subject', signed: [to, subject] }, 'from-not-signed'],
    ])('%s', (_, signing, why) => {
      const field = signatureField({ signed: plain, h, ...signing })
      expect(outcomeOf([field, ...plain], { keys: {} })).toMatchObject({ answer: 'failed', why })
    })

    it.each([
      ['v=1; ', 'tag-missing'],
      ['bh=BkSz/btdW4k=;', 'tag-missing'],
    ])('a signature without %s', (tag, why) => {
      expect(wordOf(outcomeOf([signature.replace(tag, ''), ...plain]))).toBe(why)
    })

    it('another version', () => {
      expect(wordOf(outcomeOf([signature.replace('v=1;', 'v=2;'), ...plain]))).toBe('version')
    })

    it('a key that somebody else made', () => {
      const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
      expect(wordOf(outcomeOf([signature, ...plain], { keys: { sel: records(keyRecord(publicKey)) } }))).toBe(
        'header-differs',
      )
    })

    it('an RSA key of 512 bits, but one of 1024', () => {
      const words = [512, 1024].map((modulusLength) => {
        const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength })
        const field = signatureField({ signed: plain, h, key: privateKey })
        return wordOf(outcomeOf([field, ...plain], { keys: { sel: records(keyRecord(publicKey)) } }))
      })
      expect(words).toEqual(['key-too-short', 'verified'])
    })
  })

  describe('time', () => {
    const judged = (t: number | null, more = '', fields = plain, names = h) =>
      outcomeOf([signatureField({ signed: fields, h: names, t, more }), ...fields])

    it.each([
      ['14 days ago', 14 * day, 'verified'],
      ['a second more', 14 * day + 1000, 'too-old'],
      ['an hour ahead', -3_600_000, 'verified'],
      ['a second more than an hour ahead', -3_601_000, 'in-the-future'],
    ])('signed %s', (_, age, word) => {
      expect(wordOf(judged((now - age) / 1000))).toBe(word)
    })

    it('goes by the signed Date where t= is missing or no number', () => {
      const dated = { answer: 'verified', signedAt: Date.UTC(2026, 10, 21, 9), age: 3_600_000 }
      expect(judged(null)).toMatchObject(dated)
      expect(judged(null, 't=soon;')).toMatchObject(dated)
      const old = [from, 'Date: Sat, 7 Nov 2026 09:59:59 +0000']
      expect(wordOf(judged(null, '', old, 'from:date'))).toBe('too-old')
      expect(wordOf(judged(now / 1000, '', old, 'from:date'))).toBe('verified')
    })

    it('does not go by a Date that was not signed or cannot be read', () => {
      const undated = signatureField({ signed: [from, to], h: 'from:to', t: null })
      expect(wordOf(outcomeOf([undated, from, to, date]))).toBe('age-unknown')
      expect(wordOf(judged(null, '', [from, 'Date: yesterday'], 'from:date'))).toBe('age-unknown')
    })

    it('ignores x= and l=', () => {
      expect(wordOf(judged(now / 1000 - 120, `x=${now / 1000 - 60}; l=0;`))).toBe('verified')
    })
  })

  describe('when the key cannot be asked for', () => {
    it.each(['servfail', 'timeout', 'not-asked'] as const)('is undecidable: %s', (cause) => {
      expect(outcomeOf([signature, ...plain], { keys: { sel: { answer: 'failed', cause } } })).toEqual({
        answer: 'undecidable',
        cause,
        signatures: [{ d: 'example.com', s: 'sel', answer: 'silent', cause }],
        passedOver: noneOver,
      })
    })

    it('stays undecidable beside a signature that fails, and is verified beside one that verifies', () => {
      const other = signatureField({ signed: plain, h, s: 'other' })
      const silent = { answer: 'failed', cause: 'timeout' } as const
      expect(outcomeOf([other, signature, ...plain], { keys: { sel: silent } }).answer).toBe('undecidable')
      const keys = { other: silent, sel: records(keyRecord(rsa.publicKey)) }
      expect(outcomeOf([other, signature, ...plain], { keys }).answer).toBe('verified')
    })

    it('fails where there is no key', () => {
      expect(outcomeOf([signature, ...plain], { keys: {} })).toEqual(failing('no-key'))
    })
  })

  describe('whatever it is given', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc
        .array(
          fc.constantFrom(signature, ...plain, 'DKIM-Signature:', ';', '=', 'b', ' ', '\t', '\n', '\r', 'v=1;', ':'),
          {
            maxLength: 30,
          },
        )
        .map((parts) => parts.join('')),
      fc
        .array(fc.constantFrom(signature, ...plain, received, 'x', ''), { maxLength: 30 })
        .map((parts) => parts.join('\r\n')),
    )

    it('never throws', () => {
      fc.assert(
        fc.property(text, text, (header, record) => {
          const outcome = outcomeOf(header, { keys: { sel: records(record, keyRecord(rsa.publicKey)) } })
          expect(outcome.signatures.length).toBeLessThanOrEqual(5)
        }),
        { numRuns: 2000 },
      )
    })

    it('never throws for octets under b= and p=', () => {
      const key = fc.constantFrom('rsa', 'ed25519')
      fc.assert(
        fc.property(key, fc.base64String({ maxLength: 500 }), fc.base64String({ maxLength: 500 }), (k, b, p) => {
          const header = `DKIM-Signature: v=1; a=${k}-sha256; d=example.com; s=sel; h=from; bh=A; b=${b}\r\n${from}\r\n`
          expect(outcomeOf(header, { keys: { sel: records(`k=${k}; p=${p}`) } }).answer).toBe('failed')
        }),
      )
    })

    it('never verifies with any octet of a signed field changed to another', () => {
      for (const c of ['relaxed', 'simple'] as const) {
        const field = signatureField({ signed: plain, h, c })
        const signedText = `${plain.join('\r\n')}\r\n`
        fc.assert(
          fc.property(fc.nat(signedText.length - 3), fc.integer({ min: 0, max: 255 }), (at, code) => {
            const character = String.fromCharCode(code)
            const changed = signedText.slice(0, at) + character + signedText.slice(at + 1)
            fc.pre(meaning(changed, c) !== meaning(signedText, c))
            expect(outcomeOf(`${field}\r\n${changed}`).answer).not.toBe('verified')
          }),
          { numRuns: 600 },
        )
      }
    })

    it('does not take a CR that stands alone at the end of a line for a blank', () => {
      const subject = 'Subject: The plan '
      const lines = plain.map((line) => (line.startsWith('Subject:') ? subject : line))
      const field = signatureField({ signed: lines, h, c: 'relaxed' })
      expect(outcomeOf(`${field}\r\n${lines.join('\r\n')}\r\n`).answer).toBe('verified')
      const changed = lines.join('\r\n').replace(subject, 'Subject: The plan\r')
      expect(outcomeOf(`${field}\r\n${changed}\r\n`).answer).not.toBe('verified')
    })

    it('reads no more than a header section may have', () => {
      const filler = 'X-Filler: 1\r\n'.repeat(2000)
      expect(wordOf(outcomeOf(`${signature}\r\n${filler}${plain.join('\r\n')}\r\n`))).toBe('from-missing')
      expect(wordOf(outcomeOf(`${signature}\r\nX: ${'y'.repeat(300_000)}\r\n${plain.join('\r\n')}\r\n`))).toBe(
        'from-missing',
      )
      // A field that the bound cuts is left out: half a From is another From.
      expect(wordOf(outcomeOf([signature, ...plain, `From: ${'z'.repeat(300_000)}`].join('\r\n')))).toBe('verified')
    })
  })
})

/** What two texts have to share to be the same once the lines end in CRLF and, if relaxed, once white space is evened out. */
function meaning(text: string, c: 'relaxed' | 'simple'): string {
  const lines = text.replace(/\r?\n/g, '\n')
  if (c === 'simple') return lines
  return lines
    .replace(/\n(?=[\t ])/g, '')
    .replace(/[\t ]+/g, ' ')
    .replace(/ $/gm, '')
    .replace(/^([^\s:]+) ?: ?/gm, (name) => name.toLowerCase().replaceAll(' ', ''))
}
