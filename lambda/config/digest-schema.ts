import * as v from 'valibot'
import { topicArn } from './alarms-schema.ts'
import { is, may, section } from './section.ts'
import { domainName } from './values.ts'

const timeOfDay = (() => {
  const what = 'a time of day in UTC, such as "06:00"'
  return v.pipe(v.string(what), v.regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, what), v.metadata({ expected: what }))
})()

/** What happened to the mail of each domain on the day before, for those who look after it. */
export const digest = v.nullable(
  section(
    {
      topicArn: is(
        topicArn,
        'The SNS topic that gets a message a day for each domain, with the domain as the attribute `domain`.',
      ),
      at: may(timeOfDay, '06:00', 'When the digest of the day before is sent, UTC.'),
      domains: may(
        v.nullable(v.pipe(v.array(domainName(), 'a list'), v.minLength(1, 'null or a list of at least one'))),
        null,
        'Those of the domains above that have one. null: all of them.',
      ),
    },
    'null, or an object with a topicArn',
  ),
)
