import type { Reason } from '../../../lambda/core/reasons.ts'
import type { DecisionRecord } from '../../../lambda/core/record.ts'
import type { TraceCause, TraceGround } from '../../../lambda/core/trace/answer.ts'
import type { TraceQuestion } from '../../../lambda/core/trace/question.ts'
import { asked, mail, stopped, to } from './builders.ts'

/** "I wrote to X on Monday, nothing came": a question, what lies in the records, and what had happened. */
export type Golden = {
  readonly story: string
  readonly question: TraceQuestion
  readonly records: readonly DecisionRecord[]
  readonly cause: TraceCause
  /** Words that the answer must have somewhere. */
  readonly says: string
  readonly ground?: Partial<TraceGround>
}

export const alice = 'alice@example.com'
const unknown = (address: string): Reason => ({ code: 'recipient-unknown', address })
const listed: Reason = { code: 'dnsxl-stopped', score: 4, threshold: 3, operators: ['one', 'two'] }
/** Mail that nobody asks about, which lies beside the other. */
export const noise: readonly DecisionRecord[] = [
  mail([to('carol@example.com')], { mail_from: 'dan@else.example', header_from: 'dan@else.example' }),
  mail([to('erin@example.com')], { mail_from: 'news@list.example', header_from: 'news@list.example' }),
]
export const gone = (address: string) =>
  to(address, { action: 'discard', answer: 'unknown', reasons: [unknown(address)] })
export const plain = (changes: Partial<DecisionRecord> = {}) => mail([to(alice)], changes)

const delivered: readonly Golden[] = [
  golden('it was delivered', asked(), [plain()], 'delivered', "the log of the mailbox's server"),
  golden(
    'it was delivered, and the address was written in capitals',
    asked({ recipient: 'ALICE@Example.COM' }),
    [plain()],
    'delivered',
    'spam folder',
  ),
  golden(
    'it went to a sub-address',
    asked(),
    [mail([to('alice+shop@example.com')])],
    'delivered',
    'alice+shop@example.com',
  ),
  golden('it came in capitals', asked(), [mail([to('Alice@EXAMPLE.com')])], 'delivered', 'Alice@EXAMPLE.com'),
  golden(
    'the sender is known by the From field alone',
    asked(),
    [plain({ mail_from: 'b+alice=example.com@mailer.example' })],
    'delivered',
    'mailer.example',
  ),
  golden(
    'the sender is known by the envelope alone',
    asked(),
    [plain({ header_from: 'team@partner.example' })],
    'delivered',
    'let through',
  ),
  golden(
    'only the domain of the sender is known',
    asked({ sender: 'partner.example' }),
    [plain()],
    'delivered',
    'let through',
  ),
  golden(
    'only the domain of the recipient is known',
    asked({ recipient: 'example.com' }),
    [plain()],
    'delivered',
    alice,
  ),
  golden(
    'only the Message-ID is known',
    asked({ recipient: null, sender: null, messageId: '<1@partner.example>' }),
    [plain()],
    'delivered',
    '1@partner.example',
  ),
  golden(
    "only SES's id is known",
    asked({ recipient: null, sender: null, messageId: 'ses-1' }),
    [plain({ message_id: 'ses-1' })],
    'delivered',
    'ses-1',
  ),
  golden(
    'only words of the subject are known',
    asked({ sender: null, words: ['INVOICE', '4711'] }),
    [plain({ subject: 'Your invoice 4711' })],
    'delivered',
    'let through',
  ),
  golden(
    'the subject is withheld from the records',
    asked({ words: ['invoice'] }),
    [withoutSubject(plain())],
    'delivered',
    'let through',
  ),
  golden('it was a bounce, from nobody', asked({ sender: '<>' }), [withoutSender(plain())], 'delivered', 'from <>'),
  golden(
    'the address is international and asked for in letters',
    asked({ recipient: 'info@bücher.example' }),
    [mail([to('info@xn--bcher-kva.example')])],
    'delivered',
    'let through',
  ),
  golden(
    'the address is international and came in letters',
    asked({ recipient: 'info@xn--bcher-kva.example' }),
    [mail([to('info@BÜCHER.example')])],
    'delivered',
    'let through',
  ),
  golden(
    'it was removed from the directory lately, and still counts',
    asked(),
    [
      mail([
        to(alice, {
          matched_by: 'recently-removed',
          reasons: [{ code: 'recipient-recently-removed', address: alice, removed_at: '2026-11-15T00:00:00.000Z' }],
        }),
      ]),
    ],
    'delivered',
    'was removed from the directory',
  ),
  golden(
    'the directory was silent',
    asked(),
    [plain({ reasons: [{ code: 'recipients-unavailable', cause: 'timeout' }] })],
    'delivered',
    'The directory gave no answer',
  ),
  golden(
    'it was one of several that came',
    asked(),
    [plain(), plain({ received_at: '2026-11-16T11:00:00.000Z' })],
    'delivered',
    '2 messages match',
  ),
]

