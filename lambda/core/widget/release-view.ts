import { oneLine } from '../plain-text.ts'
import type { Released, ReleaseOutcome } from '../release/request.ts'
import { notice, type ShownIn } from './frame.ts'
import { html } from './html.ts'
import type { Html } from './html.ts'
import { sentences } from './table.ts'
import { timeOf } from './time.ts'

/** What became of the wish to allow a sender, as a sentence; null: nobody wished it. */
export type AllowNote = { readonly isDone: boolean; readonly sentence: string } | null

/** What was done, in words. */
export function releaseView(outcome: ReleaseOutcome, allow: AllowNote, shownIn: ShownIn): Html {
  const entry = allow === null ? null : notice(allow.isDone ? 'good' : 'warning', oneLine(allow.sentence, 1000))
  switch (outcome.answer) {
    case 'released':
      return html`${notice('good', `Released at ${timeOf(outcome.at, shownIn)}: it is queued for the hand-over.`)}
      ${sentences(outcome.recipients.map((address) => `Goes to ${address}.`))} ${beforeOf(outcome.before, shownIn)}
      ${sentences(outcome.notes ?? [])} ${entry}`
    case 'already-released':
      return html`${notice('warning', 'It had been released before: nothing was done now.')}
      ${beforeOf(outcome.before, shownIn)} ${entry}`
    case 'refused':
      return notice('bad', `Nothing was released. ${oneLine(outcome.sentence, 1000)}`)
    case 'failed':
      return notice(
        'bad',
        `The release did not come to its end (${oneLine(outcome.cause, 500)}). Ask for it again: nothing is done twice.`,
      )
  }
}

function beforeOf(before: readonly Released[], shownIn: ShownIn): Html | null {
  return sentences(
    before.map(({ recipient, released_at, by, reason }) => {
      const owner = by.owner === null ? '' : `, for ${by.owner}`
      return `${recipient}: released at ${timeOf(released_at, shownIn)} by request ${by.request_id}${owner}: ${reason}`
    }),
  )
}
