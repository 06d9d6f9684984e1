import { effectsOf } from '../../lambda/core/effects.ts'
import { recordKey, type DecisionRecord } from '../../lambda/core/record.ts'
import { html } from '../../lambda/core/widget/html.ts'
import type { MailStore } from '../../lambda/ports/mail-store.ts'
import { readWidget, type ReadWidgetPorts } from '../../lambda/widgets/read.ts'
import { createTimedSearch } from '../../lambda/widgets/search.ts'
import { createMemoryRecordObjects } from '../../local/memory/record-objects.ts'
import { ground } from '../core/trace/builders.ts'

export const readArn = 'arn:aws:lambda:eu-west-1:123456789012:function:read'
export const releaseArn = 'arn:aws:lambda:eu-west-1:123456789012:function:release'

const now = Date.parse(ground.now)

export type World = ReturnType<typeof createWorld>

/** A record bucket with these records, fresh, each as the filter leaves it, and the raw mail of some. */
export function createWorld(records: readonly DecisionRecord[], changes: Partial<ReadWidgetPorts> = {}) {
  const objects = createMemoryRecordObjects(() => now, 7)
  for (const record of records) {
    objects.put(recordKey(record), JSON.stringify(record), record.decided_at)
    for (const effect of effectsOf(record)) {
      if (effect.kind === 'point-to-quarantined') {
        objects.put(effect.key, JSON.stringify(effect.pointer), record.received_at)
      }
    }
  }
  const raw = new Map<string, string>()
  const mail: MailStore = (id, length) => {
    const text = raw.get(id)
    if (text === undefined) return Promise.resolve({ answer: 'failed', cause: 'missing' })
    const octets = Buffer.from(text, 'utf8')
    return Promise.resolve({ answer: 'mail', octets: octets.subarray(0, length), whole: octets.length <= length })
  }
  const ports: ReadWidgetPorts = {
    plan: { domains: ground.domains ?? [], recordsDays: 47, mailDays: 30 },
    objects,
    mail,
    search: createTimedSearch(objects, { unpackAtOnce: 2, readAtOnce: 4 }, { milliseconds: 1000, timer: never }),
    zones: () => Promise.resolve(html`<p>the zones</p>`),
    imports: () => Promise.resolve(html`<p>the imports</p>`),
    clock: () => now,
    ...changes,
  }
  return {
    objects,
    raw,
    ports,
    show: (event: unknown): Promise<string> => readWidget(event, ports, new AbortController().signal),
  }
}

export type Shown = {
  readonly view?: string
  readonly asks?: Readonly<Record<string, unknown>>
  readonly typed?: Readonly<Record<string, unknown>>
  readonly from?: string
  readonly until?: string
  readonly theme?: 'light' | 'dark'
  readonly offset?: string
  /** The parameters of the widget, instead of the usual ones. */
  readonly params?: Readonly<Record<string, unknown>>
}

/** What CloudWatch hands to the function (CloudWatch User Guide, custom widgets, "widgetContext"). */
export function eventOf({ view = 'trace', asks, typed = {}, from, until, theme, offset, params }: Shown): object {
  const own = params ?? { view, read: readArn, release: releaseArn }
  const start = Date.parse(from ?? '2026-11-16T00:00:00.000Z')
  const end = Date.parse(until ?? '2026-11-17T00:00:00.000Z')
  return {
    ...(asks ?? own),
    widgetContext: {
      dashboardName: 'Flow',
      widgetId: 'widget-16',
      accountId: '123456789012',
      locale: 'en',
      timezone: { label: 'Local', offsetISO: offset ?? '+00:00', offsetInMinutes: 0 },
      period: 300,
      isAutoPeriod: true,
      timeRange: { mode: 'absolute', start, end, relativeStart: 86_400_000 },
      theme: theme ?? 'light',
      linkCharts: true,
      title: 'Where is my mail?',
      forms: { all: typed },
      params: own,
      width: 588,
      height: 369,
    },
  }
}

function never(): AbortSignal {
  return new AbortController().signal
}
