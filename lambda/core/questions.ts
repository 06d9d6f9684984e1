import type { CandidateForm, DomainAnswer, EntryAnswer, Facts, NotAskedWhy, RecipientFact, ZoneFact } from './facts.ts'
import { partiesOf, type Parties } from './entries/match.ts'
import type { Message } from './message.ts'
import type { DomainPolicy, Policy } from './policy.ts'
import { parseAddress, withoutSubAddress, foldLocalPart, writeAddress, type Address } from './protocol/address.ts'
import { withoutBatvTag } from './protocol/batv.ts'
import { queryName } from './protocol/dnsxl.ts'
import { lastExternalHop, type Hop } from './protocol/hops.ts'
import { familyOf, isPublic } from './protocol/ip.ts'
import { matchesGlob } from './glob.ts'
import { srsOriginal, withoutEopSrs } from './protocol/srs.ts'
import { alwaysExists, resolveRecipient } from './rules/recipients.ts'

/**
 * What must be asked to judge a message, in two stages: who it is for, and only if somebody is left, who sent it. A flood
 * to addresses that do not exist costs one look-up a message, and no DNS question.
 */
export type RecipientQuestion = {
  readonly address: string
  readonly domainName: string | null
  /** The domain whose list is asked: that of an alias domain is its target's. */
  readonly listedUnder: string | null
  readonly candidates: readonly Candidate[]
  /** `null`: the domain is asked for. */
  readonly domainNotAsked: NotAskedWhy | null
}

export type Candidate = {
  readonly key: string
  readonly form: CandidateForm
  /** `null`: the directory is asked for this key. */
  readonly notAsked: NotAskedWhy | null
}

export type ZoneQuestion =
  | { readonly zone: string; readonly name: string; readonly family: 'ipv4' | 'ipv6' }
  | { readonly zone: string; readonly name: null; readonly why: NotAskedWhy }

/** DynamoDB takes no key that is longer (bytes of UTF-8), so that no entry can have one. */
export const longestKeyBytes = 2048

/** The key of a domain's catch-all. */
export const catchAllKey = (domainName: string): string => `@${domainName}`

export function recipientQuestions(message: Message, policy: Policy): readonly RecipientQuestion[] {
  const domains = new Map(policy.domains.map((domain) => [domain.name, domain]))
  return message.recipients.map((text) => {
    const address = parseAddress(text)
    if (address.kind === 'unreadable') return notAsked(text, null, 'address-unreadable')
    const domain = domains.get(address.domain)
    // RFC 5321 4.5.1: `<postmaster>` needs no domain.
    if (address.domain === '' && alwaysExists(address.localPart)) return notAsked(text, '', 'always-exists')
    if (domain === undefined) return notAsked(text, address.domain, 'domain-not-served')
    if (domain.mode === 'bypass') return notAsked(text, domain.name, 'bypass')
    if (alwaysExists(address.localPart)) return notAsked(text, domain.name, 'always-exists')
    if (!domain.checkRecipients) return notAsked(text, domain.name, 'domain-not-checked')
    return {
      address: text,
      domainName: domain.name,
      listedUnder: domain.aliasOf ?? domain.name,
      candidates: candidatesOf(address, domain, policy),
      domainNotAsked: null,
    }
  })
}

/** The keys and domains that the directory is asked for: each once, however many recipients share it. */
export function directoryQuestions(questions: readonly RecipientQuestion[]): {
  readonly keys: readonly string[]
  readonly domains: readonly string[]
} {
  const keys = new Set<string>()
  const domains = new Set<string>()
  for (const { candidates, listedUnder, domainNotAsked } of questions) {
    for (const { key, notAsked } of candidates) if (notAsked === null) keys.add(key)
    if (domainNotAsked === null && listedUnder !== null) domains.add(listedUnder)
  }
  return { keys: [...keys], domains: [...domains] }
}

/** Puts the directory's answers where their questions stood. A key without an answer is `unavailable`, never absent. */
export function recipientFacts(
  questions: readonly RecipientQuestion[],
  entries: ReadonlyMap<string, EntryAnswer>,
  domains: ReadonlyMap<string, DomainAnswer>,
): readonly RecipientFact[] {
  return questions.map(({ address, domainName, listedUnder, candidates, domainNotAsked }) => ({
    address,
    domainName,
    entries: candidates.map(({ key, form, notAsked }) => ({
      key,
      form,
      answer: notAsked === null ? (entries.get(key) ?? unanswered) : { answer: 'not-asked', why: notAsked },
    })),
    domain:
      domainNotAsked === null
        ? (domains.get(listedUnder ?? '') ?? unanswered)
        : { answer: 'not-asked', why: domainNotAsked },
  }))
}

/** What the operator's entries are asked, or why they are not. */
export function entryQuestion(
  message: Message,
  recipients: Facts['recipients'],
  policy: Policy,
): { readonly parties: () => Parties; readonly receivedAt: string } | NotAskedWhy {
  const why = whyNobody(message, recipients, policy)
  return why ?? { parties: () => partiesOf(message, policy.trustedRelays), receivedAt: message.receivedAt }
}

