import { describe, expect, it } from 'vitest'
import { harmlessAddress } from '../../../lambda/core/digest/harmless.ts'

describe('an address in a digest', () => {
  it.each([
    ['bob@partner.example', 'bob@partner.example'],
    ['first.last@partner.example', 'first.last@partner.example'],
    ['www.evil.example@x.example', 'www[.]evil[.]example@x.example'],
    ['www.evil.example/login@x.example', 'www[.]evil[.]example/login@x.example'],
    ['"see www.evil.com now"@x.example', '"see www[.]evil[.]com now"@x.example'],
  ])('is none that a mail program makes a link to a page of: %s', (address, shown) => {
    expect(harmlessAddress(address, 200)).toBe(shown)
  })
})
