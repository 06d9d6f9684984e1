import type { BounceFact } from '../../bounce-facts.ts'
import type { EntryAnswer, Facts, RecipientFact } from '../../facts.ts'
import type { DomainPolicy, Policy } from '../../policy.ts'
import { foldLocalPart, parseAddress, withoutSubAddress, writeAddress } from '../../protocol/address.ts'

/**
 * Whether who wrote a message and whom its bounce is for are one: a signed message of Alice's proves nothing in a bounce to
 * Bob, or one message that somebody saw could be returned to the whole domain.
 */

/** `unavailable`: the directory would have to be asked, and gave no answer. */
export type SameIdentity = 'same' | 'another' | 'unavailable'

export function sameIdentity(
  author: string,
  recipient: RecipientFact,
  fact: Extract<BounceFact, { answer: 'read' }>['author'],
  policy: Policy,
): SameIdentity {
  const names = namesOf(recipient)
  const written = authorKeys(author, policy)
  if (written.some((key) => names.has(key))) return 'same'
  if (written.length === 0) return 'another'
  // The recipient may be an alias of the author's, which the directory did not say.
  const isUnheard = ownEntries(recipient).some(({ answer }) => answer.answer === 'unavailable')
  const known = fact.answer === 'not-asked' ? [] : fact.entries.filter(({ key }) => written.includes(key))
  if (known.some(({ answer }) => targetsOf(answer).some((target) => names.has(target)))) return 'same'
  return isUnheard || known.some(({ answer }) => answer.answer === 'unavailable') ? 'unavailable' : 'another'
}

/** A return path that the policy declares: bounces for many authors come to it. */
export function isBounceAddress(recipient: RecipientFact): boolean {
  return recipient.entries.some(({ form }) => form === 'bounce-address')
}

/** The name under which bounces for a recipient are counted: the same for all of its sub-addresses and tags. */
export function nameOf(recipient: RecipientFact): string {
  const [shortest] = [...namesOf(recipient)].sort((a, b) => a.length - b.length || (a < b ? -1 : 1))
  return shortest ?? recipient.address.toLowerCase()
}

/** The keys of the directory that an author's address may stand under; none if the address is not in a domain of ours. */
export function authorKeys(author: string, { domains }: Policy): readonly string[] {
  const address = parseAddress(author)
  const domain = address.kind === 'address' ? domains.find(({ name }) => name === address.domain) : undefined
  if (address.kind !== 'address' || domain === undefined) return []
  const localParts = [address.localPart, ...withoutSubAddress(address.localPart, domain.subAddressDelimiters)]
  return localParts.flatMap((localPart) => namesIn(domain).map((name) => folded(localPart, domain, name)))
}

/** Every key that the recipient may be meant by, and where an alias leads. */
function namesOf(recipient: RecipientFact): ReadonlySet<string> {
  const keys = ownEntries(recipient).flatMap(({ key, answer }) => [key, ...targetsOf(answer)])
  return new Set([...keys, recipient.address].map((key) => key.toLowerCase()))
}

/** Not the catch-all: it stands for anybody. */
function ownEntries({ entries }: RecipientFact): RecipientFact['entries'] {
  return entries.filter(({ form }) => form !== 'catch-all')
}

function targetsOf(answer: EntryAnswer): readonly string[] {
  if (answer.answer !== 'found' || answer.entry.target === null) return []
  return [answer.entry.target.toLowerCase()]
}

/** An alias domain's mailboxes are those of its target. */
function namesIn({ name, aliasOf }: DomainPolicy): readonly string[] {
  return aliasOf === null ? [name] : [name, aliasOf]
}

function folded(localPart: string, { foldCase }: DomainPolicy, name: string): string {
  return writeAddress(foldLocalPart(localPart, foldCase), name).toLowerCase()
}

/** The local part and the domain's policy of a recipient of ours; null for what is not ours. */
export function ownAddress(
  recipient: Facts['recipients'][number],
  { domains }: Policy,
): { readonly localPart: string; readonly domain: DomainPolicy } | null {
  const address = parseAddress(recipient.address)
  const domain = domains.find(({ name }) => name === recipient.domainName)
  return address.kind === 'address' && domain !== undefined ? { localPart: address.localPart, domain } : null
}
