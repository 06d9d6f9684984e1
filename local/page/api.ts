import type { DecisionRecord } from '../../lambda/core/record.ts'
import type { InboxMessage } from '../inbox/message.ts'

export type { InboxMessage } from '../inbox/message.ts'

/*
 * What the local page and its server say to each other. Types only: the browser's side imports nothing else of the server.
 *
 * Whatever is asked with POST is asked with `content-type: application/json`. Anything but 200 is answered with `Refusal`.
 * Addresses, subjects and names are as senders wrote them, unescaped: the page shows them as text and as nothing else.
 */

/*
 * GET / has `<div id="app">` in an otherwise empty body; /app.js and /app.css are made of client/main.ts and the CSS that it
 * imports. The policy of the page: scripts of its own alone, styles inline too, images of its own and `data:`, no forms.
 */

/** Every answer that is not 200: 400 what was asked makes no sense, 403 who asks may not, 404, 405, 413 too long, 500 a bug. */
export type Refusal = { readonly error: string }

/** GET /api/stack */
export type StackView = {
  readonly region: string
  readonly accountId: string
  readonly stackName: string
  readonly smtpPort: number
  /** Who exists, and may be written to; those of the samples where nobody was imported. */
  readonly knownRecipients: readonly string[]
  /** Whether released and delivered mail comes into the inbox of this page. */
  readonly inbox: boolean
}

/** GET /api/dashboards: in the order of the template. */
export type DashboardsAnswer = readonly DashboardView[]

export type DashboardView = {
  /** What the address of the page and the other requests name it by, such as `Flow`. */
  readonly key: string
  /** As it is called in the account, such as `Quietgate-Flow-us-east-1`. */
  readonly name: string
  /** ISO 8601, such as `-P3D`, or null: what CloudWatch shows at first. */
  readonly defaultInterval: string | null
  readonly widgets: readonly WidgetView[]
}

