import { describe, expect, it } from 'vitest'
import { costOf, filterMemoryGb, usageOf } from '../../lambda/core/cost.ts'
import type { Measurement } from '../../lambda/core/effects.ts'
import { templateOf } from '../infra/synthesized.ts'

const delivered: Measurement = {
  action: 'deliver',
  wouldBeAction: 'deliver',
  mode: 'enforce',
  reasons: [],
  recipients: { known: 1, unknown: 0, unavailable: 0 },
  bounces: [],
  milliseconds: { directory: 4, zones: 80, bounce: 0, total: 99.2 },
  coldStart: false,
}

describe('what a message costs', () => {
  it('is what SES takes, and a tenth of that for everything else', () => {
    const usage = usageOf(delivered, 2000)
    expect(usage).toEqual({ s3Puts: 2, readUnits: 2.5, writeUnits: 1, lambdaMilliseconds: 100, logBytes: 2000 })
    // 100 + 2 * 5 + 0.2 + 0.1 s * 0.5 GB * 13.3334 + 2.5 * 0.125 + 0.625 + 2000 * 0.0005
    expect(costOf(usage)).toBeCloseTo(112.80417, 4)
  })

  it('is more by one object where it is quarantined, and nobody got mail then', () => {
    const quarantined = usageOf({ ...delivered, action: 'quarantine' }, 2000)
    expect(quarantined).toEqual({ ...usageOf(delivered, 2000), s3Puts: 3, writeUnits: 0 })
  })

  it('counts what a bounce is compared with', () => {
    const { readUnits, writeUnits } = usageOf({ ...delivered, bounces: ['authentic', 'unverified'] }, 2000)
    expect([readUnits, writeUnits]).toEqual([2.5 + 6, 1 + 6])
  })

  it('is of a function with the memory that is deployed', () => {
    const functions = templateOf().findResources('AWS::Lambda::Function')
    const [, filter] = Object.entries(functions).find(([id]) => id.startsWith('Filter')) ?? []
    const { MemorySize } = (filter as { readonly Properties: { readonly MemorySize: number } }).Properties
    expect(MemorySize / 1024).toBe(filterMemoryGb)
  })
})
