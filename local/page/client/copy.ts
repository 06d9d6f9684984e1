import { html } from 'htm/preact'
import { useState } from 'preact/hooks'
import type { VNode } from 'preact'

/** A button that puts a text on the clipboard, and says so. */
export function Copy({ text, words = 'Copy' }: { text: string; words?: string }): VNode {
  const [said, setSaid] = useState(words)
  const copy = (): void => {
    const say = (sentence: string) => (): void => {
      setSaid(sentence)
      setTimeout(() => setSaid(words), 1500)
    }
    navigator.clipboard.writeText(text).then(say('Copied'), say('Not allowed'))
  }
  return html`<button type="button" class="quiet" onClick=${copy}><span aria-live="polite">${said}</span></button>`
}
