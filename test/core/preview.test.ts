import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mostText, previewOctets, previewOf } from '../../lambda/core/preview.ts'

const mailOf = (head: readonly string[], body: string | Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), Buffer.from(body)])
const textOf = (head: readonly string[], body: string | Buffer): string | null => previewOf(mailOf(head, body)).text

describe('the preview of a message', () => {
  it.each([
    ['quoted-printable', 'iso-8859-1', 'Gr=FC=DFe'],
    ['base64', 'utf-8', Buffer.from('Grüße').toString('base64')],
    ['8bit', 'windows-1252', Buffer.from([0x47, 0x72, 0xfc, 0xdf, 0x65])],
    ['8bit', 'utf-8', 'Grüße'],
    ['8bit', 'us-ascii', 'Grüße'],
    ['8bit', '"UTF-8"', 'Grüße'],
    ['8bit', 'no-such-charset', 'Grüße'],
    ['8bit', 'no-such-charset', Buffer.from([0x47, 0x72, 0xfc, 0xdf, 0x65])],
    ['8BIT', 'utf-16le', Buffer.from('Grüße', 'utf16le')],
  ])('decodes %s in %s', (encoding, charset, body) => {
    const head = [`Content-Type: text/plain; charset=${charset}`, `Content-Transfer-Encoding: ${encoding}`]
    expect(textOf(head, body)).toBe('Grüße')
  })

  it('decodes Japanese, and a text without a declaration', () => {
    const shiftJis = Buffer.from([0x93, 0xfa, 0x96, 0x7b])
    expect(textOf(['Content-Type: text/plain; charset=shift_jis'], shiftJis)).toBe('日本')
    expect(textOf(['Subject: x'], 'Grüße')).toBe('Grüße')
  })

  it('prefers plain text, takes markup off HTML, and passes over attachments', () => {
    const part = (type: string, body: string, more = '') => `--b\r\nContent-Type: ${type}\r\n${more}\r\n${body}\r\n`
    const head = ['Content-Type: multipart/mixed; boundary=b']
    const attached = part('text/plain; name="=?utf-8?q?a=FC.txt?="', 'attached', 'Content-Disposition: attachment\r\n')
    const page = part('text/html', '<style>x{}</style><p>One</p><p>T&amp;wo</p><script>three</script>')
    const both = previewOf(mailOf(head, `${attached}${page}${part('text/plain', 'plain')}--b--`))
    expect([both.text, both.textType]).toEqual(['plain', 'text/plain'])
    expect(both.parts.map(({ type }) => type)).toEqual(['text/plain', 'text/html', 'text/plain'])
    const html = previewOf(mailOf(head, `${attached}${page}--b--`))
    expect([html.text?.split(/\n+/), html.textType]).toEqual([['One', 'T&wo'], 'text/html'])
    expect(previewOf(mailOf(head, `${attached}--b--`)).text).toBeNull()
  })

  it('decodes the header, in its order, and shows what should not be there', () => {
    const raw = Buffer.from(
      'Received: from a\r\n\tby b\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nX-Evil: a\u0007b\u202ec\r\n\r\n',
    )
    expect(previewOf(raw).fields).toEqual([
      { name: 'Received', value: 'from a by b' },
      { name: 'Subject', value: 'Grüße' },
      { name: 'X-Evil', value: 'a\ufffdb\ufffdc' },
    ])
  })

  it('shows what hides in a text', () => {
    expect(textOf(['Subject: x'], 'a\u001b[2Jb\u200bc\u202ed\te')).toBe('a\ufffd[2Jb\ufffdc\ufffdd    e')
  })

  it('has bounds, and says what it leaves out', () => {
    const fields = Array.from({ length: 200 }, (_, i) => `X-${i}: ${'y'.repeat(5000)}`)
    const preview = previewOf(mailOf(fields.slice(0, 100), 'z'.repeat(mostText + 1)))
    expect([preview.fields.length, preview.moreFields]).toEqual([expect.any(Number), expect.any(Number)])
    expect(preview.fields.every(({ value }) => value.length <= 1000)).toBe(true)
    expect(previewOf(mailOf(['Subject: x'], 'z'.repeat(mostText + 1)))).toMatchObject({ isCut: true })
    expect(previewOf(mailOf(['Subject: x'], 'z'.repeat(mostText)))).toMatchObject({ isCut: false })
    expect(
      previewOf(
        mailOf(
          Array.from({ length: 100 }, (_, i) => `X-${i}: y`),
          '',
        ),
      ).moreFields,
    ).toBe(20)
  })

  it('never fails, and never grows, whatever the octets are', () => {
    const pieces = [
      '--b\r\n',
      'Content-Type: ',
      'multipart/mixed; boundary=b',
      'text/html',
      'charset=',
      '\r\n',
      '=?',
      '<',
      '\0',
      'x',
    ]
    const octets = fc.oneof(
      fc.uint8Array({ maxLength: 3000 }),
      fc.array(fc.constantFrom(...pieces), { maxLength: 200 }).map((some) => Buffer.from(some.join(''))),
    )
    fc.assert(
      fc.property(octets, (one) => {
        const { fields, text, parts } = previewOf(one)
        expect(fields.length).toBeLessThanOrEqual(80)
        expect(text?.length ?? 0).toBeLessThanOrEqual(mostText)
        expect(parts.length).toBeLessThanOrEqual(40)
        expect(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/u.test(text ?? '')).toBe(false)
      }),
    )
  })

  it.each([
    ['blanks', ' '],
    ['line ends', '\n'],
    ['angle brackets', '<'],
    ['ampersands', '&#'],
    ['encoded words', '=?utf-8?q?a?= '],
    ['boundaries', '--b\n\n'],
  ])('takes no longer for %s than for anything else', (_name, piece) => {
    const body = piece.repeat(Math.ceil(previewOctets / piece.length))
    const started = performance.now()
    previewOf(mailOf(['Content-Type: text/html'], body))
    previewOf(mailOf(['Content-Type: multipart/mixed; boundary=b'], body))
    previewOf(mailOf([`Subject: ${body.replaceAll('\n', ' ')}`], ''))
    expect(performance.now() - started).toBeLessThan(2000)
  })
})
