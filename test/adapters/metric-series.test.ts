import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseConfig, policyOf } from '../../lambda/config.ts'
import { allDomainGroups } from '../../lambda/core/metric-names.ts'
import { allSeries, drivers, type Configured } from '../metric-series.ts'

describe('the metrics of all functions', () => {
  it('are all driven by this test', () => {
    const adapters = readdirSync('lambda/adapters').filter((name) => name.startsWith('emf-'))
    expect(adapters.toSorted()).toEqual(Object.keys(drivers).toSorted())
  })

  it('are fewer than 200 billed series with the configuration that is shipped', () => {
    const { context } = JSON.parse(readFileSync('cdk.json', 'utf8')) as {
      readonly context: { readonly quietgate: unknown }
    }
    const { size } = allSeries(configuredBy(context.quietgate))
    expect(size).toBeLessThan(200)
    expect(size).toBeGreaterThan(100)
  })

  it('grow by one series a domain up to 20, and by two a list', () => {
    const { size } = allSeries({ zones: [], domainGroups: ['other'] })
    const many = Array.from({ length: 500 }, (_, i) => `d${i}.example`)
    expect(allSeries(configuredBy({ domains: many })).size).toBe(size + 20)
    expect(allSeries({ zones: ['a.example', 'b.example', 'c.example'], domainGroups: ['other'] }).size).toBe(size + 6)
  })
})

function configuredBy(settings: unknown): Configured {
  const parsed = parseConfig(settings, 'the test')
  if (parsed.kind === 'problems') throw new Error(parsed.problems.join('\n'))
  const policy = policyOf(parsed.config)
  return { zones: policy.dnsxl.zones.map(({ zone }) => zone), domainGroups: allDomainGroups(policy) }
}
