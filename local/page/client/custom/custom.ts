import { html } from 'htm/preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { VNode } from 'preact'
import type { CustomProperties, WidgetAnswer, WidgetRequest } from '../../api.ts'
import { askWidget, sentenceOf } from '../ask.ts'
import { Confirm, Popup } from '../dialog.ts'
import type { Shown } from '../panels/shown.ts'
import type { Size } from '../panels/plot.ts'
import { useSize } from '../panels/size.ts'
import { Markdown } from '../panels/text.ts'
import type { Action } from './actions.ts'
import { fieldsOf } from './fields.ts'
import { WidgetHtml, type Roots } from './widget-html.ts'

type Call = NonNullable<WidgetRequest['call']>

/** A custom widget: what its very function answers, and what it answers when somebody acts on that. */
export function CustomPanel({ properties, shown }: { properties: CustomProperties; shown: Shown }): VNode {
  const { room, size } = useSize()
  const roots: Roots = useRef(new Set())
  const [pending, setPending] = useState<Action | null>(null)
  const asked = useAsked(shown, size, roots, room)
  const { answer, popup, busy } = asked
  useRefresh(properties, shown, { hasRoom: size !== null, roots, ask: asked.again })
  const act = (action: Action): void => {
    if (action.confirmation === null) asked.act(action)
    else setPending(action)
  }
  const confirmed = (): void => {
    setPending(null)
    if (pending !== null) asked.act(pending)
  }
  const title = properties.title ?? 'Widget'
  return html`
    <div class="custom scroll" ref=${room} tabindex="0" role="group" aria-label=${title} aria-busy=${String(busy)}>
      <${Answered} answer=${answer} roots=${roots} act=${act} />
    </div>
    <p class="unseen" role="status">${busy ? 'Asking.' : answer === null ? '' : 'Answered.'}</p>
    ${
      popup === null
        ? null
        : html`<${Popup} title=${title} close=${asked.closePopup}>
            <${Answered} answer=${popup} roots=${roots} act=${act} />
          <//>`
    }
    ${
      pending === null
        ? null
        : html`<${Confirm} question=${pending.confirmation ?? ''} no=${() => setPending(null)} yes=${confirmed} />`
    }
  `
}

type Asked = {
  readonly answer: WidgetAnswer | null
  readonly popup: WidgetAnswer | null
  readonly busy: boolean
  readonly act: (action: Action) => void
  /** Asks what was asked before, in the colours of a new theme, or as at first. */
  readonly again: (isNewTheme: boolean) => void
  readonly closePopup: () => void
}

function useAsked(
  shown: Shown,
  size: Size | null,
  roots: Roots,
  room: { readonly current: HTMLElement | null },
): Asked {
  const [answer, setAnswer] = useState<WidgetAnswer | null>(null)
  const [popup, setPopup] = useState<WidgetAnswer | null>(null)
  const [busy, setBusy] = useState(false)
  const turns = useRef(0)
  /** What the answer that is shown was asked with, if it can be asked again without doing something again. */
  const repeatable = useRef<Call | undefined>(undefined)
  const show = (display: Action['display'], got: WidgetAnswer): void => {
    setPopup(display === 'popup' ? got : null)
    if (display === 'widget') setAnswer(got)
  }
  const ask = async (display: Action['display'], call?: Call): Promise<void> => {
    const turn = ++turns.current
    setBusy(true)
    const request = requestOf(shown, size, roots, call)
    const got = await askWidget(request).catch((error: unknown) => ({ error: sentenceOf(error) }))
    // A later question is what somebody looks at now.
    if (turn !== turns.current) return
    setBusy(false)
    show(display, got)
  }
  const act = ({ display, does, confirmation }: Action): void => {
    if (display === 'widget') repeatable.current = does.kind === 'call' && confirmation === null ? does : undefined
    // What had the keyboard goes away with the old answer; whoever uses one goes on from the new one.
    if (display === 'widget') room.current?.focus()
    if (does.kind === 'html') show(display, { html: does.content })
    else if (does.kind === 'mistake') show('popup', { error: does.sentence })
    else void ask(display, { endpoint: does.endpoint, params: does.params })
  }
  const again = (isNewTheme: boolean): void => void ask('widget', isNewTheme ? repeatable.current : undefined)
  return { answer, popup, busy, act, again, closePopup: () => setPopup(null) }
}

function Answered(of: { answer: WidgetAnswer | null; roots: Roots; act: (action: Action) => void }): VNode {
  const { answer, roots, act } = of
  if (answer === null) return html`<p class="hint">Asking the widget's function ...</p>`
  if ('error' in answer) return html`<p class="problem" role="alert">${answer.error}</p>`
  if ('markdown' in answer) return html`<${Markdown} markdown=${answer.markdown} />`
  return html`<${WidgetHtml} content=${answer.html} roots=${roots} act=${act} />`
}

/**
 * Calls the function at first, and when the widget's `updateOn` says so. A new theme always needs a new answer: its colours are in
 * the HTML. While somebody fills in a field, nothing is taken from under their hands.
 */
function useRefresh(
  properties: CustomProperties,
  shown: Shown,
  { hasRoom, roots, ask }: { hasRoom: boolean; roots: Roots; ask: (isNewTheme: boolean) => void },
): void {
  const { refresh, timeRange } = properties.updateOn ?? {}
  const asked = useRef(false)
  const on = refresh === true ? shown.range : timeRange === true ? shown.range.end - shown.range.start : null
  useEffect(() => {
    if (!hasRoom) return
    if (asked.current && isInUse(roots)) return
    asked.current = true
    ask(false)
  }, [hasRoom, on])
  const { theme, again } = shown
  useEffect(() => {
    if (again > 0) ask(false)
  }, [again])
  useEffect(() => {
    if (asked.current) ask(true)
  }, [theme])
}

function isInUse(roots: Roots): boolean {
  return [...roots.current].some((root) => root.activeElement !== null)
}

function requestOf(
  { dashboard, index, range, isLive, theme }: Shown,
  size: Size | null,
  roots: Roots,
  call: Call | undefined,
): WidgetRequest {
  // What came while the page was drawn belongs to it: whoever sees a message in the feed looks for it here.
  const end = isLive ? Date.now() : range.end
  const timeRange = { start: end - (range.end - range.start), end }
  const forms = fieldsOf([...roots.current])
  const asked = { dashboard, widget: index, timeRange, theme, ...(size ?? { width: 600, height: 300 }), forms }
  return call === undefined ? asked : { ...asked, call: { endpoint: call.endpoint, params: call.params } }
}
