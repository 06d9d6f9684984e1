import type { ReleaseRequest } from '../release/request.ts'
import { longestOwner, longestWhy, ownerField, whyField } from './release-form.ts'
import { fieldOf, type WidgetRequest } from './request.ts'

export type ReadReleaseRequest =
  | {
      readonly answer: 'order'
      readonly order: ReleaseRequest
      /** For so many days the sender is to be allowed; null: not at all. */
      readonly allowDays: number | null
    }
  /** What was expected and what was found. Nothing is released. */
  | { readonly answer: 'problem'; readonly problem: string }

/** An entry that nobody looks at any more lets strangers in for years. */
const mostDays = 366

/**
 * What a button of the widget asks to release. Whoever may call the function may have written it by hand: everything is checked here,
 * and against the record by `release`.
 */
export function readReleaseRequest({ asks, typed }: WidgetRequest, requestId: string): ReadReleaseRequest {
  const id = fieldOf(asks, 'id') ?? ''
  if (!isMessageId(id)) return problem("The button names no message: an id of SES's was expected.")
  const day = dayOf(fieldOf(asks, 'at'))
  if (day === null) return problem('The button does not say when the message was received.')
  const recipient = fieldOf(asks, 'recipient')
  const to = fieldOf(asks, 'to')
  if (to !== 'stopped' && (to !== 'one' || recipient === null)) {
    return problem('The button does not say for whom: for one recipient, or for all that were stopped.')
  }
  const days = fieldOf(asks, 'days')
  if (days !== null && !(/^\d{1,3}$/.test(days) && Number(days) >= 1 && Number(days) <= mostDays)) {
    return problem(`A sender can be allowed for 1 to ${mostDays} days.`)
  }
  const words = wordsOf(typed)
  if (typeof words === 'string') return problem(words)
  const order: ReleaseRequest = {
    message_id: id,
    day,
    recipients: to === 'stopped' || recipient === null ? 'stopped' : [recipient],
    reason: words.why,
    by: { kind: 'widget', request_id: requestId, owner: words.owner },
    even_virus: false,
  }
  return { answer: 'order', order, allowDays: days === null ? null : Number(days) }
}

/** SES's are of letters and digits; nothing that a path, a key or a shell reads as its own. */
export function isMessageId(text: string): boolean {
  return /^[A-Za-z0-9._-]{1,200}$/.test(text)
}

/** The day of receipt, YYYY-MM-DD, of an ISO 8601 time; null: it is none. */
export function dayOf(text: string | null): string | null {
  const at = /^\d{4}-\d\d-\d\dT[\d:.]{5,12}Z$/.test(text ?? '') ? Date.parse(text ?? '') : Number.NaN
  return Number.isNaN(at) ? null : new Date(at).toISOString().slice(0, 10)
}

function wordsOf(typed: WidgetRequest['typed']): { readonly owner: string; readonly why: string } | string {
  const [owner, why] = [fieldOf(typed, ownerField), fieldOf(typed, whyField)]
  if (owner === null) return 'Say who you are: it stands in the trail of releases.'
  if (why === null) return 'Say why it is released: it stands in the trail of releases.'
  if (owner.length > longestOwner || why.length > longestWhy) {
    return `Who you are has at most ${longestOwner} characters, and why it is released at most ${longestWhy}.`
  }
  if (/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(owner + why)) return 'Both are one line, without control characters.'
  return { owner, why }
}

function problem(sentence: string): ReadReleaseRequest {
  return { answer: 'problem', problem: sentence }
}
