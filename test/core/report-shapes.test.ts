import { describe, expect, it } from 'vitest'
import { readReport } from '../../lambda/core/read-report.ts'
import { bare, languages, notice, others, servers, type Found } from './report-samples.ts'
import { encodedText, failed, from, header, octetsIn, type Lines } from './report-shapes.ts'

const found = (bytes: Buffer): Found => {
  const { kind, returned, recipients } = readReport(bytes)
  return [kind, returned?.messageId ?? null, recipients.map(({ address }) => address)]
}

describe('a notice of a server', () => {
  it.each(servers)('is recognised and read: %s', (_, expected, bytes) => {
    expect(found(bytes)).toEqual(expected)
  })

  it.each(servers)('says the same with bare line feeds: %s', (_, expected, bytes) => {
    expect(found(Buffer.from(bytes.toString('latin1').replaceAll('\r\n', '\n'), 'latin1'))).toEqual(expected)
  })
})

describe('a notice in the charset of its language', () => {
  const octets = (charset: string, said: string, ...more: Lines): Buffer =>
    Buffer.concat([
      octetsIn(charset === 'us-ascii' ? 'utf-8' : charset, said),
      Buffer.from(`\r\n\r\n${failed}\r\n\r\n${more.join('\r\n')}\r\n`),
    ])

  it.each(languages)(
    'is recognised by its text where a server of no name returns a header: %s (%s)',
    (_, charset, subject, says) => {
      const bytes = encodedText(
        from('noreply@away.example', subject),
        `text/plain; charset=${charset}`,
        octets(charset, says, ...header),
      )

      expect(found(bytes)).toEqual(notice)
    },
  )

  it.each(languages)('is recognised from a postmaster who returns nothing: %s (%s)', (_, charset, subject, says) => {
    const fields = ['Return-Path: <postmaster@away.example>', ...from('postmaster@away.example', subject).slice(1)]

    expect(found(encodedText(fields, `text/plain; charset=${charset}`, octets(charset, says)))).toEqual(bare)
  })
})

describe('mail that is no bounce', () => {
  it.each(others)('is not taken for one: %s (%s)', (_, kind, bytes) => {
    expect(found(bytes)).toEqual([kind, null, []])
  })
})
