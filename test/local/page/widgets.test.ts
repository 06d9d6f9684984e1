import { describe, expect, it } from 'vitest'
import type { InvocationAnswer } from '../../../local/lambda/function.ts'
import type { DashboardView, WidgetRequest } from '../../../local/page/api.ts'
import { createWidgets } from '../../../local/page/widgets.ts'
import { minute, noon } from './emitted.ts'

const arn = (name: string): string => `arn:aws:lambda:us-east-1:123456789012:function:${name}`
const params = { view: 'quarantine', read: arn('read'), release: arn('release') }
const placed = { x: 0, y: 0, width: 24, height: 6 }
const dashboards: readonly DashboardView[] = [
  {
    key: 'Flow',
    name: 'Quietgate-Flow-us-east-1',
    defaultInterval: null,
    widgets: [
      { ...placed, index: 0, type: 'text', properties: { markdown: '# Flow' } },
      { ...placed, index: 1, type: 'custom', properties: { title: 'Quarantine', endpoint: arn('read'), params } },
    ],
  },
]
const request: WidgetRequest = {
  dashboard: 'Flow',
  widget: 1,
  timeRange: { start: noon, end: noon + 60 * minute },
  theme: 'dark',
  width: 800,
  height: 300,
  forms: {},
}
const context = {
  dashboardName: 'Quietgate-Flow-us-east-1',
  widgetId: 'widget-1',
  accountId: '123456789012',
  locale: 'en',
  timezone: { label: 'UTC', offsetISO: '+00:00', offsetInMinutes: 0 },
  period: 300,
  isAutoPeriod: true,
  timeRange: {
    mode: 'relative',
    start: noon,
    end: noon + 60 * minute,
    relativeStart: 60 * minute,
    zoom: { start: noon, end: noon + 60 * minute },
  },
  theme: 'dark',
  linkCharts: true,
  title: 'Quarantine',
  forms: { all: {} },
  params,
  width: 800,
  height: 300,
}

describe('a custom widget', () => {
  it('is asked with its parameters and the context, as a dashboard of CloudWatch asks it', async () => {
    const { asked, widgets } = answering('<p>hello</p>')
    expect(await widgets.ask(request)).toEqual({ html: '<p>hello</p>' })
    expect(asked).toEqual([[arn('read'), { ...params, widgetContext: context }]])
  })

  it('is asked with what a button says instead, and has its own parameters and the forms in the context', async () => {
    const { asked, widgets } = answering('<p>released</p>')
    const forms = { reason: 'a friend', sure: true }
    const call = { endpoint: arn('release'), params: { id: 'm1' } }
    expect(await widgets.ask({ ...request, forms, call })).toEqual({ html: '<p>released</p>' })
    expect(asked).toEqual([[arn('release'), { id: 'm1', widgetContext: { ...context, forms: { all: forms } } }]])
  })

  it.each([
    ['Europe/Berlin', { label: 'Europe/Berlin', offsetISO: '+01:00', offsetInMinutes: -60 }],
    ['America/St_Johns', { label: 'America/St_Johns', offsetISO: '-03:30', offsetInMinutes: 210 }],
    ['Nowhere/Land', { label: 'UTC', offsetISO: '+00:00', offsetInMinutes: 0 }],
  ])('is told the time zone of who looks: %s', async (timeZone, timezone) => {
    const { asked, widgets } = answering('')
    await widgets.ask({ ...request, timeZone })
    expect(asked[0]?.[1]).toMatchObject({ widgetContext: { timezone } })
  })

  it('may call no function but those that a widget names', async () => {
    const { asked, widgets } = answering('')
    for (const endpoint of [arn('filter'), arn('read2'), 'quarantine', '', '__proto__']) {
      const answer = await widgets.ask({ ...request, call: { endpoint, params: {} } })
      expect(answer).toEqual({ error: `No widget of the template names the function ${endpoint}.` })
    }
    expect(asked).toEqual([])
  })

  it('is none where the template has none', async () => {
    const { widgets } = answering('')
    const asked = [
      { dashboard: 'Flow', widget: 0 },
      { dashboard: 'Flow', widget: 9 },
      { dashboard: 'None', widget: 1 },
    ]
    for (const which of asked) expect(await widgets.ask({ ...request, ...which })).toHaveProperty('error')
  })

  it.each([
    [{ markdown: '# Words' }, { markdown: '# Words' }],
    [{ some: '<b>' }, { html: '<pre>{\n  &#34;some&#34;: &#34;&#60;b&#62;&#34;\n}</pre>' }],
    [null, { html: '<pre>null</pre>' }],
  ])('may answer with Markdown or with any JSON: %j', async (payload, expected) => {
    expect(await answering(payload).widgets.ask(request)).toEqual(expected)
  })

  it('says so where its function fails', async () => {
    const error = { type: 'Sandbox.Timedout', message: 'Task timed out after 60.00 seconds' }
    const widgets = createWidgets({
      dashboards,
      accountId: '123456789012',
      invoke: () => Promise.resolve({ answer: 'failed', kind: 'timeout', error }),
    })
    expect(await widgets.ask(request)).toEqual({
      error: 'The function failed: Sandbox.Timedout: Task timed out after 60.00 seconds',
    })
  })
})

function answering(payload: unknown) {
  const asked: (readonly [string, unknown])[] = []
  const answer: InvocationAnswer = { answer: 'returned', payload, ms: 1, coldStart: false, initMs: null }
  const invoke = (functionArn: string, event: unknown): Promise<InvocationAnswer> => {
    asked.push([functionArn, event])
    return Promise.resolve(answer)
  }
  return { asked, widgets: createWidgets({ dashboards, invoke, accountId: '123456789012', now: () => noon }) }
}
