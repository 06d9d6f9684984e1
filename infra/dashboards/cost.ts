import { Duration } from 'aws-cdk-lib'
import type { IMetric, IWidget } from 'aws-cdk-lib/aws-cloudwatch'
import { chart, head, numbers, text } from './panels.ts'
import type { DashboardsProps } from './props.ts'
import { bytesOf, computed, ofFunction, ofTable, ours } from './series.ts'

type Rows = readonly (readonly IWidget[])[]

/** For the owner: what it costs, and for what. */
export function costRows(props: DashboardsProps): Rows {
  return [
    ...head(
      'What does it cost?',
      'For whoever pays for it. US dollars, by list prices; the bill is what counts.',
      props,
    ),
    [numbers('What did the mail of this time cost?', totals())],
    ...mailRows(),
    ...amountRows(props),
  ]
}

const day = Duration.days(1)
/** The CDK writes this one nowhere, so that a number can be taken over all the time that is shown. */
const unwritten = Duration.minutes(5)
const done = { deliver: 'delivered', quarantine: 'quarantined', discard: 'discarded' } as const

function totals(): readonly IMetric[] {
  const share = { all: micro('all', unwritten), delivered: micro('deliver', unwritten) }
  return [
    dollars('all', 'all of it ($)', unwritten),
    perThousand(unwritten),
    computed('100 * (all - FILL(delivered, 0)) / all', share, 'for mail that nobody got (%)', unwritten),
  ]
}

function mailRows(): Rows {
  return [
    [
      chart({
        asks: 'What does the mail cost, day by day?',
        left: Object.entries(done).map(([action, label]) => dollars(action as keyof typeof done, label, day)),
        stacked: true,
        unit: '$',
      }),
      text(
        '## What normal looks like\n\n' +
          'About $0.11 for a thousand messages: $0.10 take SES and the rest S3, Lambda, DynamoDB and the log. Stopped mail costs the ' +
          'same, because SES bills what it receives.\n\n' +
          'Not in here, because no event tells it: $0.09 for every thousand full 256 KB of mail, keeping what is stored, and by the ' +
          'month $0.30 a metric, $0.10 an alarm, $3 a dashboard. More: `docs/dashboards.md`.',
      ),
    ],
    [
      chart({
        asks: 'How much mail is it, day by day?',
        left: ['deliver', 'quarantine', 'discard'].map((Action) =>
          ours('Messages', { by: { Action }, period: day, label: `${Action}ed`.replace('eed', 'ed') }),
        ),
        stacked: true,
      }),
      chart({ asks: 'What do a thousand messages cost?', left: [perThousand(day)], unit: '$' }),
    ],
  ]
}

function amountRows({ filter, functions, tables, buckets }: DashboardsProps): Rows {
  const all = [{ called: 'filter', name: filter }, ...functions]
  const gigabytes = (bucket: (typeof buckets)[number], i: number): IMetric =>
    computed(`bytes${i} / 1000000000`, { [`bytes${i}`]: bytesOf(bucket) }, bucket.called, day)
  return [
    [
      chart({
        asks: 'How much mail and how many records are kept?',
        left: buckets.map(gigabytes),
        stacked: true,
        unit: 'GB',
      }),
      text(
        '## What normal looks like\n\n' +
          'What is kept grows until `retention.mailDays` and `retention.recordsDays` are over, and then follows the mail. S3 counts once ' +
          'a day.\n\n' +
          'The function that asks the lists runs once a minute, with mail or without; the others follow the mail. Tables are billed by ' +
          'what is read and written, and cost nothing while nobody asks them.',
      ),
    ],
    [
      chart({
        asks: 'How long do the functions run, day by day?',
        left: all.map((part) => ofFunction(part, 'Duration', { period: day })),
        stacked: true,
        unit: 'ms',
      }),
      chart({
        asks: 'How much do the tables read and write, day by day?',
        left: tables.flatMap((part) => [
          ofTable(part, 'ConsumedReadCapacityUnits', { period: day, label: `${part.called}: read` }),
          ofTable(part, 'ConsumedWriteCapacityUnits', { period: day, label: `${part.called}: written` }),
        ]),
        stacked: true,
      }),
    ],
  ]
}

function perThousand(period: Duration): IMetric {
  const mean = ours('MessageMicrodollars', { statistic: 'Average', period })
  return computed('mean / 1000', { mean }, 'a thousand messages ($)', period)
}

function dollars(which: Which, label: string, period: Duration): IMetric {
  return computed(`${which} / 1000000`, { [which]: micro(which, period) }, label, period)
}

function micro(which: Which, period: Duration): IMetric {
  return ours('MessageMicrodollars', { period, ...(which === 'all' ? {} : { by: { Action: which } }) })
}

type Which = 'all' | keyof typeof done
