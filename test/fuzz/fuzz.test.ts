import { describe, expect, it } from 'vitest'
import { fuzz } from './fuzz.ts'
import { fuzzed } from './parsers.ts'
import { signedHeaders, verify } from './seeds.ts'

describe('changed mail', () => {
  it('makes no parser throw, break a bound, read what is not there, or prove what nobody signed', () => {
    const { counts, findings } = fuzz(20_000, 2026)

    expect(findings).toEqual([])
    expect(counts).toEqual(Object.fromEntries(fuzzed.map(({ name, share }) => [name, share * 200])))
  })

  it('starts from signatures that hold', () => {
    expect(signedHeaders.map(({ header }) => verify(header).answer)).toEqual(signedHeaders.map(() => 'verified'))
  })

  it('is the same for the same seed', () => {
    expect(fuzz(200, 7)).toEqual(fuzz(200, 7))
  })
})
