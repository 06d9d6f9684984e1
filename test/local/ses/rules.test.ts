import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { acceptsRecipient, matchesCondition, matchingRules, type ReceiptRule } from '../../../local/ses/rules.ts'

describe("a receipt rule's condition", () => {
  it.each([
    // An address covers its labels; one that has a label covers that one only.
    ['user@example.com', 'user@example.com', true],
    ['user@example.com', 'user+any@example.com', true],
    ['user@example.com', 'user+a+b@example.com', true],
    ['user@example.com', 'user+@example.com', true],
    ['user@example.com', '+user@example.com', false],
    ['user@example.com', 'user2@example.com', false],
    ['user@example.com', 'user-any@example.com', false],
    ['user@example.com', 'user@sub.example.com', false],
    ['user@example.com', 'user@example.org', false],
    ['user+one@example.com', 'user+one@example.com', true],
    ['user+one@example.com', 'user@example.com', false],
    ['user+one@example.com', 'user+two@example.com', false],
    ['user+one@example.com', 'user+one+two@example.com', false],
    // Case: the domain never counts; that the local part does not is our choice.
    ['User@Example.COM', 'uSER+Any@eXAMPLE.com', true],
    // A domain is itself, without its subdomains, and with a leading dot the other way round.
    ['example.com', 'anybody@example.com', true],
    ['example.com', 'anybody@sub.example.com', false],
    ['example.com', 'anybody@notexample.com', false],
    ['.example.com', 'anybody@sub.example.com', true],
    ['.example.com', 'anybody@a.b.example.com', true],
    ['.example.com', 'anybody@example.com', false],
    ['.example.com', 'anybody@notexample.com', false],
    // An internationalised domain is the same in both of its forms; an escape is not a domain.
    ['bücher.example', 'anna@xn--bcher-kva.example', true],
    ['xn--bcher-kva.example', 'anna@BÜCHER.example', true],
    ['example.com', 'anybody@exa%6dple.com', false],
    ['example.com', 'example.com', false],
    ['example.com', '', false],
  ])('%s covers %s: %s', (condition, address, covered) => {
    expect(matchesCondition(condition, address)).toBe(covered)
  })

  it('never throws, whatever the address is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (condition, address) => {
        expect([true, false]).toContain(matchesCondition(condition, `${address}@${address}`))
      }),
    )
  })
})

describe('a rule set', () => {
  const office = rule('office', ['example.com'])
  const sales = rule('sales', ['sales@example.com', 'shop.example'])
  const off = { ...rule('off', []), enabled: false }

  it('gives each rule the recipients that are its own, as they were written, in its order', () => {
    const recipients = ['Anna@Example.com', 'sales+x@example.com', 'x@shop.example', 'x@other.example']
    expect(matchingRules({ name: 'set', rules: [sales, off, office] }, recipients)).toEqual([
      { rule: sales, recipients: ['sales+x@example.com', 'x@shop.example'] },
      { rule: office, recipients: ['Anna@Example.com', 'sales+x@example.com'] },
    ])
  })

  it('takes every recipient by a rule without conditions, and none by a disabled one', () => {
    const all = rule('all', [])
    expect([
      acceptsRecipient({ name: 'set', rules: [all] }, 'x@anything.example'),
      acceptsRecipient({ name: 'set', rules: [off] }, 'x@anything.example'),
      acceptsRecipient({ name: 'set', rules: [office] }, 'x@other.example'),
      acceptsRecipient({ name: 'set', rules: [] }, 'x@example.com'),
    ]).toEqual([true, false, false, false])
  })
})

function rule(name: string, recipients: readonly string[]): ReceiptRule {
  return { name, enabled: true, recipients, scanEnabled: true, tlsPolicy: 'Optional', actions: [] }
}
