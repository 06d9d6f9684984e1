import { describe, expect, it } from 'vitest'
import { createEmfMetrics } from '../../lambda/adapters/emf-metrics.ts'
import { createEmfProbeMetrics } from '../../lambda/adapters/emf-probe-metrics.ts'
import { decided, seriesBy } from '../metric-series.ts'
import { headingOf } from './operations.ts'
import { templateOf } from './synthesized.ts'

const lists = { dnsbl: { zones: ['bl.spamcop.net=127.0.0.2*2', 'psbl.surriel.com=127.0.0.2*2'] } }
const outbound = { outbound: { addresses: ['203.0.113.25'] } }

type Properties = {
  readonly Namespace: string
  readonly MetricName: string
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: string }[]
  readonly AlarmDescription: string
  readonly TreatMissingData: string
}

function alarmsOf(settings: object): readonly Properties[] {
  const found = templateOf(settings).findResources('AWS::CloudWatch::Alarm')
  const ofLists = Object.entries(found).filter(([id]) => id.startsWith('ListAlarms'))
  return ofLists.map(([, alarm]) => (alarm as { readonly Properties: Properties }).Properties)
}

const seriesOf = ({ Namespace, MetricName, Dimensions = [] }: Properties): string =>
  [Namespace, MetricName, ...Dimensions.map(({ Name, Value }) => `${Name}=${Value}`)].join(' ')

describe('the alarms about the lists', () => {
  it('are four where lists are asked and our own addresses are watched', () => {
    expect(
      alarmsOf({ ...lists, ...outbound })
        .map(seriesOf)
        .sort(),
    ).toEqual([
      'Quietgate OwnAddressesListed',
      'Quietgate Reasons Reason=dnsxl-disarmed',
      'Quietgate ResolverFilters127',
      'Quietgate ZonesUnhealthy',
    ])
  })

  it('are none where no list is asked', () => {
    expect(alarmsOf({})).toEqual([])
  })

  it('stand on metrics that the functions write', () => {
    const written = seriesBy((write) => {
      createEmfProbeMetrics(write, () => 0).probed({ zonesUnhealthy: 1, resolverFilters127: true, ownListed: 1 })
      createEmfMetrics(write, () => 0).decided({ ...decided, reasons: ['dnsxl-disarmed'] })
    })
    expect([...written]).toEqual(expect.arrayContaining(alarmsOf({ ...lists, ...outbound }).map(seriesOf)))
  })

  it('say what they mean, whether mail is being lost, what to do first, and where there is more', () => {
    for (const { AlarmDescription } of alarmsOf({ ...lists, ...outbound })) {
      expect(AlarmDescription).toMatch(/Is mail being lost\? No;.* First: quietgate /)
      expect(headingOf(AlarmDescription)).not.toBeNull()
    }
  })

  it('name the resolver that takes 127/8 out of its answers', () => {
    const named = (settings: object) =>
      alarmsOf({ ...lists, ...settings }).find(({ MetricName }) => MetricName === 'ResolverFilters127')
        ?.AlarmDescription
    expect(named({})).toContain("(the function's default resolver)")
    expect(named({ dns: { servers: ['192.0.2.53'] } })).toContain('(192.0.2.53)')
  })
})