const stoppedStories: readonly Golden[] = [
  golden(
    'the recipient does not exist',
    asked(),
    [mail([gone(alice)])],
    'recipient-unknown',
    'quietgate recipients add',
  ),
  golden(
    'the recipient does not exist, and was put into quarantine',
    asked(),
    [mail([to(alice, { action: 'quarantine', answer: 'unknown', reasons: [unknown(alice)] })])],
    'recipient-unknown',
    'quarantine',
  ),
  golden(
    'the recipient is denied',
    asked(),
    [mail([to(alice, { action: 'discard', reasons: [{ code: 'recipient-denied', address: alice, key: alice }] })])],
    'recipient-denied',
    'the directory denies',
  ),
  golden(
    'the recipient does not exist, another one does',
    asked(),
    [mail([gone(alice), to('carol@example.com')])],
    'recipient-unknown',
    'went on for its other recipients',
  ),
  golden(
    'another recipient does not exist, this one does',
    asked(),
    [mail([to(alice), gone('carol@example.com')])],
    'delivered',
    'let through',
  ),
  golden('SES found a virus', asked(), [stopped('quarantine', { code: 'virus-found' })], 'virus', 'another copy'),
  golden(
    'an entry of the operator blocks the sender',
    asked(),
    [
      stopped('quarantine', {
        code: 'block-entry',
        entry: 'partner.example',
        place: 'from-field',
        owner: 'ops',
        entry_reason: 'ticket 4711',
        expires_at: '2026-12-20T10:00:00.000Z',
      }),
    ],
    'block-entry',
    'ops blocks partner.example until 2026-12-20T10:00:00.000Z (ticket 4711)',
  ),
  golden('SES takes it for spam', asked(), [stopped('quarantine', { code: 'spam-found' })], 'spam', 'scans.spam'),
  golden(
    'it fails DMARC',
    asked(),
    [stopped('discard', { code: 'dmarc-reject', from_field: 'partner.example' })],
    'dmarc',
    'scans.dmarcReject',
  ),
  golden('the client is listed', asked(), [stopped('quarantine', listed)], 'client-listed', 'one and two'),
  golden(
    'the client is listed, and SES takes it for spam, which counts for nothing',
    asked(),
    [stopped('quarantine', listed, { reasons: [{ code: 'spam-found' }, listed] })],
    'client-listed',
    'SES takes it for spam',
  ),
  golden(
    'a virus, and the client is listed',
    asked(),
    [stopped('quarantine', listed, { reasons: [listed, { code: 'virus-found' }] })],
    'virus',
    'SES found a virus',
  ),
  golden(
    'a virus to nobody',
    asked(),
    [mail([gone(alice)], { reasons: [{ code: 'virus-found' }, unknown(alice)] })],
    'recipient-unknown',
    'SES found a virus',
  ),
  golden(
    'it is backscatter',
    asked({ sender: null }),
    [
      withoutSender(
        mail([
          to(alice, {
            action: 'quarantine',
            reasons: [{ code: 'bounce-backscatter', address: alice, because: 'not-signed' }],
          }),
        ]),
      ),
    ],
    'backscatter',
    'we did not send',
  ),
  golden(
    'it is a bounce that looks wrong',
    asked(),
    [mail([to(alice, { action: 'quarantine', reasons: [{ code: 'bounce-suspected', address: alice, hints: [] }] })])],
    'bounce-suspected',
    'looks wrong',
  ),
  golden(
    'it is one of many bounces',
    asked(),
    [
      mail([
        to(alice, {
          action: 'quarantine',
          reasons: [{ code: 'bounce-burst', address: alice, in_window: 11, limit: 10 }],
        }),
      ]),
    ],
    'bounce-burst',
    'quietMinutes',
  ),
  golden(
    'a rule stopped it that nobody knows here',
    asked(),
    [mail([to(alice, { action: 'quarantine' })])],
    'stopped',
    'a rule stopped it',
  ),
  golden(
    'one was stopped, and later ones were not',
    asked(),
    [stopped('quarantine', listed), plain({ received_at: '2026-11-16T12:00:00.000Z' })],
    'client-listed',
    'put into quarantine',
  ),
  golden(
    'it was stopped, and lies where the raw mail lies',
    asked(),
    [stopped('quarantine', listed, { kept_key: 's3://mail/mail/kept' })],
    'client-listed',
    's3://mail/mail/kept',
  ),
  golden(
    'it was delivered in observe',
    asked(),
    [mail([to(alice, { mode: 'observe', would_be_action: 'discard', answer: 'unknown', reasons: [unknown(alice)] })])],
    'observed',
    'in enforce it would have been stopped',
  ),
  golden(
    'the filter is switched off',
    asked(),
    [plain({ mode: 'bypass', reasons: [{ code: 'bypassed' }] })],
    'not-judged',
    'switched off',
  ),
  golden(
    'the filter failed',
    asked(),
    [plain({ reasons: [{ code: 'filter-failed', error: 'TypeError' }] })],
    'not-judged',
    'TypeError',
  ),
]

