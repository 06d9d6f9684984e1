import type { MessageCause } from '../trace/cause.ts'

/** Why a message was stopped, in a few words. */
export const causeWords: { readonly [C in MessageCause]: string } = {
  delivered: 'let through',
  observed: 'let through by the mode',
  'not-judged': 'not judged',
  'recipient-unknown': 'nobody of that name',
  'recipient-denied': 'the address is closed',
  virus: 'a virus',
  spam: 'spam, says SES',
  dmarc: 'DMARC failed, and the domain asks to reject',
  'client-listed': 'the sending server is on DNS lists',
  backscatter: 'a bounce of mail that is not ours',
  'bounce-suspected': 'a bounce that looks wrong',
  'bounce-burst': 'one of a flood of bounces',
  'block-entry': 'a block entry',
  stopped: 'another rule',
}