/** One question for each zone of the policy, or the reason why it is not put. */
export function zoneQuestions(
  message: Message,
  recipients: Facts['recipients'],
  policy: Policy,
): readonly ZoneQuestion[] {
  const hop = lastExternalHop(message.client, message.received, policy.trustedRelays)
  const whyNone = whyNoZone(message, recipients, policy, hop)
  return policy.dnsxl.zones.map(({ zone, appliesWhen, families }): ZoneQuestion => {
    if (whyNone !== null || hop.kind === 'unknown') return { zone, name: null, why: whyNone ?? 'client-unknown' }
    if (appliesWhen === 'null-or-postmaster' && !isFromNobody(message.reversePath)) {
      return { zone, name: null, why: 'normal-sender' }
    }
    const family = familyOf(hop.ip)
    if (families !== 'both' && families !== family) return { zone, name: null, why: 'address-family' }
    return { zone, name: queryName(hop.ip, zone), family }
  })
}

/** Puts the answers of the zones where their questions stood. What was not answered in time is silent. */
export function zoneFacts(
  questions: readonly ZoneQuestion[],
  answers: ReadonlyMap<string, ZoneFact['answer']>,
): readonly ZoneFact[] {
  return questions.map((question) => ({
    zone: question.zone,
    answer:
      question.name === null
        ? { answer: 'not-asked', why: question.why }
        : (answers.get(question.zone) ?? { answer: 'failed', cause: 'aborted' }),
    control: { answer: 'not-asked', why: 'nothing-to-count' },
  }))
}

const unanswered = { answer: 'unavailable', cause: 'aborted' } as const

function whyNoZone(message: Message, recipients: Facts['recipients'], policy: Policy, hop: Hop): NotAskedWhy | null {
  const nobody = whyNobody(message, recipients, policy)
  if (nobody !== null) return nobody
  if (hop.kind === 'unknown') return 'client-unknown'
  return isPublic(hop.ip) ? null : 'client-not-public'
}

/** Why nothing more is asked about a message: nobody is left whose mail could be stopped. */
function whyNobody(message: Message, recipients: Facts['recipients'], policy: Policy): NotAskedWhy | null {
  const resolved = recipients.map((fact) => resolveRecipient(fact, policy, message.receivedAt))
  if (resolved.length > 0 && resolved.every(({ mode }) => mode === 'bypass')) return 'bypass'
  return resolved.length > 0 && resolved.every(({ answer }) => answer === 'unknown') ? 'no-recipient-left' : null
}

/** The null reverse-path and postmaster: whom reports come from, and nobody else as a rule. */
function isFromNobody(reversePath: string | null): boolean {
  if (reversePath === null) return true
  const address = parseAddress(reversePath)
  return address.kind === 'address' && address.localPart.toLowerCase() === 'postmaster'
}

function notAsked(address: string, domainName: string | null, why: NotAskedWhy): RecipientQuestion {
  const candidates = [{ key: address, form: 'as-written', notAsked: why }] as const
  return { address, domainName, listedUnder: null, candidates, domainNotAsked: why }
}

/** The order of decision: as written, without a return path's tag, without sub-addresses one at a time, the catch-all. */
function candidatesOf(address: Address, domain: DomainPolicy, policy: Policy): readonly Candidate[] {
  const candidates = new Map<string, Candidate>()
  const listedUnder = domain.aliasOf ?? domain.name
  const add = (localPart: string, form: CandidateForm, notAsked: NotAskedWhy | null = null): void => {
    const key = writeAddress(foldLocalPart(localPart, domain.foldCase), listedUnder)
    // A candidate that comes up twice counts where it came up first.
    if (!candidates.has(key)) candidates.set(key, { key, form, notAsked: notAsked ?? tooLong(key) })
  }
  const { localPart } = address
  add(localPart, 'as-written')
  const tagged = withoutBatvTag(localPart) ?? withoutEopSrs(localPart)
  if (tagged !== null) add(tagged, 'without-tag')
  if (policy.recipients.srsDomains.includes(domain.name) && srsOriginal(localPart) !== null) {
    return [{ key: writeAddress(localPart, domain.name), form: 'srs', notAsked: 'return-path' }]
  }
  if (policy.recipients.bounceAddresses.some((glob) => matchesGlob(glob, localPart.toLowerCase()))) {
    return [{ key: writeAddress(localPart, domain.name), form: 'bounce-address', notAsked: 'return-path' }]
  }
  for (const base of withoutSubAddress(tagged ?? localPart, domain.subAddressDelimiters)) {
    add(base, 'without-sub-address', alwaysExists(base) ? 'always-exists' : null)
  }
  return [...candidates.values(), { key: catchAllKey(listedUnder), form: 'catch-all', notAsked: null }]
}

function tooLong(key: string): NotAskedWhy | null {
  // A string has at most three bytes of UTF-8 for each of its code units.
  if (key.length * 3 <= longestKeyBytes) return null
  return new TextEncoder().encode(key).length > longestKeyBytes ? 'too-long-to-exist' : null
}
