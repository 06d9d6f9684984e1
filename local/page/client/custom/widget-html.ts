import { html } from 'htm/preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import type { VNode } from 'preact'
import { wire, type Action } from './actions.ts'
import { defaultStyles } from './default-styles.ts'
import { harmless } from './harmless.ts'

/** The elements that hold what widgets show, for whoever collects the fields. */
export type Roots = { readonly current: Set<ShadowRoot> }

/**
 * The HTML of a widget's function in a tree of its own (a shadow root): its style sheets change nothing of the page, and those of
 * the page nothing of it.
 */
export function WidgetHtml(of: { content: string; roots: Roots; act: (action: Action) => void }): VNode {
  const host = useRef<HTMLDivElement>(null)
  const act = useRef(of.act)
  act.current = of.act
  useLayoutEffect(() => {
    const element = host.current
    if (element === null) return undefined
    const root = element.shadowRoot ?? element.attachShadow({ mode: 'open' })
    const content = harmless(of.content, 'widget')
    const isBare = content.querySelector('.cwdb-no-default-styles') !== null
    root.adoptedStyleSheets = isBare ? [] : [defaultStyles()]
    root.replaceChildren(content)
    wire(root, (action) => act.current(action))
    of.roots.current.add(root)
    return () => void of.roots.current.delete(root)
  }, [of.content])
  return html`<div class="widget-html" ref=${host}></div>`
}
