import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { splitLines } from '../../../local/lambda/log-lines.ts'

describe('the lines of a log', () => {
  it('are the same wherever the stream was cut, even inside a character', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), fc.array(fc.nat(50)), (lines, cuts) => {
        const wanted = lines.map((line) => line.replaceAll(/[\r\n]/g, ''))
        const bytes = Buffer.from(wanted.map((line) => `${line}\n`).join(''))
        expect(linesOf(bytes, cuts)).toEqual(wanted)
      }),
    )
  })

  it('come in pieces when one never ends, and the last one needs no line break', () => {
    const lines = linesOf(Buffer.from(`${'x'.repeat(600 * 1024)}\r\nlast`), [])
    expect(lines.map((line) => line.length)).toEqual([256 * 1024, 256 * 1024, 88 * 1024, 4])
  })
})

function linesOf(bytes: Buffer, cuts: readonly number[]): readonly string[] {
  const lines: string[] = []
  const splitter = splitLines((line) => lines.push(line))
  let from = 0
  for (const cut of cuts) {
    splitter.write(bytes.subarray(from, from + cut))
    from += cut
  }
  splitter.write(bytes.subarray(from))
  splitter.end()
  return lines
}
