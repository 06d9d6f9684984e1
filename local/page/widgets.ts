import { html } from '../../lambda/core/widget/html.ts'
import type { InvocationAnswer } from '../lambda/function.ts'
import type { CustomProperties, DashboardView, WidgetAnswer, WidgetRequest, WidgetView } from './api.ts'

export type WidgetsOptions = {
  readonly dashboards: readonly DashboardView[]
  readonly accountId: string
  readonly invoke: (functionArn: string, event: unknown) => Promise<InvocationAnswer>
  readonly now?: () => number
}

/** Asks the function of a custom widget, as a CloudWatch dashboard asks it. */
export type Widgets = { readonly ask: (request: WidgetRequest) => Promise<WidgetAnswer> }

type CustomWidget = Extract<WidgetView, { type: 'custom' }>

/**
 * Only functions that a widget of the template names, as its endpoint or in its parameters, can be called: the page must not
 * run what a dashboard of the deployed stack could not.
 *
 * Source: CloudWatch User Guide, "Using custom widgets"; `widgetContext` as its "Details about the widgetContext" has it.
 */
export function createWidgets({ dashboards, invoke, accountId, now = Date.now }: WidgetsOptions): Widgets {
  const callable = new Set(
    dashboards.flatMap(({ widgets }) => widgets.flatMap((widget) => (widget.type === 'custom' ? arnsIn(widget) : []))),
  )
  return {
    ask: async (request) => {
      const dashboard = dashboards.find(({ key }) => key === request.dashboard)
      const widget = dashboard?.widgets[request.widget]
      if (dashboard === undefined || widget?.type !== 'custom') {
        return { error: `The template has no custom widget ${request.widget} on a dashboard ${request.dashboard}.` }
      }
      const { call } = request
      const endpoint = call?.endpoint ?? widget.properties.endpoint
      if (!callable.has(endpoint)) return { error: `No widget of the template names the function ${endpoint}.` }
      const asked = call === undefined ? (widget.properties.params ?? {}) : objectOf(call.params)
      const context = contextOf(request, dashboard.name, widget, accountId, now())
      return answerOf(await invoke(endpoint, { ...asked, widgetContext: context }))
    },
  }
}

function arnsIn({ properties }: CustomWidget): readonly string[] {
  const named = Object.values(properties.params ?? {}).filter((value) => typeof value === 'string')
  return [properties.endpoint, ...named.filter((value) => /^arn:[\w-]+:lambda:/.test(value))]
}

function contextOf(
  { timeRange, theme, width, height, forms, timeZone = 'UTC', widget: index }: WidgetRequest,
  dashboardName: string,
  { properties }: CustomWidget,
  accountId: string,
  now: number,
): object {
  const { start, end } = timeRange
  const own: Pick<CustomProperties, 'title' | 'params'> = properties
  return {
    dashboardName,
    widgetId: `widget-${index}`,
    accountId,
    locale: 'en',
    timezone: timeZoneOf(timeZone, now),
    period: 300,
    isAutoPeriod: true,
    timeRange: { mode: 'relative', start, end, relativeStart: end - start, zoom: { start, end } },
    theme,
    linkCharts: true,
    title: own.title ?? '',
    forms: { all: forms },
    params: own.params ?? {},
    width,
    height,
  }
}

/** UTC where the name is not one of a time zone. */
function timeZoneOf(name: string, now: number): object {
  const offset = offsetOf(name, now)
  const label = offset === null ? 'UTC' : name
  const minutes = offset ?? 0
  const absolute = Math.abs(minutes)
  const twoDigits = (number: number): string => String(number).padStart(2, '0')
  const offsetISO = `${minutes < 0 ? '-' : '+'}${twoDigits(Math.floor(absolute / 60))}:${twoDigits(absolute % 60)}`
  // As JavaScript's getTimezoneOffset has it: what is west of Greenwich is positive.
  return { label, offsetISO, offsetInMinutes: minutes === 0 ? 0 : -minutes }
}

/** Minutes east of Greenwich. */
function offsetOf(timeZone: string, now: number): number | null {
  try {
    const parts = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' }).formatToParts(now)
    const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT'
    const [, sign, hours = '0', minutes = '0'] = /^GMT([+-])(\d\d):(\d\d)$/.exec(name) ?? []
    const size = Number(hours) * 60 + Number(minutes)
    return sign === '-' ? -size : size
  } catch {
    return null
  }
}

/** A function may answer with a string of HTML, with `{markdown}`, or with anything else, which is shown as JSON. */
function answerOf(answer: InvocationAnswer): WidgetAnswer {
  if (answer.answer === 'failed') return { error: `The function failed: ${answer.error.type}: ${answer.error.message}` }
  const { payload } = answer
  if (typeof payload === 'string') return { html: payload }
  const { markdown } = objectOf(payload)
  if (typeof markdown === 'string') return { markdown }
  return { html: html`<pre>${JSON.stringify(payload, null, 2)}</pre>`.html }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {}
}
