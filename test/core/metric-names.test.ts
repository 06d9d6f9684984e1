import { describe, expect, it } from 'vitest'
import { allDomainGroups, domainGroupsOf } from '../../lambda/core/metric-names.ts'
import { domainOf, policyOf } from '../builders.ts'

const many = policyOf({ domains: Array.from({ length: 500 }, (_, i) => domainOf(`d${i}.example`)) })

describe('the groups of domains', () => {
  it('are the domains of the policy by name, and one for whatever else there may be', () => {
    const policy = policyOf({ domains: [domainOf('example.com'), domainOf('example.org')] })
    expect(allDomainGroups(policy)).toEqual(['example.com', 'example.org', 'other'])
  })

  it('are 21 at most, however many domains there are', () => {
    expect(allDomainGroups(many)).toHaveLength(21)
    expect(domainGroupsOf(['d19.example', 'd20.example', 'd499.example'], many)).toEqual(['d19.example', 'other'])
  })

  it('are each given once for a message, and never by a name that the policy does not have', () => {
    expect(domainGroupsOf(['d1.example', 'd1.example', 'planted.example', null], many)).toEqual(['d1.example', 'other'])
  })

  it('are the rest for a message without recipients', () => {
    expect(domainGroupsOf([], many)).toEqual(['other'])
  })
})
