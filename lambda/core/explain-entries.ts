import type { Place } from './entries/match.ts'
import type { Reason } from './reasons.ts'

type EntryCode = 'allow-entry' | 'block-entry' | 'allow-entry-unproven' | 'entries-unavailable'
type Of<C extends EntryCode> = Extract<Reason, { code: C }>

/** The sentences about the operator's own entries. Owner and reason are the operator's words. */
export const entrySentences: { readonly [C in EntryCode]: (reason: Of<C>) => string } = {
  'allow-entry': ({ entry, place, owner, entry_reason, expires_at }) =>
    `${owner} allows ${entry} until ${expires_at} (${entry_reason}), and it is ${placeWords[place]}.`,
  'block-entry': ({ entry, place, owner, entry_reason, expires_at }) =>
    `${owner} blocks ${entry} until ${expires_at} (${entry_reason}), and it is ${placeWords[place]}.`,
  'allow-entry-unproven': ({ entry, place, owner, entry_reason, expires_at, why }) =>
    `${owner} allows ${entry} until ${expires_at} (${entry_reason}), and it is ${placeWords[place]}, but ${unprovenWords[why]}. The entry counts for nothing.`,
  'entries-unavailable': ({ cause }) =>
    `The allow and block entries could not be read (${cause}). The message is judged as if one of them allowed it.`,
}

/** What to do about each. */
export const entryRemedies: { readonly [C in EntryCode]: string } = {
  'allow-entry': 'Nothing, as long as the entry is meant; `quietgate allow remove` takes it out.',
  'block-entry':
    'If the message is wanted, release it and take the entry out with `quietgate block remove`; its owner knows why it is there.',
  'allow-entry-unproven':
    'If the sender is honest, ask them for SPF and DKIM, or allow the network of their servers with `quietgate allow add`.',
  'entries-unavailable':
    "Look at the function's permission to read `entries/` in the record bucket, then at the bucket.",
}

const placeWords: { readonly [P in Place]: string } = {
  'from-field': 'in the From field',
  'envelope-sender': 'the sender of the envelope',
  client: 'where the client is',
}

const unprovenWords: { readonly [W in Of<'allow-entry-unproven'>['why']]: string } = {
  'not-authenticated': 'neither SPF nor DMARC proves that the message comes from there',
  relayed: 'it came through a relay, so that SPF says nothing of who wrote it',
  'several-from-fields': 'it has several From fields, and nobody knows which one a reader is shown',
}
