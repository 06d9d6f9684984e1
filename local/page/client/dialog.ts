import { html } from 'htm/preact'
import { useId, useLayoutEffect, useRef } from 'preact/hooks'
import type { ComponentChildren, VNode } from 'preact'

/** Asks before something is done. Escape is a no. */
export function Confirm({ question, yes, no }: { question: string; yes: () => void; no: () => void }): VNode {
  const dialog = useModal()
  const id = useId()
  return html`
    <dialog ref=${dialog} class="confirm" aria-labelledby=${id} onClose=${no}>
      <p id=${id}>${question}</p>
      <div class="buttons">
        <button type="button" onClick=${no}>Cancel</button>
        <button type="button" class="primary" onClick=${yes}>Yes, do it</button>
      </div>
    </dialog>
  `
}

/** Shows something in front of the page until it is closed. */
export function Popup(of: { title: string; close: () => void; children?: ComponentChildren }): VNode {
  const dialog = useModal()
  const id = useId()
  return html`
    <dialog ref=${dialog} class="popup" aria-labelledby=${id} onClose=${of.close}>
      <header>
        <h2 id=${id}>${of.title}</h2>
        <button type="button" onClick=${of.close}>Close</button>
      </header>
      <div class="scroll" tabindex="0" role="group" aria-labelledby=${id}>${of.children}</div>
    </dialog>
  `
}

/** The browser keeps the keyboard inside, and gives it back to where it was. */
function useModal(): { readonly current: HTMLDialogElement | null } {
  const dialog = useRef<HTMLDialogElement>(null)
  useLayoutEffect(() => {
    const element = dialog.current
    element?.showModal()
    return () => element?.close()
  }, [])
  return dialog
}
