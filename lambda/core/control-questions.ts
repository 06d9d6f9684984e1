import type { ZonePolicy } from './policy.ts'
import { controlAddresses, queryName } from './protocol/dnsxl.ts'

/** By what a zone is asked. */
export type QuestionFamily = 'ipv4' | 'ipv6' | 'domain'

/** The names of the control questions, keys in braces as the zone has them. */
export type ControlNames = { readonly listed: string; readonly unlisted: string; readonly unheardOf: string }

export function familiesOf({ families }: Pick<ZonePolicy, 'families'>): readonly ('ipv4' | 'ipv6')[] {
  return families === 'both' ? ['ipv4', 'ipv6'] : [families]
}

/** RFC 5782 5. `chance`, from 0 to below 1, makes a name that nobody asked for before. */
export function controlNames(family: QuestionFamily, zone: string, chance: number): ControlNames {
  if (family === 'domain') {
    const label = `x${Math.floor(chance * 2 ** 32).toString(16)}`
    return { listed: `test.${zone}`, unlisted: `invalid.${zone}`, unheardOf: `${label}.invalid.${zone}` }
  }
  const { listed, unlisted, unheardOf } = controlAddresses(family, chance)
  const name = (address: string): string => (family === 'ipv4' ? queryName(address, zone) : mappedName(address, zone))
  return { listed: name(listed), unlisted: name(unlisted), unheardOf: name(unheardOf) }
}

/**
 * The name for `::ffff:127.0.0.2` in the part of a zone that lists IPv6. `queryName` takes it for the IPv4 address that it
 * carries, as a client's address is to be taken; the test entry is asked by its nibbles (RFC 5782 2.4, 5).
 */
function mappedName(address: string, zone: string): string {
  const bytes = address.slice(address.lastIndexOf(':') + 1).split('.')
  const digits = bytes.flatMap((byte) => [Number(byte) >> 4, Number(byte) & 15])
  const nibbles = [...Array.from({ length: 20 }, () => 0), 15, 15, 15, 15, ...digits].reverse()
  return `${nibbles.map((nibble) => nibble.toString(16)).join('.')}.${zone}`
}
