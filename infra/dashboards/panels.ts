import {
  AlarmStatusWidget,
  GraphWidget,
  LegendPosition,
  SingleValueWidget,
  TextWidget,
  type IMetric,
  type IWidget,
} from 'aws-cdk-lib/aws-cloudwatch'
import type { DashboardsProps } from './props.ts'

/** A chart's title is the question that it answers. */
export type Chart = {
  readonly asks: string
  readonly left: readonly IMetric[]
  /** Against an axis of their own. */
  readonly right?: readonly IMetric[]
  readonly stacked?: boolean
  readonly unit?: string
}

/** Of 24 columns: a row is two charts, or a chart with a text beside it. */
const half = 12
const height = 6

export function chart({ asks, left, right = [], stacked = false, unit }: Chart): GraphWidget {
  return new GraphWidget({
    title: asks,
    left: [...left],
    right: [...right],
    stacked,
    width: half,
    height,
    legendPosition: LegendPosition.BOTTOM,
    leftYAxis: { min: 0, showUnits: false, ...(unit === undefined ? {} : { label: unit }) },
    rightYAxis: { min: 0, showUnits: false },
  })
}

/** Each number is taken over all the time that the dashboard shows. */
export function numbers(asks: string, metrics: readonly IMetric[]): SingleValueWidget {
  return new SingleValueWidget({
    title: asks,
    metrics: [...metrics],
    setPeriodToTimeRange: true,
    width: 24,
    height: 4,
  })
}

/** What normal looks like, beside what it is about. */
export function text(markdown: string): TextWidget {
  return new TextWidget({ markdown, width: half, height })
}

/** The first two rows of every dashboard: who it is for, and whether something is wrong. */
export function head(title: string, words: string, { alarms }: DashboardsProps): readonly (readonly IWidget[])[] {
  const heading = new TextWidget({ markdown: `# ${title}\n\n${words}`, width: 24, height: 3 })
  if (alarms.length === 0) return [[heading]]
  // Four alarms a line, and a line for the title.
  const lines = Math.min(12, 1 + Math.ceil(alarms.length / 4))
  const status = new AlarmStatusWidget({
    title: 'Is anything wrong at this moment?',
    alarms: [...alarms],
    width: 24,
    height: lines,
  })
  return [[heading], [status]]
}

/** A link to a heading of docs/operations.md; its name alone where nobody knows the address of the page. */
export function operations(heading: string, { docsUrl }: Pick<DashboardsProps, 'docsUrl'>): string {
  const words = `docs/operations.md, ${heading}`
  return docsUrl === undefined ? `\`${words}\`` : `[${words}](${docsUrl}/operations.md#${heading.toLowerCase()})`
}
