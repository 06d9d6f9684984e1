import { html } from 'htm/preact'
import { useRef, useState } from 'preact/hooks'
import type { VNode } from 'preact'
import type { DecisionEvent, InboxMessage, StackView } from '../../api.ts'
import { Feed } from './feed.ts'
import { Inbox } from './inbox.ts'
import { SendForm } from './send-form.ts'

export type SideProps = {
  readonly decisions: readonly DecisionEvent[]
  readonly latest: DecisionEvent | null
  readonly inbox: readonly InboxMessage[]
  readonly stack: StackView | null
}

const tabs = ['Decisions', 'Send', 'Inbox'] as const
type Tab = (typeof tabs)[number]

/** Beside every dashboard: what happens, and something to make happen. */
export function Side({ decisions, latest, inbox, stack }: SideProps): VNode {
  const [tab, setTab] = useState<Tab>('Decisions')
  const list = useRef<HTMLDivElement>(null)
  const counts: Readonly<Record<Tab, number | null>> = { Decisions: decisions.length, Send: null, Inbox: inbox.length }
  // WAI-ARIA Authoring Practices, "Tabs": the arrows go from tab to tab, and Tab into what the tab shows.
  const move = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    const next = tabs[(tabs.indexOf(tab) + (step ?? 0) + tabs.length) % tabs.length]
    if (step === undefined || next === undefined) return
    event.preventDefault()
    setTab(next)
    list.current?.querySelector<HTMLElement>(`#tab-${next}`)?.focus()
  }
  return html`
    <aside class="side" aria-label="Live">
      <div class="tabs" role="tablist" aria-label="Live" ref=${list} onKeyDown=${move}>
        ${tabs.map(
          (name) => html`
            <button
              type="button"
              role="tab"
              id=${`tab-${name}`}
              aria-selected=${String(name === tab)}
              aria-controls="tab-panel"
              tabindex=${name === tab ? 0 : -1}
              onClick=${() => setTab(name)}
            >
              ${name}${counts[name] === null ? null : html` <small>${counts[name]}</small>`}
            </button>
          `,
        )}
      </div>
      <div class="side-body scroll" role="tabpanel" id="tab-panel" aria-labelledby=${`tab-${tab}`} tabindex="0">
        <div hidden=${tab !== 'Decisions'}><${Feed} decisions=${decisions} latest=${latest} stack=${stack} /></div>
        <div hidden=${tab !== 'Send'}><${SendForm} stack=${stack} /></div>
        <div hidden=${tab !== 'Inbox'}><${Inbox} messages=${inbox} stack=${stack} /></div>
      </div>
    </aside>
  `
}
