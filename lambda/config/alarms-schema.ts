import * as v from 'valibot'
import { may, section } from './section.ts'
import { wholeNumber } from './values.ts'

/** What wakes somebody, and who is told. No decision depends on it. */

export const topicArn = (() => {
  const what = 'the ARN of an SNS topic, such as "arn:aws:sns:eu-west-1:111122223333:mail-alarms"'
  return v.pipe(
    v.string(what),
    v.regex(/^arn:aws[a-z-]{0,20}:sns:[a-z0-9-]{1,32}:\d{12}:[A-Za-z0-9_-]{1,256}$/, what),
    v.metadata({ expected: what }),
  )
})()

const counted = v.nullable(wholeNumber(1, 1_000_000))
/** CloudWatch, "PutMetricAlarm": spells of an hour may reach back seven days. */
const hours = v.nullable(wholeNumber(1, 168))
const percent = v.nullable(wholeNumber(1, 100))

/** One setting for each alarm about the filter; `infra/filter-alarm-list.ts` has the alarms. */
const thresholds = section({
  filterErrors: may(counted, 1, 'Invocations of the filter that ended in an error, in five minutes.'),
  filterThrottles: may(counted, 1, 'Invocations that Lambda refused for lack of concurrency, in five minutes.'),
  filterDuration: may(percent, 80, "The longest invocation of five minutes, in percent of the function's time-out."),
  publishFailure: may(counted, 1, 'Failures of SES to carry out the rule, in five minutes.'),
  publishExpired: may(counted, 1, 'Messages that SES gave up, in five minutes.'),
  knownRecipientsDiscarded: may(counted, 1, 'Recipients who exist and whose message was discarded, in five minutes.'),
  recordsNotWritten: may(counted, 1, 'Records that were not written, in five minutes.'),
  pointersNotWritten: may(counted, 1, 'Quarantined messages that are missing from the list, in five minutes.'),
  filterFailures: may(counted, 1, 'Messages that were delivered by the last resort, in five minutes.'),
  recipientsUnavailable: may(
    counted,
    1,
    'Recipients that could not be looked up, in each of two spells of five minutes.',
  ),
  mailUnread: may(counted, 1, 'Bounces whose raw mail could not be read, in five minutes.'),
  entriesUnread: may(
    counted,
    1,
    'Readings of the allow and block entries that failed, in each of two spells of five minutes.',
  ),
  proofsSilent: may(counted, 5, 'Bounces that a silent proof left undecided, in 15 minutes.'),
  bounceMemoryFailures: may(counted, 5, 'Failures of the memory of bounces, in 15 minutes.'),
  eventsRepeated: may(counted, 10, 'Events that SES sent again, in 15 minutes.'),
  deadlinePassed: may(percent, 95, 'The slowest decision of five minutes, in percent of the time for asking.'),
  probeFailures: may(counted, 5, 'Failed runs of the probe of the lists, in 15 minutes.'),
  noMail: may(hours, 24, 'Hours in a row in which no message was decided. More where mail is rare.'),
  bypassHours: may(hours, 4, 'Hours in a row in each of which mail was delivered unseen, in the mode "bypass".'),
  concurrentExecutions: may(
    counted,
    null,
    "Functions of the account that run at once, of all together: 70 % of the account's limit is a good number.",
  ),
  dollarsPerDay: may(
    counted,
    null,
    'US dollars that the mail of 24 hours may cost, by the prices of lambda/core/cost.ts.',
  ),
  bounceCalls: may(
    counted,
    1,
    'Calls of SendBounce and receipt rules with a Bounce action, in this account, in five minutes. Needs a trail of CloudTrail.',
  ),
  discardShare: may(
    v.nullable(wholeNumber(1, 20)),
    4,
    'Standard deviations by which the share of discarded mail may leave its usual band, for 15 minutes.',
  ),
})

export const alarms = section({
  topicArns: may(
    v.pipe(v.array(topicArn, 'a list'), v.maxLength(5, 'a list of at most 5')),
    [],
    'SNS topics that are told of every alarm, when it begins and when it is over.',
  ),
  thresholds: may(thresholds, {}, 'From which number on an alarm is given. null: never.'),
})
