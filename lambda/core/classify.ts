/**
 * What kind of automated mail a message is, and by which signs. A kind is no verdict: nothing is dropped for it.
 *
 * Standards come first (RFC 6522 reports say what they are). Without one, a notice is recognised only if signs of more than
 * one sort agree: who writes, what the subject says, what the text says, what is returned. Too little makes a bounce pass
 * as ordinary mail; too much would have ordinary mail judged by a message that it merely quotes.
 */
import { autoReplyField, autoSubmitted } from './protocol/auto-reply.ts'
import { firstField, mailboxOf } from './protocol/header.ts'
import { parameterOf, type Mail } from './protocol/mime.ts'
import { returnedMessageOf, type ReturnedMessage } from './protocol/returned-message.ts'
import { BOUNCE_SUBJECTS, CHALLENGES, REPLY_SUBJECTS } from './classify/phrases.ts'
import { senderSigns, subjectOf, type HeaderSign } from './classify/header-signs.ts'
import { daemonOf, isListMail } from './classify/sender.ts'
import { BOUNCE_SENTENCES } from './classify/sentences.ts'
import { shownText } from './classify/shown-text.ts'

export type Kind = 'dsn' | 'dsn-nonstandard' | 'mdn' | 'auto-reply' | 'challenge' | 'feedback-report' | 'none'

/** Closed: a sign may become the dimension of a metric. */
export type Sign =
  | HeaderSign
  | 'delivery-status-part'
  | 'disposition-part'
  | 'feedback-part'
  | 'tls-report'
  | 'calendar'
  | 'bounce-sentence'
  | 'smtp-reply'
  | 'returned-message'
  | 'auto-reply-field'
  | 'reply-subject'
  | 'challenge-text'
  | 'list'
  | 'answer-or-forward'

export type Classified = { readonly kind: Kind; readonly evidence: readonly Sign[] }

export type Hints = {
  /** The envelope sender, null for `<>`; left out where no envelope is known. */
  readonly reversePath?: string | null
}

/** Pure and bounded by the bounds of the message that was read. */
export const classify = (mail: Mail, hints: Hints = {}): Classified => {
  const sender = senderSigns(mail.fields, hints.reversePath)
  const report = reportOf(mail, sender)
  if (report !== null) return report
  return noticeOf(mail, sender)
}

type Signs = readonly Sign[]

/** Reports that say what they are (RFC 6522 3), wherever a gateway put them; null for what is none. */
const reportOf = (mail: Mail, sender: Signs): Classified | null => {
  const [top] = mail.parts
  const isReport = top?.type === 'multipart/report'
  const declared = isReport ? (parameterOf(top.contentType, 'report-type')?.toLowerCase() ?? '') : ''
  const types = new Set(mail.parts.map(({ type }) => type))
  const other = otherReportOf(declared, types)
  if (other !== null) return other
  const status = types.has('message/delivery-status') || types.has('message/global-delivery-status')
  if (declared === 'delivery-status' || (isReport && status))
    return found('dsn', 'report-type', ...when(status, 'delivery-status-part'), ...sender)
  // Whoever forwards a notice part by part is a person, and writes as one.
  if (status && (sender.length > 0 || !isForward(mail))) return found('dsn', 'delivery-status-part', ...sender)
  return types.has('text/calendar') ? found('none', 'calendar') : null
}

const otherReportOf = (declared: string, types: ReadonlySet<string>): Classified | null => {
  const sign = declared === '' ? null : 'report-type'
  if (declared === 'tlsrpt' || types.has('application/tlsrpt+gzip') || types.has('application/tlsrpt+json'))
    return found('none', 'tls-report')
  if (declared === 'feedback-report' || types.has('message/feedback-report'))
    return found('feedback-report', sign ?? 'feedback-part')
  const isRead = types.has('message/disposition-notification') || types.has('message/global-disposition-notification')
  return declared === 'disposition-notification' || isRead ? found('mdn', sign ?? 'disposition-part') : null
}

