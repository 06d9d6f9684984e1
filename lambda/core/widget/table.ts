import { fitting } from './fitting.ts'
import { html } from './html.ts'
import type { Html, Shown } from './html.ts'

export type Table = {
  readonly caption: string
  readonly heads: readonly string[]
  /** The first cell of a row names the row. */
  readonly rows: readonly (readonly Shown[])[]
  /** What is said instead where there are none. */
  readonly empty: string
  /** Room for the rows; what has none is counted below them. */
  readonly octets?: number
  /** Where to find those that are left out, as the end of a sentence: `see quietgate trace`. */
  readonly more?: string
}

/** A table that can be heard as well as seen: a caption, and every head says what it heads. */
export function table({ caption, heads, rows, empty, octets = 100 * 1024, more = 'narrow the search' }: Table): Html {
  if (rows.length === 0) return html`<p>${empty}</p>`
  const headCells = heads.map((head) => html`<th scope="col">${head}</th>`)
  const { pieces, left } = fitting(rows.map(rowOf), octets)
  const note = left === 0 ? null : html`<p class="qg-notice qg-warning">${left} more: ${more}.</p>`
  return html`<div class="qg-table" role="region" aria-label="${caption}" tabindex="0">
      <table>
        <caption>
          ${caption}
        </caption>
        <thead>
          <tr>
            ${headCells}
          </tr>
        </thead>
        <tbody>
          ${pieces}
        </tbody>
      </table>
    </div>
    ${note}`
}

/** Names and what they stand for. */
export function pairs(caption: string, all: readonly (readonly [name: string, value: Shown])[]): Html {
  return html`<table>
    <caption>
      ${caption}
    </caption>
    <tbody>
      ${all.map(rowOf)}
    </tbody>
  </table>`
}

/** A list of sentences, each in one line of at most 1,000 UTF-16 units, as many as fit. */
export function sentences(all: readonly string[], octets = 16 * 1024): Html | null {
  if (all.length === 0) return null
  const items = all.map((one) => html`<li>${one.length > 1000 ? `${one.slice(0, 997)}...` : one}</li>`)
  const { pieces, left } = fitting(items, octets)
  return html`<ul>
    ${pieces}${left === 0 ? null : html`<li>${left} more.</li>`}
  </ul>`
}

function rowOf([first = null, ...others]: readonly Shown[]): Html {
  return html`<tr>
    <th scope="row">${first}</th>
    ${others.map((cell) => html`<td>${cell}</td>`)}
  </tr>`
}
