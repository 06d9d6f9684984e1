import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFieldRemover } from '../../../lambda/core/hand-over/own-fields.ts'

/** Through the remover, in pieces of so many octets. */
function through(text: string, size = 7): string {
  const octets = Buffer.from(text, 'latin1')
  const fields = createFieldRemover()
  const pieces: Uint8Array[] = []
  for (let at = 0; at < octets.length; at += size) pieces.push(fields.push(octets.subarray(at, at + size)))
  return Buffer.concat([...pieces, fields.end()]).toString('latin1')
}

describe('our own fields in the mail of a sender', () => {
  it('are taken off with their continuation lines, in any case and wherever they stand in the header', () => {
    const message =
      'X-QUIETGATE-Action: deliver\r\n folded\r\n\tagain\r\nFrom: a@b.example\r\nx-quietgate-reasons : a\r\n' +
      'X-Quiet: stays\r\nSubject: s\r\n X-Quietgate-In-Subject: stays\r\n\r\nX-Quietgate-Body: stays\r\n'
    for (const size of [1, 2, 7, 12, 1000]) {
      expect(through(message, size)).toBe(
        'From: a@b.example\r\nX-Quiet: stays\r\nSubject: s\r\n X-Quietgate-In-Subject: stays\r\n\r\nX-Quietgate-Body: stays\r\n',
      )
    }
  })

  it('are found behind line ends that SMTP would mend: LF alone, and CR alone', () => {
    expect(through('A: 1\nX-Quietgate-A: 2\nB: 3\n\nX-Quietgate-C: 4\n')).toBe('A: 1\nB: 3\n\nX-Quietgate-C: 4\n')
    expect(through('A: 1\rX-Quietgate-A: 2\rB: 3\r\rX-Quietgate-C: 4')).toBe('A: 1\r\nB: 3\r\rX-Quietgate-C: 4')
    expect(through('A: 1\r\nX-Quietgate-A: 2\rX-Quietgate-B: 3\r\nC: 4\r\n')).toBe('A: 1\r\nC: 4\r\n')
  })

  it('leave no CR behind that would take the line feed of the empty line, and the body for header', () => {
    const message = 'A: 1\rX-Quietgate-A: 2\n\nX-Quietgate-Action: deliver\n'
    for (const size of [1, 5, 100]) expect(through(message, size)).toBe('A: 1\r\n\nX-Quietgate-Action: deliver\n')
  })

  it('end with the message, in the middle of a name, too', () => {
    expect(through('A: 1\r\nX-Quiet')).toBe('A: 1\r\nX-Quiet')
    expect(through('A: 1\r\nX-Quietgate-')).toBe('A: 1\r\n')
    expect(through('')).toBe('')
  })

  it('are gone from any text once SMTP has mended its lines, and nothing else is', () => {
    const piece = fc.constantFrom(
      'X-Quietgate-',
      'x-quietgate-a: b',
      'From: c',
      ' d',
      '\r\n',
      '\n',
      '\r',
      'e',
      ':',
      '\xff',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), fc.integer({ min: 1, max: 40 }), (pieces, size) => {
        const text = pieces.join('')
        const out = through(text, size)
        expect(out).toBe(expected(text))
        expect(through(out, size)).toBe(out)
      }),
      { numRuns: 2000 },
    )
  })
})

/** The same by lines. */
function expected(text: string): string {
  const lines = text.match(/[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$/g) ?? []
  const end = lines.findIndex((line) => /^[\r\n]/.test(line))
  const header = end < 0 ? lines : lines.slice(0, end)
  let drops = false
  const kept: string[] = []
  for (const line of header) {
    const last = kept.at(-1) ?? ''
    if (!/^[ \t]/.test(line)) drops = /^x-quietgate-/i.test(line)
    if (!drops) kept.push(line)
    // A CR that stands alone must not meet a line feed behind the field that is gone.
    else if (last.endsWith('\r')) kept[kept.length - 1] = `${last}\n`
  }
  return [...kept, ...(end < 0 ? [] : lines.slice(end))].join('')
}
