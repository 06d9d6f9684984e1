import { describe, expect, it } from 'vitest'
import type { ReceiptRuleFound, RuleSets } from '../lambda/ports/rule-sets.ts'
import { mayShare, type Shared } from '../lambda/share-rule-set.ts'

const theirs: readonly ReceiptRuleFound[] = [
  { name: 'shop', enabled: true, recipients: ['Orders@example.com', 'shop.example'] },
  { name: 'rest', enabled: true, recipients: [] },
  { name: 'old', enabled: false, recipients: ['old.example'] },
]
const wanted: Shared = {
  ruleSet: 'inbound',
  after: 'shop',
  rule: 'Quietgate-filter',
  domains: ['example.com'],
  enforces: true,
  shareEnforce: false,
}
const observing: Shared = { ...wanted, enforces: false }

/** What is said, with the first word for how it ended. */
async function asked(
  next: Shared,
  before: Shared | null = null,
  rules: readonly ReceiptRuleFound[] | null = theirs,
): Promise<string> {
  const ruleSets: RuleSets = {
    active: () => Promise.reject(new Error('nobody asks which set is active')),
    rulesOf: (name) => Promise.resolve(name === 'inbound' ? rules : null),
    activate: () => Promise.reject(new Error('nothing is activated')),
  }
  const { kind, said } = await mayShare(next, before, ruleSets)
  return `${kind}: ${said}`
}

const outside = (recipients: readonly string[]) => asked(wanted, null, [{ name: 'shop', enabled: true, recipients }])

describe('a rule set that others use', () => {
  it('is not enforced in while enabled rules are for recipients outside the configuration, and names them', async () => {
    expect(await asked(wanted)).toBe(
      'refused: Rules of the set inbound are for recipients outside the configuration: shop, rest. A stop by the filter ends the whole set, ' +
        'maybe for their recipients, too. Add their domains to "domains", or stay in "observe", or allow it with receiving.shareEnforce: true; then deploy again.',
    )
  })

  it('may be shared where nothing is enforced, or where the operator allows it', async () => {
    expect(await asked(observing)).toBe('allowed: The filter may work in the rule set inbound.')
    expect(await asked({ ...wanted, shareEnforce: true })).toMatch(/^allowed/)
  })

  it('reads the conditions of its rules as SES does', async () => {
    expect(await outside(['orders@EXAMPLE.com', 'Example.com'])).toMatch(/^allowed/)
    expect(await outside(['.example.com'])).toMatch(/^refused.*: shop\./)
    expect(await outside(['x@sub.example.com'])).toMatch(/^refused/)
    expect(await outside([])).toMatch(/^refused/)
  })

  it('does not take the own rule of the filter for that of somebody else', async () => {
    const own = { name: 'Quietgate-filter', enabled: true, recipients: ['gone.example'] }
    expect(await asked({ ...wanted, after: null }, null, [own])).toMatch(/^allowed/)
  })

  it('refuses the change to enforce, and not its rollback', async () => {
    expect(await asked(wanted, observing)).toMatch(/^refused/)
    expect(await asked(observing, wanted)).toMatch(/^allowed/)
  })

  it('does not refuse what stood so before: a rollback to it must not be refused', async () => {
    expect(await asked(wanted, { ...wanted, domains: ['example.com', 'x.example'] })).toMatch(/^allowed/)
  })

  it('refuses what a domain less makes stand outside', async () => {
    const before = { ...wanted, domains: ['example.com', 'shop.example'] }
    expect(await asked(wanted, before)).toMatch(/^refused.*outside the configuration: shop\./)
  })

  it('says which rules there are where the one to stand behind is not among them', async () => {
    expect(await asked({ ...observing, after: 'shpo' })).toBe(
      'refused: The rule set inbound has no rule shpo (receiving.ruleSet.after). It has: shop, rest, old.',
    )
    expect(await asked({ ...observing, after: 'shpo' }, { ...observing, after: 'shpo' })).toMatch(/^allowed/)
  })

  it('must be there, but for a change that names it no more than the one before', async () => {
    expect(await asked(wanted, null, null)).toMatch(/^refused: There is no rule set inbound/)
    expect(await asked(wanted, wanted, null)).toMatch(/^allowed: There is no rule set inbound/)
  })
})
