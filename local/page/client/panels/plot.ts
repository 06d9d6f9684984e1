import uPlot from 'uplot'
import type { MetricProperties, Series, TimeRange } from '../../api.ts'
import { minuteWords, numberWords } from '../words.ts'
import { aligned, stacked } from './series.ts'

/** What a chart draws. */
export type Drawing = {
  readonly series: readonly Series[]
  /** Beside `series`. */
  readonly shown: readonly boolean[]
  readonly colours: readonly string[]
  readonly range: TimeRange
  readonly properties: MetricProperties
}

export type Size = { readonly width: number; readonly height: number }

/** Where the pointer is: the time's place in the data, and pixels from the left edge of the plotting area. */
export type Pointed = { readonly at: number; readonly left: number } | null

/** The data as uPlot takes it: times, then each series, stacked where the widget says so. */
export function dataOf({ series, shown, properties }: Drawing): uPlot.AlignedData {
  const { times, values } = aligned(series)
  // The right axis counts something else: it is never a part of the stack.
  const inStack = series.map(({ axis }, i) => axis === 'left' && shown[i] === true)
  const drawn = properties.stacked === true ? stacked(values, inStack) : values
  return [[...times], ...drawn.map((one, i) => [...(inStack[i] === true ? one : (values[i] ?? []))])]
}

/** What uPlot needs beside the data. `onPoint` is told where the pointer is. */
export function optionsOf(drawing: Drawing, size: Size, onPoint: (pointed: Pointed) => void): uPlot.Options {
  const { series, shown, properties, range } = drawing
  const hasRight = series.some(({ axis }) => axis === 'right')
  return {
    ...size,
    // The dashboards say that times are in UTC.
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false } },
    scales: {
      x: { time: true, range: [range.start / 1000, range.end / 1000] },
      left: { range: bounds(properties.yAxis?.left) },
      right: { range: bounds(properties.yAxis?.right) },
    },
    axes: axesOf(drawing, hasRight),
    series: [{}, ...series.map((one, i) => lineOf(one, i, drawing))],
    bands: properties.stacked === true ? bandsOf(series, shown) : [],
    hooks: {
      setCursor: [
        ({ cursor }) => onPoint(typeof cursor.idx !== 'number' ? null : { at: cursor.idx, left: cursor.left ?? 0 }),
      ],
    },
  }
}

function lineOf({ axis }: Series, i: number, { colours, shown, properties }: Drawing): uPlot.Series {
  const colour = colours[i] ?? 'gray'
  const isArea = properties.stacked === true && axis === 'left'
  return {
    scale: axis,
    show: shown[i] === true,
    stroke: colour,
    width: isArea ? 1.25 : 1.75,
    ...(axis === 'right' ? { dash: [5, 4] } : {}),
    ...(isArea ? { fill: `${colour}59` } : {}),
    // A line needs two values; one that stands alone is a point.
    points: { size: 5, fill: colour, filter: (plot, at, show) => (show ? null : lonely(plot.data[at] ?? [])) },
  }
}

/** Where a value has none beside it. */
function lonely(values: ArrayLike<number | null | undefined>): number[] {
  const has = (i: number): boolean => typeof values[i] === 'number'
  return Array.from(values, (_, i) => i).filter((i) => has(i) && !has(i - 1) && !has(i + 1))
}

/** An area ends at the one below it. */
function bandsOf(series: readonly Series[], shown: readonly boolean[]): uPlot.Band[] {
  const areas = series.flatMap(({ axis }, i) => (axis === 'left' && shown[i] === true ? [i + 1] : []))
  return areas.slice(1).map((upper, i) => ({ series: [upper, areas[i] ?? upper] }))
}

/** From 0, or what the widget says, to a little above the highest value; 0 to 1 while there is none. */
function bounds(limits: { readonly min?: number; readonly max?: number } | undefined): uPlot.Scale.Range {
  return (_, least, most): uPlot.Range.MinMax => {
    const top = Number.isFinite(most) && most > 0 ? most * 1.08 : 1
    return [limits?.min ?? Math.min(0, Number.isFinite(least) ? least : 0), limits?.max ?? top]
  }
}

function axesOf({ properties }: Drawing, hasRight: boolean): uPlot.Axis[] {
  const style = getComputedStyle(document.documentElement)
  const colour = (name: string): string => style.getPropertyValue(name).trim()
  const shared: uPlot.Axis = {
    stroke: colour('--quiet'),
    font: '11px system-ui, sans-serif',
    labelFont: '11px system-ui, sans-serif',
    grid: { stroke: colour('--grid'), width: 1 },
    ticks: { show: false },
  }
  const upright: uPlot.Axis = {
    ...shared,
    values: (_, splits) => splits.map((value) => numberWords(value)),
    // Asked for once before there are any.
    size: (_, values: readonly string[] | null) => 14 + 7 * Math.max(2, ...(values ?? []).map(({ length }) => length)),
  }
  const time: uPlot.Axis = { ...shared, size: 26, values: (_, splits) => splits.map((seconds) => clockOf(seconds)) }
  const label = properties.yAxis?.left?.label
  const left: uPlot.Axis = { ...upright, scale: 'left', ...(label === undefined ? {} : { label, labelSize: 16 }) }
  if (!hasRight) return [time, left]
  // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- a const enum, which a file that is compiled by itself cannot read
  const right: uPlot.Axis = { ...upright, scale: 'right', side: 1, grid: { show: false } }
  return [time, left, right]
}

/** `10:05`, and at midnight the day. */
function clockOf(seconds: number): string {
  const [day = '', clock = ''] = minuteWords(seconds).split(' ')
  return clock === '00:00' ? day.slice(5) : clock
}