/** `x` and `width` in columns of 24, `y` and `height` in CloudWatch's rows. `index` names it in the other requests. */
type Placed = {
  readonly index: number
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** As the dashboard's body has it (CloudWatch API Reference, "Dashboard Body Structure and Syntax"). */
export type WidgetView =
  | (Placed & { readonly type: 'metric'; readonly properties: MetricProperties })
  | (Placed & { readonly type: 'text'; readonly properties: { readonly markdown: string } })
  | (Placed & {
      readonly type: 'alarm'
      readonly properties: { readonly title?: string; readonly alarms: readonly string[] }
    })
  | (Placed & { readonly type: 'custom'; readonly properties: CustomProperties })

export type MetricProperties = {
  readonly title?: string
  /** @default timeSeries */
  readonly view?: 'timeSeries' | 'singleValue' | 'gauge' | 'bar' | 'pie' | 'table'
  readonly stacked?: boolean
  readonly setPeriodToTimeRange?: boolean
  readonly yAxis?: { readonly left?: AxisProperties; readonly right?: AxisProperties }
  readonly legend?: { readonly position?: 'bottom' | 'right' | 'hidden' }
  /** POST /api/metrics has read them. */
  readonly metrics?: readonly unknown[]
}

export type AxisProperties = {
  readonly min?: number
  readonly max?: number
  readonly label?: string
  readonly showUnits?: boolean
}

export type CustomProperties = {
  readonly title?: string
  /** The ARN of the widget's function. */
  readonly endpoint: string
  readonly params?: Readonly<Record<string, unknown>>
  readonly updateOn?: { readonly refresh?: boolean; readonly resize?: boolean; readonly timeRange?: boolean }
}

/** Milliseconds since 1970. */
export type TimeRange = { readonly start: number; readonly end: number }

/** POST /api/metrics */
export type MetricsRequest = TimeRange & {
  readonly dashboard: string
  readonly widget: number
  /** Seconds, a multiple of 60, as CloudWatch's own choice of a period. @default what the widget says, else 300 */
  readonly period?: number
}

export type MetricsAnswer = {
  /** Seconds: the shortest of the series. */
  readonly period: number
  /** Those that are shown, in the order of the widget. Each has its own times, because periods may differ. */
  readonly series: readonly Series[]
  /** One for each series, over the whole range; only for a widget of numbers (`view: singleValue`). */
  readonly values?: readonly SingleValue[]
}

export type Series = {
  readonly label: string
  readonly axis: 'left' | 'right'
  /** As the metric was emitted, such as `Milliseconds`; absent where nothing was. */
  readonly unit?: string
  /** Seconds since 1970: where each period begins. Ascending, and the same grid for all series of the same period. */
  readonly times: readonly number[]
  /** Beside `times`; null where nothing was counted. */
  readonly values: readonly (number | null)[]
  /** Why there can be no values here, such as "Only AWS counts this."; absent where there may be. */
  readonly note?: string
}

export type SingleValue = {
  readonly label: string
  /** null: nothing was counted in the range. */
  readonly value: number | null
  readonly unit?: string
  readonly note?: string
}

/** POST /api/alarms, with `{}` */
export type AlarmsAnswer = readonly AlarmView[]

export type AlarmView = {
  readonly arn: string
  readonly name: string
  /** `not-computed`: only AWS could tell. */
  readonly state: 'ok' | 'alarm' | 'no-data' | 'not-computed'
  /** One sentence. */
  readonly reason: string
  /** As the alarm's description has it: what it means, and what to do first. */
  readonly description: string
}

/** POST /api/widget */
export type WidgetRequest = {
  readonly dashboard: string
  readonly widget: number
  readonly timeRange: TimeRange
  readonly theme: 'light' | 'dark'
  /** Pixels of the room inside. */
  readonly width: number
  readonly height: number
  /** IANA, such as `Europe/Berlin`. @default UTC */
  readonly timeZone?: string
  /** The fields of all forms in the widget, by name. */
  readonly forms: Readonly<Record<string, FormValue>>
  /** What a `cwdb-action` of kind `call` names; absent for the first call. */
  readonly call?: { readonly endpoint: string; readonly params: unknown }
}

export type FormValue = string | boolean | readonly string[]

/** `error`: the function failed, or may not be called from here; for people. */
export type WidgetAnswer = { readonly html: string } | { readonly markdown: string } | { readonly error: string }

/**
 * GET /api/events: server-sent events. `event:` is the kind, `data:` the JSON of the rest. On connecting come the last 100
 * decisions, the oldest first, then `ready`. A comment line every 15 s keeps the connection.
 */
export type PageEvent =
  | ({ readonly kind: 'decision' } & DecisionEvent)
  | { readonly kind: 'ready'; readonly decisions: number }
  /** A message without a record. Its raw mail is in the bucket. */
  | { readonly kind: 'undecided'; readonly messageId: string }
  | { readonly kind: 'inbox'; readonly message: InboxMessage }
  | { readonly kind: 'alarm'; readonly alarm: AlarmView }

/** `data:` of the event `decision`. */
export type DecisionEvent = {
  readonly record: DecisionRecord
  /** Sentences. */
  readonly explanation: readonly string[]
}

/** POST /api/send */
export type SendRequest = SendForm | SendRaw

export type SendForm = {
  /** The envelope's sender, and that of the From field; '' or null for `<>`. */
  readonly from: string | null
  readonly to: readonly string[]
  readonly subject: string
  readonly body: string
  /** The client that it shall seem to come from. */
  readonly clientIp: string
  readonly helo?: string
  /** @default plain */
  readonly kind?: SendKind
}

/**
 * `plain`; `html`: the body is markup; `eicar`: with the test string that scanners take for a virus; `bounce`: a delivery
 * status notification that returns a message which example.com really signed; `backscatter`: one that somebody forged.
 */
export type SendKind = 'plain' | 'html' | 'eicar' | 'bounce' | 'backscatter'

export type SendRaw = {
  /** The whole message, base64. */
  readonly raw: string
  readonly from: string | null
  readonly to: readonly string[]
  readonly clientIp: string
  readonly helo?: string
}

/** `messageId` is SES's id, as the decision names it. `refusedRecipients`: the listener took it for the others only. */
export type SendAnswer =
  | { readonly answer: 'accepted'; readonly messageId: string; readonly refusedRecipients: readonly string[] }
  | { readonly answer: 'refused'; readonly reply: string }

/** GET /api/samples: the messages that `npm start` sent, to send again; `raw` as in `SendRaw`. */
export type SamplesAnswer = readonly SampleView[]

export type SampleView = SendRaw & {
  readonly helo: string
  readonly title: string
  /** What becomes of it. */
  readonly expected: { readonly action: string; readonly reasons: readonly string[] }
}

/** GET /api/inbox: what was handed over, the newest first. GET /api/inbox/ID/raw: the very bytes, as `message/rfc822`. */
export type InboxAnswer = readonly InboxMessage[]
