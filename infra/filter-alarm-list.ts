import type { AlarmName } from '../lambda/config.ts'
import type { AlarmText } from './alarm-text.ts'

/** What an alarm about the filter stands on. Those of one metric and one number; the share of discards is no such one. */
export type FilterAlarm = {
  readonly watches:
    | { readonly kind: 'ours'; readonly metric: string; readonly statistic: 'Sum' | 'Maximum' | 'SampleCount' }
    /** Messages that were decided in this mode. */
    | { readonly kind: 'mode'; readonly mode: 'bypass' }
    /** Of all functions of the account in this Region together. Lambda Developer Guide, "Concurrency metrics". */
    | { readonly kind: 'account'; readonly metric: 'ConcurrentExecutions' }
    /** What `bounce-calls.ts` watches for. */
    | { readonly kind: 'bounce calls' }
    | { readonly kind: 'function'; readonly metric: 'Errors' | 'Throttles' | 'Duration' }
    /** SES Developer Guide, "Viewing metrics for Amazon SES email receiving": by the name of the rule. */
    | { readonly kind: 'rule'; readonly metric: 'PublishFailure' | 'PublishExpired' }
  /** `below`: when less was counted than the number, or nothing. */
  readonly sounds: 'from' | 'below'
  /** What the number is of: `share` counts percents of `filter-alarms.ts`'s times, `dollars` millionths of one. */
  readonly unit: 'count' | 'dollars' | 'share of the time-out' | 'share of the time for asking' | 'spells'
  readonly minutes: 5 | 15 | 60 | 1440
  /** In how many spells of `minutes`, one after another. With the unit `spells` the setting says it, and each counts from 1. */
  readonly spells: number
  readonly text: AlarmText
}

