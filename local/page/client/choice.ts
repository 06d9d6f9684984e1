import { html } from 'htm/preact'
import { useId } from 'preact/hooks'
import type { VNode } from 'preact'

export type ChoiceProps = {
  /** What is chosen, for those who cannot see where it stands. */
  readonly of: string
  readonly options: readonly { readonly key: string; readonly words: string }[]
  readonly chosen: string
  readonly choose: (key: string) => void
}

/** One of a few, side by side. Radio buttons, so that the arrow keys work as they do everywhere. */
export function Choice({ of, options, chosen, choose }: ChoiceProps): VNode {
  const name = useId()
  return html`
    <fieldset class="choice">
      <legend class="unseen">${of}</legend>
      ${options.map(
        ({ key, words }) => html`
          <label class=${key === chosen ? 'chosen' : ''}>
            <input type="radio" class="unseen" name=${name} checked=${key === chosen} onChange=${() => choose(key)} />
            ${words}
          </label>
        `,
      )}
    </fieldset>
  `
}
