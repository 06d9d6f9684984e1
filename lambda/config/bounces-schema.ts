import * as v from 'valibot'
import { is, may, section } from './section.ts'
import { domainName, keySource, oneOf, proofKeyName, wholeNumber } from './values.ts'

export const actions = oneOf(['deliver', 'quarantine', 'discard'], '"deliver", "quarantine" or "discard"')

const mildActions = oneOf(['deliver', 'quarantine'], '"deliver" or "quarantine"')

const burst = section({
  limit: may(wholeNumber(1, 100), 10, 'More bounces than this to one recipient, all without proof, are a burst.'),
  windowMinutes: may(wholeNumber(1, 30), 10, 'Within so many minutes.'),
  quietMinutes: may(wholeNumber(1, 1440), 60, 'It is over when none came for so many minutes.'),
  action: may(mildActions, 'quarantine', 'What happens to those without proof while it lasts.'),
})

const replay = section({
  perFailedRecipient: may(
    wholeNumber(1, 100),
    3,
    'So often one returned message counts as a proof for the same failed recipients.',
  ),
  perMessage: may(
    wholeNumber(1, 100),
    100,
    'So often for all failed recipients together, unless the bounces go to one of `recipients.bounceAddresses`.',
  ),
})

const key = section(
  {
    name: is(proofKeyName, 'For "prvs" and "tag" one digit, which the tag carries; for "header" what its k= says.'),
    use: is(
      oneOf(['prvs', 'srs', 'tag', 'header'], '"prvs", "srs", "tag" or "header"'),
      '"prvs": BATV. "srs": SRS0. "tag": the sub-address of `quietgate tag`. "header": the field of `quietgate hmac-header`.',
    ),
    source: is(
      v.pipe(
        keySource,
        v.metadata({
          expected: 'an object such as {"secretsManager": "quietgate/tag-1"} or {"ssm": "/quietgate/tag-1"}',
        }),
      ),
      'Where the key is kept. The key itself stands nowhere.',
    ),
  },
  'an object with name, use and source',
)

/** How bounces are judged. */
export const bounces = section({
  action: may(actions, 'quarantine', 'What happens to backscatter: a bounce about mail that is proven not to be ours.'),
  onHints: may(
    mildActions,
    'deliver',
    'What happens to a bounce that proves nothing and looks wrong. "quarantine" stops genuine ones, too.',
  ),
  burst: may(burst, {}, 'When many bounces without proof come to one recipient.'),
  replay: may(replay, {}, 'How often one proof counts: whoever saw a message can return it again and again.'),
  maxAgeDays: may(wholeNumber(1, 30), 14, 'A returned message that was signed or sent longer ago proves nothing.'),
  ownServers: may(
    v.pipe(v.array(domainName(), 'a list'), v.maxLength(50, 'a list of at most 50')),
    [],
    'Host names of our own outgoing servers. Names below the domains above are ours without standing here.',
  ),
  keys: may(
    v.pipe(v.array(key, 'a list'), v.maxLength(20, 'a list of at most 20')),
    [],
    'The keys of tagged return paths and of the header field Quietgate-Proof.',
  ),
  sentLog: may(
    oneOf(['none', 'ses-events'], '"none" or "ses-events"'),
    'none',
    '"ses-events": what SES sends for this account and region is written to the sent log. `quietgate sent-log import` works in either case.',
  ),
})
