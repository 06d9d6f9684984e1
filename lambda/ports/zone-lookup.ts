import type { AddressAnswer, ControlFact } from '../core/facts.ts'

/**
 * Asks the zones of the policy, and knows how they are.
 *
 * `lookUp` asks for one name under a zone. It may answer from memory, as long as the zone's own times allow, and then says
 * when the answer was heard. `control` asks the control questions of a zone; it may answer from memory only if it sent the
 * questions at or after `since` (milliseconds since 1970) and heard them within the last 60 seconds.
 *
 * Both resolve for everything the network can do, give up when `signal` aborts, and never hold a key of a zone's name in
 * what they return. They reject only for a bug. `test/contract/zone-lookup.ts` states this as tests.
 */
export type ZoneLookup = {
  readonly lookUp: (question: ZoneLookUp, signal: AbortSignal) => Promise<ZoneHeard>
  readonly control: (zone: string, family: 'ipv4' | 'ipv6', since: number, signal: AbortSignal) => Promise<ControlFact>
}

export type ZoneLookUp = {
  /** As the policy writes it, keys in braces. */
  readonly zone: string
  /** The whole name, `9.100.51.198.zone`, keys in braces. */
  readonly name: string
}

export type ZoneHeard = {
  readonly answer: AddressAnswer
  /** Milliseconds since 1970. */
  readonly heardAt: number
}
