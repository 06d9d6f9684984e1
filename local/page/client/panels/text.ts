import { html } from 'htm/preact'
import { marked } from 'marked'
import { useLayoutEffect, useRef } from 'preact/hooks'
import type { VNode } from 'preact'
import { harmless } from '../custom/harmless.ts'

/** Markdown, as CloudWatch shows it in a text widget. */
export function Markdown({ markdown }: { markdown: string }): VNode {
  const place = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    place.current?.replaceChildren(harmless(marked.parse(markdown, { async: false, gfm: true }), 'markdown'))
  }, [markdown])
  return html`<div class="markdown" ref=${place}></div>`
}
