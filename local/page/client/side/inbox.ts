import { html } from 'htm/preact'
import { useState } from 'preact/hooks'
import type { VNode } from 'preact'
import { oneLine, shown } from '../../../../lambda/core/plain-text.ts'
import type { InboxMessage, StackView } from '../../api.ts'
import { askRaw, rawAddress, sentenceOf } from '../ask.ts'
import { clockWords, sizeWords } from '../words.ts'
import { Route } from './route.ts'

/** More of a message is for a mail program. */
const mostText = 64 * 1024

/** Where delivered and released mail arrives on this machine. */
export function Inbox({ messages, stack }: { messages: readonly InboxMessage[]; stack: StackView | null }): VNode {
  if (messages.length === 0) {
    const why =
      stack?.inbox === false
        ? 'This configuration hands mail over to servers of its own, and nothing to this inbox.'
        : 'Nothing has arrived yet. What the filter delivers, and what somebody releases from the quarantine, comes here byte for byte.'
    return html`<p class="empty">${why}</p>`
  }
  return html`
    <ol class="inbox" aria-label="Messages in the local inbox, the newest first">
      ${messages.map((message) => html`<li key=${message.id}><${Message} message=${message} /></li>`)}
    </ol>
  `
}

function Message({ message }: { message: InboxMessage }): VNode {
  const { id, receivedAt, from, to, size, subject } = message
  const [text, setText] = useState<string | null>(null)
  const load = (): void => {
    if (text !== null) return
    askRaw(id).then(
      (raw) => setText(raw.length > mostText ? `${raw.slice(0, mostText)}\n... the rest is in the file` : raw),
      (error: unknown) => setText(sentenceOf(error)),
    )
  }
  return html`
    <details class="letter" onToggle=${load} data-message=${id}>
      <summary>
        <span class="decision-head"
          ><time datetime=${receivedAt}>${clockWords(receivedAt)}</time><small>${sizeWords(size)}</small></span
        >
        <span class="subject">${oneLine(subject ?? '(no subject)', 160)}</span>
        <${Route} from=${from ?? '<>'} to=${to} />
      </summary>
      <p><a class="button" href=${rawAddress(id)} download=${`${id}.eml`}>Download the very bytes (.eml)</a></p>
      <pre class="scroll" tabindex="0" role="region" aria-label="The message as text">
${text === null ? 'Reading ...' : shown(text.replaceAll('\r\n', '\n'))}</pre>
    </details>
  `
}
