import { html } from './html.ts'
import type { Html } from './html.ts'

export type Call = {
  readonly label: string
  /** ARN of the function, as `functionArn` has let it pass. */
  readonly endpoint: string
  /** What the function is told, beside the fields of the forms. */
  readonly asks: Readonly<Record<string, string>>
  /** A question that has to be answered with yes before anything is called. */
  readonly confirmation?: string
  readonly isMain?: boolean
}

/**
 * A button that calls a function, whose answer replaces the widget (CloudWatch User Guide, custom widgets, "Interactivity":
 * `cwdb-action` acts on the element before it). A button and not a link, because a link without an address has no keyboard.
 */
export function callButton({ label, endpoint, asks, confirmation, isMain = false }: Call): Html {
  const button = html`<button type="button" class="btn${isMain ? ' btn-primary' : null}">${label}</button>`
  const parameters = JSON.stringify(asks)
  if (confirmation === undefined) {
    return html`${button}<cwdb-action action="call" display="widget" endpoint="${endpoint}">${parameters}</cwdb-action>`
  }
  return html`${button}<cwdb-action action="call" display="widget" endpoint="${endpoint}" confirmation="${confirmation}"
      >${parameters}</cwdb-action
    >`
}

/** What may stand as an endpoint; null for anything else (Lambda API, FunctionArn). */
export function functionArn(text: string | null): string | null {
  return text !== null && arn.test(text) ? text : null
}

const arn = /^arn:aws[a-z-]{0,12}:lambda:[a-z0-9-]{5,25}:\d{12}:function:[A-Za-z0-9_-]{1,140}(:[A-Za-z0-9$_-]{1,128})?$/
