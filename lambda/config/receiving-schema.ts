import * as v from 'valibot'
import { is, may, section } from './section.ts'
import { domainName, flag } from './values.ts'

/** Through which receipt rule set mail comes in, and what is made so that it does. No decision depends on it. */

/** SES API v1, CreateReceiptRuleSet. */
const ruleSetName = named(
  'the name of a receipt rule set: 1 to 64 letters, digits, hyphens and underscores',
  /^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,62}[A-Za-z0-9])?$/,
)

/** SES API v1, ReceiptRule. */
const ruleName = named(
  'the name of a receipt rule: 1 to 64 letters, digits, hyphens, underscores and periods',
  /^[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,62}[A-Za-z0-9])?$/,
)

const hostedZoneId = named('the id of a hosted zone, such as "Z0123456789ABCDEFGHIJ"', /^[A-Z0-9]{1,32}$/)

const ruleSet = section(
  {
    name: is(ruleSetName, 'The rule set that the rule of the filter is added to.'),
    after: may(v.nullable(ruleName), null, 'The rule of that set behind which it is placed. null: at the front.'),
  },
  'null, or an object with the name of a rule set',
)

export const receiving = section({
  ruleSet: may(v.nullable(ruleSet), null, 'A rule set that is there already. null: the stack makes one of its own.'),
  activate: may(
    flag,
    true,
    'Whether a deploy makes the rule set the active one, if none is. false: it touches nothing; somebody does it by hand.',
  ),
  replaceActive: may(
    flag,
    false,
    'Whether a rule set of somebody else may be displaced by that. It comes back when the stack goes.',
  ),
  shareEnforce: may(
    flag,
    false,
    'Whether the filter may stop mail although other rules of the set are for other domains. A stop ends the whole set, for all recipients.',
  ),
  identities: may(
    flag,
    false,
    'Whether SES is told of the domains (an identity each, with Easy DKIM). It must not know them yet.',
  ),
  hostedZones: may(
    v.pipe(
      v.record(domainName(), hostedZoneId, 'an object'),
      v.metadata({ expected: 'an object with a domain each, such as {"example.com": "Z0123456789ABCDEFGHIJ"}' }),
    ),
    {},
    'The Route 53 zones in which the MX records of the domains are made. A domain that is not here has its records printed.',
  ),
})

function named(what: string, form: RegExp) {
  return v.pipe(v.string(what), v.regex(form, what), v.metadata({ expected: what }))
}
