import type { AddressAnswer } from './facts.ts'
import type { ZonePolicy } from './policy.ts'
import { matchesText, readAnswer } from './protocol/dnsxl.ts'

/** What a zone says of one of our own addresses or domains. */
export type OwnListing = {
  readonly listed: boolean
  /** When it was first heard, ISO 8601 UTC. */
  readonly since: string
  readonly codes: readonly string[]
}

/** What an answer says of us: the codes that speak against us, or `null` if it says nothing. */
export function codesAgainst(answer: AddressAnswer, zone: ZonePolicy): readonly string[] | null {
  if (answer.answer === 'none') return []
  if (answer.answer === 'failed') return null
  const reading = readAnswer(answer.addresses, zone)
  if (reading.kind !== 'codes') return null
  return reading.codes.filter((code) => isListing(code, zone) && !speaksForUs(code, zone)).sort()
}

/** An allow list, by what the policy makes of it: to stand on it is no misfortune. */
export function isAllowList({ terms }: ZonePolicy): boolean {
  return terms.length > 0 && terms.every(({ weight }) => weight < 0)
}

/** The listing after a zone that works said `codes` at `at` (milliseconds since 1970), and what changed. */
export function nextOwnListing(
  previous: OwnListing | null,
  codes: readonly string[],
  at: number,
): { readonly next: OwnListing; readonly change: 'own-listed' | 'own-delisted' | null } {
  const now = new Date(at).toISOString()
  const listed = codes.length > 0
  const was = previous?.listed ?? false
  const since = previous !== null && listed === was ? previous.since : now
  const change = listed && !(was && sameCodes(previous?.codes ?? [], codes)) ? 'own-listed' : null
  return { next: { listed, since, codes }, change: was && !listed ? 'own-delisted' : change }
}

function isListing(code: string, { listingCodes }: ZonePolicy): boolean {
  return listingCodes.some((pattern) => matchesText(pattern, code))
}

function speaksForUs(code: string, { terms }: ZonePolicy): boolean {
  return terms.some(({ pattern, weight }) => weight < 0 && matchesText(pattern, code))
}

function sameCodes(some: readonly string[], others: readonly string[]): boolean {
  return some.join() === others.join()
}
