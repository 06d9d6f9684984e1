import { Duration } from 'aws-cdk-lib'
import type { IWidget } from 'aws-cdk-lib/aws-cloudwatch'
import { chart, head, operations, text, type Chart } from './panels.ts'
import type { DashboardsProps, Extra } from './props.ts'
import { ofFunction, ofQueue, ofRule, ours } from './series.ts'

type Rows = readonly (readonly IWidget[])[]

/** For the operator: whether it works, and what is slow. */
export function healthRows(props: DashboardsProps): Rows {
  return [
    ...head(
      'Is the filter well?',
      'For whoever operates it. Whatever fails here, mail is delivered. Times are in UTC.',
      props,
    ),
    ...(props.widgets?.health ?? []).map((widget) => [widget]),
    ...failureRows(props),
    ...timeRows(props),
    ...functionRows(props),
    ...(props.zones.length === 0 ? [] : zoneRows(props)),
    ...extraRows(props),
  ]
}

/** What stands on every chart of failures, so that an empty one is known to be a good one. */
const decisions = ours('DecisionMilliseconds', { statistic: 'SampleCount', label: 'decisions (right)' })

function failureRows(props: DashboardsProps): Rows {
  return [
    [
      chart({
        asks: 'Is every decision written down?',
        left: [
          ours('DecisionMilliseconds', { statistic: 'SampleCount', label: 'decisions' }),
          ours('RecordsWritten', { label: 'records' }),
          ours('RecordsNotWritten', { label: 'records not written' }),
          ours('PointersNotWritten', { label: 'missing from the list of quarantined mail' }),
        ],
      }),
      chart({
        asks: 'What went wrong inside?',
        left: [
          ours('FilterFailures', { label: 'bugs' }),
          ours('EventsRepeated', { label: 'asked again by SES' }),
          ours('MailUnread', { label: 'bounces not read' }),
          ours('EntriesUnread', { label: 'entries not read' }),
          ours('ProofsSilent', { label: 'proofs without an answer' }),
          ours('BounceMemoryFailures', { label: 'memory of bounces' }),
          ours('SeenUnmarked', { label: 'last mail not noted' }),
          ours('ZoneStatesUnread', { label: 'states of lists not read' }),
        ],
        right: [decisions],
      }),
    ],
    [
      text(
        '## What normal looks like\n\n' +
          'As many records as decisions: the two lines lie on each other. Everything else is 0, or has not been counted yet. A few ' +
          'proofs without an answer are the weather of the DNS.\n\n' +
          `Records: ${operations('RecordsNotWritten', props)}. Bugs: ${operations('FilterFailures', props)}. ` +
          `Asked again: ${operations('EventsRepeated', props)}. Proofs: ${operations('ProofsSilent', props)}.`,
      ),
      chart({
        asks: 'Does the directory answer?',
        left: [ours('RecipientsUnavailable', { label: 'recipients without an answer' })],
        right: [decisions],
      }),
    ],
  ]
}

function timeRows(props: DashboardsProps): Rows {
  const port = (name: string, label: string) => ours(name, { statistic: 'p99', label })
  return [
    [
      chart({
        asks: 'How long does a decision take?',
        left: [
          ours('DecisionMilliseconds', { statistic: 'p50', label: 'half of them are faster' }),
          ours('DecisionMilliseconds', { statistic: 'p99', label: '99 of 100 are faster' }),
          ours('DecisionMilliseconds', { statistic: 'Maximum', label: 'the slowest' }),
        ],
        unit: 'ms',
      }),
      chart({
        asks: 'Whom does it wait for?',
        left: [
          port('DirectoryMilliseconds', 'directory'),
          port('ZonesMilliseconds', 'lists'),
          port('BounceMilliseconds', 'reading bounces, and their proofs'),
          port('RecordMilliseconds', 'writing the record'),
        ],
        unit: 'ms, 99 of 100 are faster',
      }),
    ],
    [
      text(
        '## What normal looks like\n\n' +
          'A decision waits for the slowest list, at most `dns.budgetMs`, and without lists for the directory alone. The filter ' +
          'stops asking two seconds before `deadlineMs`, and what has not answered by then counts for nothing. Cold starts come ' +
          'with new versions, after quiet hours, and when more mail comes at once than ever before.\n\n' +
          `Slow decisions: ${operations('deadline-passed', props)}. Near the time-out: ${operations('filter-duration', props)}.`,
      ),
      chart({
        asks: 'How often does it start cold?',
        left: [ours('ColdStarts', { label: 'cold starts' })],
        right: [decisions],
      }),
    ],
  ]
}