const absent: readonly Golden[] = [
  golden('nothing ever came', asked(), [], 'never-reached-us', 'dig MX example.com'),
  golden(
    'the sender wrote to others',
    asked(),
    [mail([to('zoe@example.com')])],
    'never-reached-us',
    "The sender's mail does reach us: 1",
  ),
  golden(
    'it came on Tuesday',
    asked(),
    [plain({ received_at: '2026-11-17T00:00:00.000Z' })],
    'never-reached-us',
    'never reached the filter',
  ),
  golden(
    'somebody else wrote',
    asked({ sender: 'eve@partner.example' }),
    [plain()],
    'never-reached-us',
    'Search again without the sender',
  ),
  golden(
    'the name of the sender only begins like this',
    asked({ sender: 'bo@partner.example' }),
    [plain()],
    'never-reached-us',
    'no record',
  ),
  golden(
    'the domain only ends like this',
    asked({ recipient: 'alice@example.com' }),
    [mail([to('alice@not-example.com')], { mail_from: 'x@y.example', header_from: 'x@y.example' })],
    'never-reached-us',
    'no record',
  ),
  golden(
    'the subject was another',
    asked({ words: ['contract'] }),
    [plain({ subject: 'Lunch' })],
    'never-reached-us',
    'no record',
  ),
  golden('it was asked for too soon', asked(), [], 'never-reached-us', 'may still be on its way'),
  golden(
    'two letters were swapped',
    asked(),
    [mail([gone('alcie@example.com')])],
    'to-another-address',
    'alcie@example.com',
  ),
  golden(
    'a letter was forgotten, and the other one exists',
    asked(),
    [mail([to('alic@example.com')])],
    'to-another-address',
    'whether alice@example.com was meant',
  ),
  golden(
    'the other domain was taken',
    asked(),
    [mail([to('alice@xn--bcher-kva.example')])],
    'to-another-address',
    'the sender wrote to',
  ),
  golden(
    'the domain is none of ours',
    asked({ recipient: 'alice@exmaple.com' }),
    [],
    'not-our-domain',
    'It serves example.com',
  ),
  golden(
    'it was too long ago',
    asked({ from: '2026-01-05T00:00:00.000Z', until: '2026-01-06T00:00:00.000Z' }),
    [],
    'no-longer-kept',
    '2026-10-01',
  ),
]

export const goldens: readonly Golden[] = [...delivered, ...stoppedStories, ...absent]

function golden(
  story: string,
  question: TraceQuestion,
  records: readonly DecisionRecord[],
  cause: TraceCause,
  says: string,
): Golden {
  return { story, question, records, cause, says }
}

function withoutSubject(record: DecisionRecord): DecisionRecord {
  return without(record, 'subject')
}

function withoutSender(record: DecisionRecord): DecisionRecord {
  return { ...without(record, 'mail_from'), null_sender: true }
}

function without(record: DecisionRecord, field: 'subject' | 'mail_from'): DecisionRecord {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== field)) as DecisionRecord
}