const noticeOf = (mail: Mail, sender: Signs): Classified => {
  const { fields } = mail
  const subject = subjectOf(fields)
  const failed = firstField(fields, 'x-failed-recipients') !== null
  const bounceSubject = BOUNCE_SUBJECTS.some((phrase) => subject.includes(phrase))
  const replySubject = REPLY_SUBJECTS.some((phrase) => subject.includes(phrase))
  const reply: Signs = [
    ...when(autoReplyField(fields) !== null, 'auto-reply-field'),
    ...when(replySubject, 'reply-subject'),
  ]
  // Most mail ends here, before its text is looked at.
  if (sender.length + reply.length === 0 && !failed && !bounceSubject) return found('none')
  const text = shownText(mail)
  const about: Signs = [
    ...when(failed, 'failed-recipients-field'),
    ...when(bounceSubject, 'bounce-subject'),
    ...when(
      BOUNCE_SENTENCES.some((sentence) => text.includes(sentence)),
      'bounce-sentence',
    ),
    ...when(SMTP_REPLY.test(text), 'smtp-reply'),
  ]
  const returned = about.length > 0 ? returnedMessageOf(mail) : null
  const signs = [...sender, ...about, ...when(returned !== null, 'returned-message')]
  // "Out of office" quotes what it answers, and what it answers may be about a bounce.
  if ((failed || !replySubject) && isNotice(mail, signs, returned)) return found('dsn-nonstandard', ...signs)
  return answerOf(mail, sender, reply, text)
}

const answerOf = (mail: Mail, sender: Signs, reply: Signs, text: string): Classified => {
  const isList = isListMail(mail.fields)
  const asks = reply.length > 0 || sender.includes('null-sender')
  if (asks && CHALLENGES.some((phrase) => text.includes(phrase))) return found('challenge', 'challenge-text', ...reply)
  if (reply.includes('auto-reply-field') || (reply.length > 0 && !isList)) return found('auto-reply', ...reply)
  return found('none', ...when(isList, 'list'), ...when(isForward(mail), 'answer-or-forward'))
}

const isNotice = (mail: Mail, signs: Signs, returned: ReturnedMessage | null): boolean => {
  const has = (sign: Sign): boolean => signs.includes(sign)
  if (has('failed-recipients-field') || (has('mailer-daemon') && has('bounce-subject'))) return true
  const said = SAYINGS.filter(has).length
  if (said === 0 || isFromList(mail, signs, returned)) return false
  const agrees = said >= 2 || isReturned(signs, returned)
  if (has('daemon-from')) return agrees || has('null-sender') || has('bounce-sentence')
  if (isForward(mail)) return false
  if (has('daemon-name') || has('null-sender')) return agrees
  return has('bounce-subject') && has('bounce-sentence') && isReturnedByProgram(mail, returned)
}

/** A postmaster may write to a list about bounces; a notice that went to a list brings what it returns. */
const isFromList = ({ fields }: Mail, signs: Signs, returned: ReturnedMessage | null): boolean => {
  if (signs.includes('null-sender') || signs.includes('mailer-daemon')) return false
  return isListMail(fields) && !(signs.includes('daemon-from') && returned?.found === 'part')
}

/** Nothing says that a program wrote. A person attaches a whole notice; a program the message that the notice is about. */
const isReturnedByProgram = ({ fields }: Mail, returned: ReturnedMessage | null): boolean => {
  if (returned === null || returned.messageId === null) return false
  const isAboutNotice = daemonOf([{ name: 'From', value: returned.from ?? '' }]) !== null
  return !isAboutNotice && (returned.found === 'part' || autoSubmitted(fields) !== null)
}

/** Whoever is away quotes From, Sent, To and Subject, as his mail program does it; a server returns what it has. */
const isReturned = (signs: Signs, returned: ReturnedMessage | null): boolean => {
  if (returned === null) return false
  if (signs.includes('daemon-from') || signs.includes('daemon-name')) return true
  return returned.found === 'part' || returned.messageId !== null || returned.received.length > 0
}

const SAYINGS: Signs = ['bounce-subject', 'bounce-sentence', 'smtp-reply']

/** Answers name what they answer; forwards say it in the subject. */
const isForward = (mail: Mail): boolean => {
  const { fields } = mail
  if (ANSWER.test(subjectOf(fields))) return true
  const isAnswer = firstField(fields, 'in-reply-to') !== null && autoSubmitted(fields) === null
  return isAnswer && mailboxOf(firstField(fields, 'from') ?? '') !== null
}

const when = (holds: boolean, sign: Sign): Signs => (holds ? [sign] : [])

const found = (kind: Kind, ...evidence: Signs): Classified => ({ kind, evidence })

/** A reply code with, or in the company of, an enhanced status (RFC 3463), or a line of an SMTP dialogue. */
const SMTP_REPLY = /\b[45]\d\d[ -]#?[45]\.\d{1,3}\.\d{1,3}\b|\(#[45]\.\d\.\d\)|<<< [45]\d\d|\b55\d[ -]/
const ANSWER =
  /^\s*(?:\[[^\]]{1,60}\]\s{0,4})?(?:re|fw|fwd|aw|wg|sv|vb|vs|tr|rv|enc|odp|pd|doorst|antw|rif)(?:\[\d+\])?\s?[::]/