function functionRows(props: DashboardsProps): Rows {
  const filter = { called: 'asked', name: props.filter }
  const all = [{ called: 'filter', name: props.filter }, ...props.functions]
  return [
    [
      chart({
        asks: 'Does SES get through to the filter?',
        left: [
          ofFunction(filter, 'Invocations', { label: 'asked' }),
          ofFunction(filter, 'Errors', { label: 'ended without an answer' }),
          ofFunction(filter, 'Throttles', { label: 'refused by Lambda' }),
          ofRule(props.ruleName, 'PublishFailure', { label: 'SES failed, and tries again' }),
          ofRule(props.ruleName, 'PublishExpired', { label: 'SES gave up' }),
        ],
      }),
      chart({
        asks: 'Do the functions run, and does one fail?',
        left: all.map((part) => ofFunction(part, 'Errors', { label: `errors: ${part.called}` })),
        right: all.map((part) => ofFunction(part, 'Invocations', { label: `${part.called} (right)` })),
      }),
    ],
    [
      text(
        '## What normal looks like\n\n' +
          'One line for what was asked, and nothing else. Where SES gave up, mail was lost.\n\n' +
          `SES failed: ${operations('publish-failure', props)}. SES gave up: ${operations('publish-expired', props)}. ` +
          `Errors: ${operations('filter-errors', props)}. Refused: ${operations('filter-throttles', props)}.`,
      ),
    ],
  ]
}

function zoneRows(props: DashboardsProps): Rows {
  const state = (name: string, label: string) => ours(name, { statistic: 'Maximum', label })
  const zone = (name: string, statistic: 'Minimum' | 'p99') =>
    props.zones.map((one) => ours(name, { by: { Zone: one }, statistic, label: one }))
  return [
    [
      chart({
        asks: 'How many of the DNS lists can be trusted now?',
        left: [
          state('ZonesHealthy', 'healthy'),
          state('ZonesSilent', 'silent'),
          state('ZonesMuted', 'refuse us'),
          state('ZonesEmpty', 'empty'),
          state('ZonesListingTheWorld', 'list the whole world'),
          state('ZonesUnknown', 'not heard of yet'),
        ],
        stacked: true,
      }),
      chart({ asks: 'Which list is it? (1: healthy, 0: counts for nothing)', left: zone('ZoneHealthy', 'Minimum') }),
    ],
    [
      chart({
        asks: 'How fast do the lists answer?',
        left: zone('ZoneMilliseconds', 'p99'),
        unit: 'ms, 99 of 100 are faster',
      }),
      chart({
        asks: 'Are we on a list ourselves, and does the resolver let answers through?',
        left: [
          state('OwnAddressesListed', 'addresses of ours on lists'),
          state('ResolverFilters127', '1: the resolver takes answers away'),
          ours('ProbeFailures', { label: 'the probe cannot read or write' }),
        ],
      }),
    ],
    [
      text(
        '## What normal looks like\n\n' +
          'All lists are healthy. One that is not counts for nothing until it is again; mail is delivered that it would have helped ' +
          `to stop. More: ${operations('ZonesUnhealthy', props)}; ${operations('ResolverFilters127', props)}; ` +
          `${operations('OwnAddressesListed', props)}; ${operations('ProbeFailures', props)}.`,
      ),
    ],
  ]
}

/** What only some deploy. Two charts a row. */
function extraRows({ queues, extras }: DashboardsProps): Rows {
  const charts = [
    ...(queues.length === 0 ? [] : [queueChart(queues)]),
    ...Object.entries(extraCharts).flatMap(([extra, shown]) =>
      extras.some((one) => one === extra) ? [chart(shown)] : [],
    ),
  ]
  return charts.flatMap((_, i) => (i % 2 === 0 ? [charts.slice(i, i + 2)] : []))
}

const extraCharts: { readonly [E in Exclude<Extra, 'hand-over'>]: Chart } = {
  sweep: {
    asks: 'Is there mail about which nothing was decided?',
    left: [
      ours('OrphanedMail', { statistic: 'Maximum', label: 'messages' }),
      ours('SweepFailures', { label: 'could not look' }),
    ],
  },
  compaction: {
    asks: 'Are the records of finished hours put together?',
    left: [
      ours('RecordsCompacted', { label: 'records' }),
      ours('HoursNotCompacted', { statistic: 'Maximum', label: 'hours that are left' }),
      ours('RecordsUnreadable', { label: 'records that cannot be read' }),
    ],
  },
  digest: {
    asks: 'Does the digest of each day go out?',
    left: [
      ours('DigestsSent', { label: 'sent' }),
      ours('DigestsMissing', { statistic: 'Maximum', label: 'due and not sent' }),
    ],
  },
  'sent-log': {
    asks: 'Is what we send written down?',
    left: [
      ours('SentLogEntries', { label: 'written' }),
      ours('SentLogFailures', { label: 'not written' }),
      ours('SentLogEventsUnread', { label: 'not understood' }),
    ],
  },
  scim: {
    asks: 'Are we told who comes and goes?',
    left: [
      ours('ScimRequests', { label: 'requests' }),
      ours('ScimAddressesAdded', { label: 'added' }),
      ours('ScimAddressesRemoved', { label: 'removed' }),
      ours('ScimFailures', { label: 'failed' }),
      ours('ScimUnauthorized', { label: 'wrong token' }),
    ],
  },
}

function queueChart(queues: DashboardsProps['queues']): IWidget {
  const most = { statistic: 'Maximum', period: Duration.minutes(5) } as const
  return chart({
    asks: 'Does anything wait, or lie among the dead letters?',
    left: queues.map((queue) => ofQueue(queue, 'ApproximateNumberOfMessagesVisible', most)),
  })
}
