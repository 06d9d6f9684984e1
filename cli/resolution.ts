import type {
  CandidateForm,
  DirectoryEntry,
  DomainAnswer,
  EntryAnswer,
  NotAskedWhy,
  RecipientFact,
} from '../lambda/core/facts.ts'

/** How the directory was asked about one recipient, step by step, as sentences for people. */
export function stepsOf({ entries, domain, domainName }: RecipientFact): readonly string[] {
  const steps = entries.map(
    ({ key, form, answer }, index) => `${index + 1}. ${key} (${formWords[form]}): ${entryWords(answer)}`,
  )
  const list = domainWords(domain, domainName ?? '')
  return list === null ? steps : [...steps, list]
}

/** What an entry is, in a few words. */
export function kindWords({ kind, target, removedAt }: DirectoryEntry): string {
  const words = kind === 'alias' ? `alias of ${target ?? 'nobody'}` : kind
  return removedAt === null ? words : `${words}, removed at ${removedAt}`
}

/** What was there under a key; `foundWords` say what an entry is. */
export function entryWords(answer: EntryAnswer, foundWords: (entry: DirectoryEntry) => string = kindWords): string {
  switch (answer.answer) {
    case 'found':
      return foundWords(answer.entry)
    case 'absent':
      return 'not there'
    case 'unavailable':
      return `no answer (${answer.cause})`
    case 'not-asked':
      return `not asked: ${notAskedWords[answer.why]}`
  }
}

/** What the list of a domain can answer; `null` where it was not asked. */
export function domainWords(domain: DomainAnswer, name: string): string | null {
  switch (domain.answer) {
    case 'complete':
      return `The list of ${name} is complete: who is not in it is unknown.`
    case 'incomplete':
      return domain.why === 'empty'
        ? `The list of ${name} is empty, so nobody is unknown there.`
        : `The list of ${name} was never finished, so nobody is unknown there.`
    case 'unavailable':
      return `Whether the list of ${name} is complete was not answered (${domain.cause}), so nobody is unknown there.`
    case 'not-asked':
      return null
  }
}

export const notAskedWords: { readonly [W in NotAskedWhy]: string } = {
  bypass: 'the filter is switched off there (bypass)',
  'always-exists': 'it exists always (RFC 5321 4.5.1, RFC 2142)',
  'address-unreadable': 'it is not an address that RFC 5321 allows',
  'domain-not-served': 'its domain is not in the configuration',
  'domain-not-checked': 'the configuration says not to check its domain',
  'too-long-to-exist': 'it is longer than any entry can be',
  'return-path': 'a return path is known by its form',
  'no-recipient-left': 'no recipient was left to ask for',
  'client-unknown': 'it is not certain who connected',
  'client-not-public': "the client's address is not a public one",
  'normal-sender': 'it is asked about mail from <> and from postmaster alone',
  'address-family': 'it does not list addresses of this family',
  'no-report': 'nothing in the header looks like a bounce',
  'ses-feedback': 'SES itself reports about mail that we sent',
  'no-bounce': 'it is automated mail, but no bounce',
  'nothing-returned': 'the bounce returns nothing to ask about',
  'no-key': 'there is no key for it',
  'not-needed': 'nothing hung on it',
  'not-known': 'the version that decided did not know the question',
}

export const formWords: { readonly [F in CandidateForm]: string } = {
  'as-written': 'as written',
  'without-tag': "without a return path's tag",
  srs: 'an SRS address',
  'bounce-address': 'a declared bounce address',
  'without-sub-address': 'without its sub-address',
  'catch-all': 'the catch-all',
}
