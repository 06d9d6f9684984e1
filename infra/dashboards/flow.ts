import { Duration } from 'aws-cdk-lib'
import type { IWidget } from 'aws-cdk-lib/aws-cloudwatch'
import { chart, head, numbers, operations, text } from './panels.ts'
import type { DashboardsProps } from './props.ts'
import { ours, type Taking } from './series.ts'

type Rows = readonly (readonly IWidget[])[]

/** For the help desk: what became of the mail, and why. */
export function flowRows(props: DashboardsProps): Rows {
  return [
    ...head('What becomes of the mail', 'For whoever is asked where a message is. Times are in UTC.', props),
    ...(props.widgets?.flow ?? []).map((widget) => [widget]),
    [numbers('How much mail came, and what became of it?', counts())],
    ...mailRows(props),
    ...peopleRows(props),
    ...bounceRows(props),
    ...whereRows(props),
  ]
}

const period = Duration.hours(1)

/** Without a period: the numbers are of all the time that is shown. */
function counts() {
  const came = ours('DecisionMilliseconds', { statistic: 'SampleCount', label: 'came' })
  return [came, ...byAction('Action', {})]
}

/** What stops a message. The other reasons only say why it was let through. */
const stopping: Readonly<Record<string, string>> = {
  'block-entry': 'blocked by an entry',
  'recipient-unknown': 'nobody of that name',
  'recipient-denied': 'address is closed',
  'dnsxl-stopped': 'sender is on lists',
  'bounce-backscatter': 'bounce of mail that is not ours',
  'bounce-suspected': 'bounce that looks wrong',
  'bounce-burst': 'flood of bounces',
  'virus-found': 'virus',
  'spam-found': 'spam',
  'dmarc-reject': 'DMARC',
}

function mailRows(props: DashboardsProps): Rows {
  return [
    [
      chart({
        asks: 'What became of the mail, hour by hour?',
        left: byAction('Action', { period }),
        stacked: true,
      }),
      text(
        '## What normal looks like\n\n' +
          'The shape of your working day, and a band of stopped mail below it that changes slowly. ' +
          'In the mode `observe` everything is delivered, and the next chart says what would not be.\n\n' +
          `A sudden change of the stopped share: ${operations('discard-share', props)}. ` +
          `A message that SES could not hand in is not counted here: ${operations('publish-failure', props)}.`,
      ),
    ],
    [
      chart({
        asks: 'What would have become of it, if every domain were enforced?',
        left: byAction('WouldBeAction', { period }),
        stacked: true,
      }),
      chart({
        asks: 'In which mode was the mail judged?',
        left: ['observe', 'enforce', 'bypass'].map((Mode) => ours('Messages', { by: { Mode }, period, label: Mode })),
        stacked: true,
      }),
    ],
    [
      chart({
        asks: 'Why was mail stopped, or would have been?',
        left: [
          ...Object.entries(stopping).map(([Reason, label]) => ours('Reasons', { by: { Reason }, period, label })),
        ],
        right: [ours('DecisionMilliseconds', { statistic: 'SampleCount', period, label: 'mail (right)' })],
        stacked: true,
      }),
      text(
        '## What normal looks like\n\n' +
          'Most stopped mail is for names that do not exist. A message may have several reasons, so that these do not add up ' +
          'to the messages.\n\n' +
          `Many unknown names at once: ${operations('many-recipients-unknown', props)}. ` +
          `Somebody says that a name does exist: ${operations('recipient-unknown', props)}. ` +
          `Lists that stop the wrong people: ${operations('dnsxl-stopped', props)}.`,
      ),
    ],
  ]
}

function peopleRows(props: DashboardsProps): Rows {
  return [
    [
      chart({
        asks: 'Do the people exist to whom the mail is written?',
        left: [
          ours('RecipientsKnown', { period, label: 'known' }),
          ours('RecipientsUnknown', { period, label: 'unknown' }),
          ours('RecipientsUnavailable', { period, label: 'nobody could say' }),
        ],
        stacked: true,
      }),
      chart({
        asks: 'Did somebody who exists not get their mail?',
        left: [
          ours('KnownRecipientsDiscarded', { period, label: 'discarded' }),
          ours('KnownRecipientsQuarantined', { period, label: 'quarantined' }),
        ],
      }),
    ],
    [
      text(
        '## What normal looks like\n\n' +
          'These charts count recipients: a message to five people is five. Of those nobody could say anything about, all count as ' +
          `known: ${operations('recipients-unavailable', props)}.\n\n` +
          `Discarded should be 0: ${operations('KnownRecipientsDiscarded', props)}. Quarantined mail waits until ` +
          'somebody releases it, or `retention.mailDays` are over.',
      ),
    ],
  ]
}

function bounceRows(props: DashboardsProps): Rows {
  const verdicts = { authentic: 'ours', backscatter: 'not ours', unverified: 'no proof', undecidable: 'no answer' }
  return [
    [
      chart({
        asks: 'Were the bounces about mail of ours?',
        left: Object.entries(verdicts).map(([Verdict, label]) => ours('Bounces', { by: { Verdict }, period, label })),
        right: [ours('DecisionMilliseconds', { statistic: 'SampleCount', period, label: 'mail (right)' })],
        stacked: true,
      }),
      text(
        '## What normal looks like\n\n' +
          'A few bounces a day, most of them ours. Bounces without proof are delivered, except while a flood lasts.\n\n' +
          `Many that are not ours: ${operations('bounce-backscatter', props)}. ` +
          `Many without an answer: ${operations('bounce-undecidable', props)}.`,
      ),
    ],
  ]
}

function whereRows({ domainGroups, extras }: DashboardsProps): Rows {
  const domains = chart({
    asks: 'To which domains does the mail go?',
    left: domainGroups.map((DomainGroup) => ours('Messages', { by: { DomainGroup }, period, label: DomainGroup })),
  })
  const handOver = chart({
    asks: 'Did delivered mail reach where it is handed over to?',
    left: [
      ours('HandOverTaken', { period, label: 'taken' }),
      ours('HandOverLater', { period, label: 'tried again later' }),
      ours('HandOverRefused', { period, label: 'refused' }),
    ],
  })
  const shown = [...(domainGroups.length > 0 ? [domains] : []), ...(extras.includes('hand-over') ? [handOver] : [])]
  return shown.length === 0 ? [] : [shown]
}

function byAction(dimension: 'Action' | 'WouldBeAction', taking: Pick<Taking, 'period'>) {
  const done = { deliver: 'delivered', quarantine: 'quarantined', discard: 'discarded' }
  return Object.entries(done).map(([action, label]) =>
    ours('Messages', { ...taking, by: { [dimension]: action }, label }),
  )
}
