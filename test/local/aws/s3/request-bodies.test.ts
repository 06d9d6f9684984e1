import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checksumOf } from '../../../../local/aws/s3/checksums.ts'
import { dechunk } from '../../../../local/aws/s3/chunked.ts'
import { lastingEncoding, readPayload } from '../../../../local/aws/s3/payload.ts'
import { rangeOf } from '../../../../local/aws/s3/range.ts'
import { readXml } from '../../../../local/aws/s3/read-xml.ts'
import { element } from '../../../../local/aws/s3/xml.ts'

const latin = (text: string): Buffer => Buffer.from(text, 'latin1')

describe('checksums', () => {
  // The check values of each algorithm over "123456789".
  it.each([
    ['crc32', 'cbf43926'],
    ['crc32c', 'e3069283'],
    ['crc64nvme', 'ae8b14860a799888'],
    ['sha1', 'f7c3bc1d808e04732adf679965ccc34ca7ae3441'],
    ['sha256', '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225'],
  ] as const)('%s has its published check value', (name, hex) => {
    expect(Buffer.from(checksumOf(name, latin('123456789')), 'base64').toString('hex')).toBe(hex)
  })
})

describe('aws-chunked framing', () => {
  it('comes off, whatever the chunks hold', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 50 })), (chunks) => {
        const framed = chunks.flatMap((chunk) => [
          latin(`${chunk.length.toString(16)};chunk-signature=00\r\n`),
          chunk,
          latin('\r\n'),
        ])
        const whole = Buffer.concat([...framed, latin('0\r\nX-Amz-Checksum-Crc32: AAAAAA==\r\n\r\n')])
        expect(dechunk(whole)).toEqual({
          kind: 'body',
          bytes: Buffer.concat(chunks),
          trailers: { 'x-amz-checksum-crc32': 'AAAAAA==' },
        })
      }),
    )
  })

  it('is malformed rather than guessed at', () => {
    const broken = [
      '',
      '5\r\nhello',
      '5\r\nhelloXX0\r\n\r\n',
      '5\r\nhelloX\n0\r\n\r\n',
      '5\r\nhello\rX0\r\n\r\n',
      '6\r\nhello\r\n0\r\n\r\n',
      'zz\r\n',
      '-1\r\n',
      '5\r\nhello\r\n',
      '0\r\nno colon\r\n\r\n',
      'ffffffff\r\nx',
    ]
    expect(broken.map((text) => dechunk(latin(text)).kind)).toEqual(broken.map(() => 'malformed'))
  })

  it('never throws, and never gives more bytes than came', () => {
    const alphabet = fc
      .array(fc.constantFrom('0', '1', 'a', '\r\n', ':', ';', 'x', '\r'))
      .map((parts) => latin(parts.join('')))
    fc.assert(
      fc.property(fc.oneof(alphabet, fc.uint8Array()), (bytes) => {
        const body = dechunk(bytes)
        expect(body.kind === 'malformed' || body.bytes.length <= bytes.length).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('a payload', () => {
  const chunked = {
    'content-encoding': 'aws-chunked',
    'x-amz-decoded-content-length': '5',
    'x-amz-trailer': 'x-amz-checksum-crc32',
  }
  const framed = (trailer: string): Buffer => latin(`5\r\nhello\r\n0\r\n${trailer}\r\n`)

  it('is verified against the checksum of its trailer', () => {
    expect(readPayload(chunked, framed('x-amz-checksum-crc32:NhCmhg==\r\n'))).toEqual({
      kind: 'payload',
      bytes: latin('hello'),
      checksum: { name: 'crc32', value: 'NhCmhg==' },
    })
    expect(readPayload(chunked, framed('x-amz-checksum-crc32:AAAAAA==\r\n'))).toMatchObject({
      kind: 'refused',
      code: 'BadDigest',
    })
  })

  it('is incomplete without the trailer that it announced, or with another length', () => {
    expect(readPayload(chunked, framed(''))).toMatchObject({ kind: 'refused', code: 'IncompleteBody' })
    const longer = { ...chunked, 'x-amz-decoded-content-length': '6' }
    expect(readPayload(longer, framed('x-amz-checksum-crc32:NhCmhg==\r\n'))).toEqual({
      kind: 'refused',
      code: 'IncompleteBody',
    })
  })

  it('is verified against Content-MD5', () => {
    const md5 = 'XUFAKrxLKna5cZ2REBfFkg=='
    expect(readPayload({ 'content-md5': md5 }, latin('hello')).kind).toBe('payload')
    expect(readPayload({ 'content-md5': md5 }, latin('hallo'))).toEqual({ kind: 'refused', code: 'BadDigest' })
    expect(readPayload({ 'content-md5': 'short' }, latin('hello'))).toEqual({ kind: 'refused', code: 'InvalidDigest' })
  })

  it('keeps the encodings that were not for the journey', () => {
    expect([lastingEncoding('gzip,aws-chunked'), lastingEncoding('aws-chunked'), lastingEncoding('')]).toEqual([
      'gzip',
      null,
      null,
    ])
  })
})

describe('a range', () => {
  it.each([
    ['bytes=0-4', { start: 0, length: 5 }],
    ['bytes=3-', { start: 3, length: 7 }],
    ['bytes=-3', { start: 7, length: 3 }],
    ['bytes=-30', { start: 0, length: 10 }],
    ['bytes=8-99', { start: 8, length: 2 }],
    ['bytes=10-', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=5-4', null],
    ['bytes=0-1,3-4', null],
    ['bytes=-', null],
    ['lines=1-2', null],
    [undefined, null],
  ])('%s of ten bytes is %j', (header, range) => expect(rangeOf(header, 10)).toEqual(range))

  it('lies inside the object, or is none', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), fc.nat(), fc.nat({ max: 100 }), (junk, a, b, size) => {
        for (const header of [`bytes=${a}-${b}`, `bytes=-${a}`, `bytes=${b}-`, `bytes=${junk}`]) {
          const range = rangeOf(header, size)
          if (range === null || range === 'unsatisfiable') continue
          expect(range.start >= 0 && range.length > 0 && range.start + range.length <= size).toBe(true)
        }
      }),
    )
  })
})

describe('request XML', () => {
  it('gives back any text that was written', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(readXml(element('Key', text).xml)).toEqual({ name: 'Key', children: [], text })
      }),
    )
  })

  it('is read with its declaration, attributes, prefixes, comments and CDATA', () => {
    const text = `<?xml version="1.0"?>\n<!-- > --><s:Delete xmlns:s="a>b"><Object ><Key>a&amp;&#x62;</Key></Object><Quiet/><![CDATA[<&]]></s:Delete>\n`
    const key = { name: 'Key', children: [], text: 'a&b' }
    const children = [
      { name: 'Object', children: [key], text: '' },
      { name: 'Quiet', children: [], text: '' },
    ]
    expect(readXml(text)).toEqual({ name: 'Delete', children, text: '<&' })
  })

  it.each([
    ['a document type', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
    ['an entity of its own', '<a>&b;</a>'],
    ['a tag that is not closed', '<a><b></a>'],
    ['two roots', '<a/><b/>'],
    ['text beside the root', '<a/>b'],
    ['nothing', ''],
    ['a comment without an end', '<a/><!-- '],
    ['a reference to a surrogate', '<a>&#xD800;</a>'],
    ['elements too deep', '<a>'.repeat(50) + '</a>'.repeat(50)],
    ['elements too many', `<a>${'<b/>'.repeat(50_000)}</a>`],
  ])('is refused with %s', (_, text) => expect(readXml(text)).toBeNull())

  it('never throws', () => {
    const piece = fc.constantFrom('<', '>', '/', 'a', '&', ';', '#x', '!', '--', '[CDATA[', ']]>', '"', '?', ' ')
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        expect(() => readXml(pieces.join(''))).not.toThrow()
      }),
      { numRuns: 3000 },
    )
  })
})