/** By the name of its threshold, `alarms.thresholds` in the configuration. */
export const filterAlarms: { readonly [A in Exclude<AlarmName, 'discardShare'>]: FilterAlarm } = {
  filterErrors: alarm(ofFunction('Errors'), {
    means: 'The filter could not be started, ran out of memory or time, or was ended: it gave SES no answer.',
    lost: 'Not yet: SES tries again for hours. After that it may return mail to its sender.',
    first: 'aws logs tail of the log group of FILTER_FUNCTION, --since 1h.',
    heading: 'filter-errors',
  }),
  filterThrottles: alarm(ofFunction('Throttles'), {
    means: "Lambda refused to run the filter: the account's concurrent executions are used up.",
    lost: 'Not yet: SES tries again for hours. After that it may return mail to its sender.',
    first: 'aws lambda get-account-settings.',
    heading: 'filter-throttles',
  }),
  filterDuration: {
    ...alarm(ofFunction('Duration'), {
      means: 'An invocation of the filter came near its time-out, at which Lambda ends it without an answer.',
      lost: 'No.',
      first: 'npx quietgate doctor, then DirectoryMilliseconds, ZonesMilliseconds and BounceMilliseconds.',
      heading: 'filter-duration',
    }),
    unit: 'share of the time-out',
    spells: 2,
  },
  publishFailure: alarm(ofRule('PublishFailure'), {
    means: 'SES could not store a message or could not ask the filter.',
    lost: 'Not yet: SES tries again for up to 36 hours.',
    first: 'npx quietgate doctor.',
    heading: 'publish-failure',
  }),
  publishExpired: alarm(ofRule('PublishExpired'), {
    means: 'SES gave a message up: the rule could not be carried out in 36 hours, or never will be.',
    lost: 'Yes. Such a message was not delivered, and SES may have returned it to its sender.',
    first: 'npx quietgate doctor.',
    heading: 'publish-expired',
  }),
  knownRecipientsDiscarded: alarm(ours('KnownRecipientsDiscarded'), {
    means: 'A message to somebody who exists was discarded: a check other than the directory may do that here.',
    lost: 'Perhaps. The raw mail is kept for retention.mailDays.',
    first: 'the records of the last hour with action "discard" and a recipient that is "known".',
    heading: 'KnownRecipientsDiscarded',
  }),
  recordsNotWritten: alarm(ours('RecordsNotWritten'), {
    means: 'Decisions could not be written down, so that nothing is stopped.',
    lost: 'No; what should have been stopped is delivered.',
    first: 'aws s3api head-bucket --bucket RECORD_BUCKET.',
    heading: 'RecordsNotWritten',
  }),
  pointersNotWritten: alarm(ours('PointersNotWritten'), {
    means: 'Quarantined messages are missing from the list of quarantined mail.',
    lost: 'No; the raw mail and the records are there.',
    first: 'the records of the day with action "quarantine".',
    heading: 'PointersNotWritten',
  }),
  filterFailures: alarm(ours('FilterFailures'), {
    means: 'A bug: the filter threw, and messages were delivered without a judgement.',
    lost: 'No.',
    first: 'aws logs tail of the log group of FILTER_FUNCTION, with { $.level = "error" }.',
    heading: 'FilterFailures',
  }),
  recipientsUnavailable: {
    ...alarm(ours('RecipientsUnavailable'), {
      means: 'The directory does not answer, so that everybody counts as known.',
      lost: 'No; mail to people who do not exist is delivered too.',
      first: 'aws dynamodb describe-table --table-name DIRECTORY_TABLE.',
      heading: 'recipients-unavailable',
    }),
    spells: 2,
  },
  mailUnread: alarm(ours('MailUnread'), {
    means: 'Messages that look like bounces could not be read from the mail bucket, and were not judged.',
    lost: 'No; they are delivered.',
    first: 'aws iam simulate-principal-policy for s3:GetObject of MAIL_BUCKET/mail/.',
    heading: 'MailUnread',
  }),
  entriesUnread: {
    ...alarm(ours('EntriesUnread'), {
      means: 'The allow and block entries cannot be read. After a quarter of an hour all mail counts as allowed.',
      lost: 'No; what lists would have stopped is delivered.',
      first: 'npx quietgate allow list.',
      heading: 'EntriesUnread',
    }),
    spells: 2,
  },
  proofsSilent: often(ours('ProofsSilent'), {
    means: 'Bounces could not be judged: a public key, the sent log or a secret gave no answer.',
    lost: 'No; they are delivered.',
    first: 'dig +short TXT SELECTOR._domainkey.DOMAIN, as the records name it.',
    heading: 'ProofsSilent',
  }),
  bounceMemoryFailures: often(ours('BounceMemoryFailures'), {
    means: 'The memory of bounces could not be read or written: a flood is not seen as one.',
    lost: 'No.',
    first: 'the throttled requests of LEDGER_TABLE.',
    heading: 'BounceMemoryFailures',
  }),
  eventsRepeated: often(ours('EventsRepeated'), {
    means: 'SES asks again about messages that were decided: the answers come too late or not at all.',
    lost: 'Not yet: SES tries again for hours.',
    first: 'Errors, Throttles and Duration of FILTER_FUNCTION.',
    heading: 'EventsRepeated',
  }),
  deadlinePassed: {
    ...alarm(
      { kind: 'ours', metric: 'DecisionMilliseconds', statistic: 'Maximum' },
      {
        means: 'A decision used up its time for asking: what had not answered by then counted for nothing.',
        lost: 'No; whatever is not known for certain is delivered.',
        first: 'npx quietgate dnsbl health, then DirectoryMilliseconds, ZonesMilliseconds and BounceMilliseconds.',
        heading: 'deadline-passed',
      },
    ),
    unit: 'share of the time for asking',
    spells: 2,
  },
  probeFailures: often(ours('ProbeFailures'), {
    means: 'The probe of the lists cannot read or write its states.',
    lost: 'No; mail is judged without it.',
    first: 'aws logs tail of the log group of PROBE_FUNCTION, --since 1h.',
    heading: 'ProbeFailures',
  }),
  noMail: {
    // The compaction counts the records of each hour, and says so when there were none. What the filter counts is only there when mail is.
    ...alarm(ours('RecordsCompacted'), {
      means:
        'No message was decided for as many hours as the setting says: none comes, or SES does not ask the filter.',
      lost: 'Perhaps: mail may go elsewhere, or wait at its senders, who give up after some days.',
      first: 'npx quietgate doctor.',
      heading: 'no-mail',
    }),
    sounds: 'below',
    unit: 'spells',
    minutes: 60,
  },
  bypassHours: {
    ...alarm(
      { kind: 'mode', mode: 'bypass' },
      {
        means: 'Mail was delivered unseen in every one of the last hours: perhaps somebody forgot the mode "bypass".',
        lost: 'No; spam and mail to people who do not exist is delivered too.',
        first: 'look for "bypass" in the configuration, set the mode back, and deploy.',
        heading: 'bypassed',
      },
    ),
    unit: 'spells',
    minutes: 60,
  },
  concurrentExecutions: alarm(
    { kind: 'account', metric: 'ConcurrentExecutions' },
    {
      means: 'The functions of the account come near the limit of those that run at once.',
      lost: 'No. At the limit itself mail waits at SES: see filter-throttles.',
      first: 'aws lambda get-account-settings --query AccountLimit.',
      heading: 'concurrent-executions',
    },
  ),
  dollarsPerDay: {
    ...alarm(ours('MessageMicrodollars'), {
      means: 'The mail of a day cost more than was allowed for it: a flood, or a list that grew.',
      lost: 'No; nothing is stopped because it costs.',
      first: 'the dashboard of the cost: what the mail costs, day by day, and by what was done with it.',
      heading: 'dollars-per-day',
    }),
    unit: 'dollars',
    minutes: 1440,
  },
  bounceCalls: alarm(
    { kind: 'bounce calls' },
    {
      means:
        'Somebody called SendBounce in this account, or gave a receipt rule a Bounce action: forged senders get answers.',
      lost: 'No, but strangers get mail that they never caused, and lists may list you for it.',
      first: 'npx quietgate doctor, and aws cloudtrail lookup-events for SendBounce.',
      heading: 'bounce-calls',
    },
  ),
}

export const discardShareText: AlarmText = {
  means: 'The share of mail that is discarded, or would be in another mode, has left its usual band for 15 minutes.',
  lost: 'Perhaps: a directory that lost entries looks like this, and so does somebody who tries out names.',
  first: 'npx quietgate recipients lookup ADDRESS, for some of the unknown ones.',
  heading: 'discard-share',
}

function alarm(watches: FilterAlarm['watches'], text: AlarmText): FilterAlarm {
  return { watches, sounds: 'from', unit: 'count', minutes: 5, spells: 1, text }
}

/** A few are the weather of a network; many in a quarter of an hour are not. */
function often(watches: FilterAlarm['watches'], text: AlarmText): FilterAlarm {
  return { ...alarm(watches, text), minutes: 15 }
}

function ours(metric: string): FilterAlarm['watches'] {
  return { kind: 'ours', metric, statistic: 'Sum' }
}

function ofFunction(metric: 'Errors' | 'Throttles' | 'Duration'): FilterAlarm['watches'] {
  return { kind: 'function', metric }
}

function ofRule(metric: 'PublishFailure' | 'PublishExpired'): FilterAlarm['watches'] {
  return { kind: 'rule', metric }
}
