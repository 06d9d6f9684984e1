import { may, section } from './section.ts'
import { oneOf, wholeNumber } from './values.ts'

/** What is kept, for how long, and whether it outlives the stack. No decision depends on it. */

/** CloudWatch Logs API, PutRetentionPolicy: no other number is accepted. */
const logRetentions = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const

export const retention = section({
  recordsDays: may(wholeNumber(1, 3650), 400, 'For so long a decision can be looked up.'),
  mailDays: may(wholeNumber(1, 3650), 30, 'For so long a message can be read and released, whatever was decided.'),
  logDays: may(
    oneOf(logRetentions, `one of ${logRetentions.join(', ')}`),
    30,
    "For so long the functions' logs are kept.",
  ),
  onDestroy: may(
    oneOf(['keep', 'delete'], '"keep" or "delete"'),
    'keep',
    'What becomes of buckets, tables and logs when the stack goes. "delete": all mail, all records and the directory go with it, for good.',
  ),
})
