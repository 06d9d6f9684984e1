import { html } from 'htm/preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { VNode } from 'preact'
import uPlot from 'uplot'
import type { Theme } from '../theme.ts'
import { minuteWords, numberWords } from '../words.ts'
import { dataOf, optionsOf, type Drawing, type Pointed, type Size } from './plot.ts'
import { aligned } from './series.ts'
import { useSize } from './size.ts'

/** Lines or areas over time, and what they are where the pointer is. Those who cannot see it have the table. */
export function Chart({ drawing, theme, says }: { drawing: Drawing; theme: Theme; says: string }): VNode {
  const { room, size } = useSize()
  const canvas = useRef<HTMLDivElement>(null)
  const [pointed, setPointed] = useState<Pointed>(null)
  usePlot(canvas, drawing, size, theme, setPointed)
  return html`
    <div class="chart" ref=${room}>
      <div class="chart-canvas" ref=${canvas} role="img" aria-label=${says}></div>
      ${pointed === null ? null : html`<${Tip} drawing=${drawing} pointed=${pointed} width=${size?.width ?? 0} />`}
    </div>
  `
}

/**
 * Keeps the drawing on the canvas. A chart is made anew when what it consists of changes, and only told the new values when they
 * alone do: half the work of every message.
 */
function usePlot(
  canvas: { readonly current: HTMLDivElement | null },
  drawing: Drawing,
  size: Size | null,
  theme: Theme,
  onPoint: (pointed: Pointed) => void,
): void {
  const plot = useRef<uPlot | null>(null)
  const shape = JSON.stringify([drawing.series.map(({ label, axis }) => [label, axis]), drawing.shown, theme])
  useLayoutEffect(() => {
    if (canvas.current === null || size === null) return undefined
    const made = new uPlot(optionsOf(drawing, size, onPoint), dataOf(drawing), canvas.current)
    plot.current = made
    return () => {
      plot.current = null
      made.destroy()
    }
  }, [shape, size === null])
  useLayoutEffect(() => {
    if (size !== null) plot.current?.setSize(size)
  }, [size?.width, size?.height])
  useLayoutEffect(() => {
    const { range } = drawing
    plot.current?.batch(() => {
      plot.current?.setData(dataOf(drawing))
      plot.current?.setScale('x', { min: range.start / 1000, max: range.end / 1000 })
    })
  }, [drawing])
}

/** All values of one time. */
function Tip(of: { drawing: Drawing; pointed: NonNullable<Pointed>; width: number }): VNode | null {
  const { series, shown, colours } = of.drawing
  const { times, values } = aligned(series)
  const time = times[of.pointed.at]
  if (time === undefined) return null
  const rows = series.flatMap(({ label }, i) => {
    const value = values[i]?.[of.pointed.at]
    return shown[i] === true && typeof value === 'number' ? [{ label, value, colour: colours[i] }] : []
  })
  // On the side of the pointer where there is more room.
  const side =
    of.pointed.left > of.width / 2
      ? { right: `${of.width - of.pointed.left}px` }
      : { left: `${of.pointed.left + 60}px` }
  return html`
    <div class="tip" style=${side} aria-hidden="true">
      <p>${minuteWords(time)} UTC</p>
      ${rows.map(
        ({ label, value, colour }) =>
          html`<p><i class="swatch" style=${{ background: colour }}></i>${label}<b>${numberWords(value)}</b></p>`,
      )}
      ${rows.length === 0 ? html`<p>nothing counted</p>` : null}
    </div>
  `
}
