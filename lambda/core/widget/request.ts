import { functionArn } from './call-button.ts'
import type { ShownIn } from './frame.ts'

/** What one call of a widget's function asks for, with everything that somebody else wrote bounded and nothing of it believed. */
export type WidgetRequest = {
  readonly view: WidgetView
  /** The functions behind the buttons; null: the widget has no such parameter, or it is no function. */
  readonly read: string | null
  readonly release: string | null
  /** What a button says. */
  readonly asks: Fields
  /** What was typed into the forms of the widget, or what a button has carried on of it. */
  readonly typed: Fields
  /** The dashboard's own range. */
  readonly range: WidgetRange
  readonly shownIn: ShownIn
}

export type WidgetView = (typeof widgetViews)[number]

/** ISO 8601 UTC with milliseconds; `until` is the first moment that is no longer meant. */
export type WidgetRange = {
  readonly from: string
  readonly until: string
  /** Its end is this very moment, and moves on: a search that is asked for later reaches further. */
  readonly upToNow: boolean
}

/** Texts by name, each of at most `longestField` UTF-16 units. */
export type Fields = ReadonlyMap<string, string>

export type ReadWidgetRequest =
  | { readonly answer: 'request'; readonly request: WidgetRequest }
  /** The convention of AWS's samples: `{"describe": true}` asks for documentation. */
  | { readonly answer: 'describe' }
  | { readonly answer: 'problem'; readonly problem: string; readonly shownIn: ShownIn }

export const widgetViews = ['trace', 'quarantine', 'zones', 'imports'] as const

export const longestField = 1000
const mostFields = 100

/**
 * Reads what CloudWatch hands to the function: the parameters of the widget or of a button, and beside them `widgetContext`
 * (CloudWatch User Guide, custom widgets). Whoever may call the function may write any of it. `now` in milliseconds since 1970.
 */
export function readWidgetRequest(event: unknown, now: number): ReadWidgetRequest {
  const asks = objectOf(event)
  if (asks['describe'] === true) return { answer: 'describe' }
  const context = objectOf(asks['widgetContext'])
  const shownIn = shownInOf(context)
  const own = 'params' in context ? objectOf(context['params']) : asks
  const view = widgetViews.find((name) => name === own['view'])
  if (view === undefined) {
    const problem = `The widget's parameter "view" is one of ${widgetViews.join(', ')}; found ${found(own['view'])}.`
    return { answer: 'problem', problem, shownIn }
  }
  const request = {
    view,
    read: functionArn(textOf(own['read'])),
    release: functionArn(textOf(own['release'])),
    asks: fieldsOf(asks),
    typed: new Map([...carriedOn(fieldsOf(asks)), ...fieldsOf(objectOf(objectOf(context['forms'])['all']))]),
    range: rangeOf(objectOf(context['timeRange']), now),
    shownIn,
  }
  return { answer: 'request', request }
}

/** What was typed, in a form that a button can carry on to a page without the form. */
export function typedBefore(typed: Fields): Readonly<Record<string, string>> {
  return Object.fromEntries([...carriedOn(typed)].filter(([, text]) => text !== '' && text.length <= 200))
}

/** The names of our own forms' fields begin like this. */
function carriedOn(fields: Fields): Fields {
  return new Map([...fields].filter(([name]) => name.startsWith('qg-')))
}

/** The text of a field without blanks around it; null: it is not there, or empty. */
export function fieldOf(fields: Fields, name: string): string | null {
  const text = fields.get(name)?.trim() ?? ''
  return text === '' ? null : text
}

type Json = Readonly<Record<string, unknown>>

function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {}
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value.length <= longestField ? value : null
}

/** Own properties alone: `__proto__` and its like are names like any other. */
function fieldsOf(object: Json): Fields {
  const fields = Object.entries(object).slice(0, mostFields)
  return new Map(
    fields.flatMap(([name, value]) =>
      typeof value === 'string' && name.length <= 100 ? [[name, value.slice(0, longestField)]] : [],
    ),
  )
}

/** Where the dashboard is zoomed into, its zoom. Without a range that makes sense: the last day. */
function rangeOf(timeRange: Json, now: number): WidgetRange {
  const { start, end } = objectOf(timeRange['zoom'])
  const { start: from, end: until, mode } = timeRange
  // Where nobody has zoomed, the zoom is the range.
  if (isTime(start) && isTime(end) && start < end && (start !== from || end !== until)) {
    return { from: isoOf(start), until: isoOf(end), upToNow: false }
  }
  if (!isTime(from) || !isTime(until) || from >= until) {
    return { from: isoOf(now - 86_400_000), until: isoOf(now), upToNow: true }
  }
  // A dashboard that nobody refreshes still says when it was last drawn.
  const upToNow = mode === 'relative' || Math.abs(now - until) < stillNowMs
  return { from: isoOf(from), until: isoOf(upToNow ? Math.max(until, now) : until), upToNow }
}

const stillNowMs = 5 * 60_000

/** Milliseconds of the years 2000 to 2099. */
function isTime(value: unknown): value is number {
  return typeof value === 'number' && value >= 946_684_800_000 && value < 4_102_444_800_000
}

function isoOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}

function shownInOf(context: Json): ShownIn {
  const offset = textOf(objectOf(context['timezone'])['offsetISO'])
  // The sign of `offsetInMinutes` is nowhere documented; that of ISO 8601 is.
  const [, sign, hours = '0', minutes = '0'] = /^([+-])(\d\d):?(\d\d)$/.exec(offset ?? '') ?? []
  const size = Number(hours) * 60 + Number(minutes)
  return {
    theme: context['theme'] === 'dark' ? 'dark' : 'light',
    offsetMinutes: size === 0 || size > 14 * 60 ? 0 : sign === '-' ? -size : size,
  }
}

function found(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value)
  return value === undefined ? 'nothing' : typeof value
}
