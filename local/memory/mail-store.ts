import type { MailFailure, MailStore } from '../../lambda/ports/mail-store.ts'

/** Mail by SES's id of the message. While `failWith` has given it a cause, nothing can be read. */
export type MemoryMailStore = MailStore & { readonly failWith: (cause: MailFailure | null) => void }

export function createMemoryMailStore(mails: ReadonlyMap<string, Uint8Array>): MemoryMailStore {
  let failure: MailFailure | null = null
  const read: MailStore = (messageId, length, signal) => {
    const octets = mails.get(messageId)
    const cause = signal.aborted ? 'aborted' : (failure ?? (octets === undefined ? 'missing' : null))
    if (cause !== null || octets === undefined) return Promise.resolve({ answer: 'failed', cause: cause ?? 'missing' })
    return Promise.resolve({ answer: 'mail', octets: octets.slice(0, length), whole: octets.length <= length })
  }
  return Object.assign(read, {
    failWith: (cause: MailFailure | null) => {
      failure = cause
    },
  })
}
