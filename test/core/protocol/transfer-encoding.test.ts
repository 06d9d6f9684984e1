import { describe, expect, it } from 'vitest'
import { decodeTransfer } from '../../../lambda/core/protocol/transfer-encoding.ts'

describe('quoted-printable', () => {
  it.each([
    ['digits in either case', 'a=3D=3d=c3=A4', 'a==\xc3\xa4'],
    ['soft line breaks, with blanks that were added', 'a=\r\nb=\nc= \t\r\nd', 'abcd'],
    ['an equals sign that nothing follows', 'a=', 'a='],
    ['an equals sign that one digit follows', 'a=4', 'a=4'],
    ['an equals sign that something else follows', 'a=4G=g4= x=\rb', 'a=4G=g4= x=\rb'],
    ['more blanks than a line has', `a=${' '.repeat(77)}\nb`, `a=${' '.repeat(77)}\nb`],
    ['octets beyond ASCII', '\xe9=E9\xff', '\xe9\xe9\xff'],
  ])('is decoded: %s', (_, written, octets) => {
    expect(decodeTransfer(written, 'quoted-printable')).toBe(octets)
  })
})
