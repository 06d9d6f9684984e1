import { findList } from '../core/catalogue.ts'
import { parseTerm, type Term } from '../core/formula.ts'
import type { ZonePolicy } from '../core/policy.ts'
import type { ZoneSetting } from './config.ts'

/** A term as it was written: `null` is what it leaves to others. */
export type WrittenZone = Pick<ZoneSetting, 'term'> & {
  readonly [K in Exclude<keyof ZoneSetting, 'term'>]: ZoneSetting[K] | null
}

/**
 * Fills in what a term leaves out: from the other terms of its zone, from the catalogue, and at last with what is so of most
 * lists. A zone that is in no catalogue has no operator then, which is told as a problem.
 */
export function completeZones(written: readonly WrittenZone[]): readonly ZoneSetting[] {
  const zones = written.map((setting) => ({ setting, zone: termOf(setting).zone }))
  return zones.map(({ setting, zone }): ZoneSetting => {
    const sources = [setting, ...zones.filter((other) => other.zone === zone).map((other) => other.setting)]
    const said = <T>(of: (source: WrittenZone) => T | null, otherwise: T): T =>
      sources.map(of).find((value) => value !== null) ?? otherwise
    const list = findList(zone)
    return {
      term: setting.term,
      operator: said(({ operator }) => operator, list?.operator ?? ''),
      authoritative: said(({ authoritative }) => authoritative, false),
      appliesWhen: said(({ appliesWhen }) => appliesWhen, list?.use === 'hint' ? 'null-or-postmaster' : 'always'),
      families: said(({ families }) => families, list?.families ?? 'both'),
      listingCodes: said(({ listingCodes }) => listingCodes, list?.listingCodes ?? ['127.0.0.[2..255]']),
      errorCodes: said(({ errorCodes }) => errorCodes, list?.errorCodes ?? []),
      definesLoopback: said(({ definesLoopback }) => definesLoopback, list?.definesLoopback ?? false),
      testEntries: said(({ testEntries }) => testEntries, list?.testEntries ?? true),
    }
  })
}

/** Each zone once, with all of its terms, in the order in which zones first stand. */
export function zonePolicies(settings: readonly ZoneSetting[]): readonly ZonePolicy[] {
  const zones = new Map<string, ZonePolicy>()
  for (const { term, ...setting } of settings) {
    const { zone, pattern, weight } = termOf({ term })
    const { terms } = zones.get(zone) ?? { terms: [] }
    zones.set(zone, { zone, ...(zones.get(zone) ?? setting), terms: [...terms, { pattern, weight }] })
  }
  return [...zones.values()]
}

/** Throws if it is no term: a configuration holds only terms that were read. */
export function termOf({ term }: Pick<ZoneSetting, 'term'>): Term {
  const read = parseTerm(term)
  if (read.kind === 'error') throw new Error(`expected a term that was read before, found a mistake at ${read.at}`)
  return read
}
