import type { BounceFact, DkimFact, RecipientBounceFact, ReturnedFact } from '../../../lambda/core/bounce-facts.ts'
import type { DkimOutcome } from '../../../lambda/core/protocol/dkim-headers.ts'

/** Facts of a bounce from outside, as they would be gathered, without a message to gather them from. */
export type Read = Extract<BounceFact, { answer: 'read' }>

export const asked = { answer: 'not-asked', why: 'not-needed' } as const

export const returnedOf = (changes: Partial<ReturnedFact> = {}): ReturnedFact => ({
  messageId: 'plan-1@example.com',
  from: 'alice@example.com',
  to: 'gone@away.example',
  date: 'Sat, 21 Nov 2026 09:00:00 +0000',
  returnPath: null,
  complete: true,
  found: 'part',
  signatures: [],
  marksOfSes: [],
  firstServer: 'mx.away.example',
  ...changes,
})

/** A bounce to one recipient, which returns a whole header and proves nothing. */
export const readOf = (changes: Partial<Read> = {}, own: Partial<RecipientBounceFact> = {}): Read => ({
  answer: 'read',
  report: {
    kind: 'dsn',
    evidence: ['report-type'],
    truncated: false,
    reportingMta: 'mx.away.example',
    failed: [{ address: 'gone@away.example', action: 'failed', status: '5.1.1' }],
    originals: [],
    returned: returnedOf(),
  },
  dkim: heard({ answer: 'unsigned', ...nothingTried }),
  header: asked,
  sent: { answer: 'entries', entries: [] },
  recipients: [{ tag: asked, replay: asked, burst: asked, ...own }],
  author: asked,
  ...changes,
})

const nothingTried = { signatures: [], passedOver: { foreign: 0, unreadable: 0, surplus: 0 } } as const

export const heard = (outcome: DkimOutcome): DkimFact => ({
  answer: 'heard',
  outcome,
  keysSeen: [],
  keysRemembered: [],
})

/** Our signature on a message of this author. */
export const verified = (fromAddress: string, fromFields = 1): DkimFact =>
  heard({
    answer: 'verified',
    d: 'example.com',
    s: 'k1',
    algorithm: 'ed25519-sha256',
    signed: { fromField: fromAddress, fromAddress, date: null, dateAt: null, messageId: null },
    signedAt: Date.parse('2026-11-21T09:00:00.000Z'),
    age: 3_600_000,
    attempt: { fields: 'as-returned', contentTransferEncoding: 'as-returned' },
    b: 'AAAA',
    fromFields,
    ...nothingTried,
  })

export const failing = (why: 'header-differs' | 'too-old' | 'age-unknown'): DkimFact =>
  heard({ answer: 'failed', why, ...nothingTried })

export const keySilent: DkimFact = heard({ answer: 'undecidable', cause: 'servfail', ...nothingTried })
