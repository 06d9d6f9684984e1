import type { EntriesFact } from '../core/entries/entries-fact.ts'
import type { Parties } from '../core/entries/match.ts'

/**
 * Which of the operator's allow and block entries match a message. Asked once a message, and only if somebody is left whom it is for.
 *
 * An implementation may answer from what it heard a short while ago. It resolves for everything that the network and the store can
 * do, rejects only for a bug, and gives up when `signal` aborts. A list that nobody ever wrote has no entries; one that cannot be
 * read is `unavailable`, and never empty. `receivedAt` is when the message came: what had ended by then does not match. `parties` is
 * worked out when it is asked for, because most filters have no entries.
 */
export type Entries = (
  question: { readonly parties: () => Parties; readonly receivedAt: string },
  signal: AbortSignal,
) => Promise<Exclude<EntriesFact, { answer: 'not-asked' }>>
