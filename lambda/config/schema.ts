import * as v from 'valibot'
import { encryption, permissionsBoundary } from './account-schema.ts'
import { alarms } from './alarms-schema.ts'
import { actions, bounces } from './bounces-schema.ts'
import { digest } from './digest-schema.ts'
import { domain, domainByName, modes } from './domain-schema.ts'
import { handOver } from './hand-over-schema.ts'
import { receiving } from './receiving-schema.ts'
import { receivingRegions } from './regions.ts'
import { retention } from './retention-schema.ts'
import { scim } from './scim-schema.ts'
import { is, may, section } from './section.ts'
import {
  dnsServer,
  domainName,
  flag,
  ipAddress,
  keyName,
  keySource,
  localPartPattern,
  network,
  oneOf,
  returnCode,
  term,
  wholeNumber,
  words,
} from './values.ts'

/**
 * The configuration: every setting once, with its type, its default and what it is for. The parser, the table in the
 * documentation and the nearest match for a typo are all read from here.
 */

/** SES: receipt rules, recipients a rule. */
const mostDomains = 500

const recipients = section({
  unknown: may(actions, 'discard', 'What happens to a message whose recipients all do not exist.'),
  graceDays: may(wholeNumber(0, 3650), 30, 'For so many days after its removal a recipient still counts as known.'),
  bounceAddresses: may(
    v.pipe(v.array(localPartPattern, 'a list'), v.maxLength(100, 'a list of at most 100')),
    [],
    'Local parts that exist as return paths only.',
  ),
  srsDomains: may(
    v.pipe(v.array(domainName(), 'a list'), v.maxLength(mostDomains, `a list of at most ${mostDomains}`)),
    [],
    'Those of the domains above whose host rewrites senders (SRS): their SRS addresses are known.',
  ),
})

const codes = v.pipe(v.array(returnCode, 'a list'), v.maxLength(20, 'a list of at most 20'))

/** What is null here is read from another term of the same list, else from the catalogue, else as it is documented. */
const zone = section(
  {
    term: is(term, "Which answers of which list count, and how much: zone=pattern*weight, as in Postfix's postscreen."),
    operator: may(
      v.nullable(words),
      null,
      'Who runs the list: two lists of one operator are one opinion. null: as in the catalogue. Other lists must say.',
    ),
    authoritative: may(
      v.nullable(flag),
      null,
      'Whether a listing here is enough to act, without a second operator. null: it is not.',
    ),
    appliesWhen: may(
      v.nullable(oneOf(['always', 'null-or-postmaster'], '"always" or "null-or-postmaster"')),
      null,
      '"null-or-postmaster": safe mode, asked only about mail from <> or postmaster, and then no more than a hint. null: as in the catalogue, else always.',
    ),
    families: may(
      v.nullable(oneOf(['both', 'ipv4', 'ipv6'], '"both", "ipv4" or "ipv6"')),
      null,
      'About which addresses the list is asked. null: as in the catalogue, else both.',
    ),
    listingCodes: may(
      v.nullable(v.pipe(codes, v.minLength(1, 'a list of at least one'))),
      null,
      'What the list answers for its test entry, 127.0.0.2, so that one can tell whether it works. null: as in the catalogue, else 127.0.0.[2..255].',
    ),
    errorCodes: may(
      v.nullable(codes),
      null,
      'By which codes the list refuses, beside 127.255.255.0/24. null: as in the catalogue, else none.',
    ),
    definesLoopback: may(
      v.nullable(flag),
      null,
      'Whether 127.0.0.1 is a code of this list. Nowhere else it may be answered. null: as in the catalogue, else it is not.',
    ),
    testEntries: may(
      v.nullable(flag),
      null,
      'false: the list has no test entries (RFC 5782 5), so that nobody can tell whether it works. It is recorded, and counts for nothing. null: as in the catalogue, else true.',
    ),
  },
  'a term, or an object with one',
)

/** A text stands for a term with no setting of its own. */
const zoneByTerm = v.pipe(
  term,
  v.transform((text): v.InferOutput<typeof zone> => v.parse(zone, { term: text })),
)

const dnsbl = section({
  zones: may(
    v.pipe(
      v.array(
        v.lazy((item) => (typeof item === 'string' ? zoneByTerm : zone)),
        'a list',
      ),
      v.maxLength(50, 'a list of at most 50'),
    ),
    [],
    'The lists that are asked about the client: a term, or an object with settings of its own. A list may stand here several times, with several patterns; it is asked once.',
  ),
  record: may(wholeNumber(1, 1000), 1, 'The sum of weights from which a listing is recorded.'),
  stop: may(wholeNumber(1, 1000), 4, 'The sum of weights from which the action is taken.'),
  action: may(actions, 'quarantine', 'What happens from then on.'),
  keys: may(
    v.pipe(
      v.record(keyName, keySource, 'an object'),
      v.metadata({
        expected:
          'an object with the name of each key, such as {"dqs": {"secretsManager": "quietgate/dqs"}} or {"dqs": {"ssm": "/quietgate/dqs"}}',
      }),
    ),
    {},
    'Where the keys are kept that stand in braces in the names of lists. A key itself stands nowhere.',
  ),
})

/** A name has 253 characters, and the domain of ours that stands before the zone is bounded by the rest of it. */
const longestDomainZone = 100

const outbound = section({
  addresses: may(
    v.pipe(v.array(ipAddress, 'a list'), v.maxLength(100, 'a list of at most 100')),
    [],
    'The addresses that our mail leaves from.',
  ),
  domains: may(
    v.pipe(v.array(domainName(), 'a list'), v.maxLength(100, 'a list of at most 100')),
    [],
    'The domains that our mail is from.',
  ),
  domainZones: may(
    v.pipe(v.array(domainName(longestDomainZone), 'a list'), v.maxLength(10, 'a list of at most 10')),
    [],
    'Lists of domains on which they are looked for. No mail is judged by these.',
  ),
})

const scans = section({
  virus: may(actions, 'quarantine', 'What happens to a message in which SES finds a virus.'),
  spam: may(actions, 'deliver', 'What happens to a message that SES takes for spam. "deliver": it is recorded.'),
  dmarcReject: may(
    actions,
    'deliver',
    'What happens when DMARC fails and the domain asks to reject. Forwarding breaks DMARC for honest mail, too.',
  ),
})

const dns = section({
  servers: may(
    v.nullable(
      v.pipe(
        v.array(dnsServer, 'a list'),
        v.minLength(1, 'null or a list of at least one'),
        v.maxLength(5, 'a list of at most 5'),
      ),
    ),
    null,
    'The resolvers to ask. null: the one that Lambda gives every function.',
  ),
  timeoutMs: may(wholeNumber(100, 10_000), 1500, 'Milliseconds for one question.'),
  retries: may(wholeNumber(0, 3), 1, 'How often a question that got no answer is asked again.'),
  budgetMs: may(wholeNumber(100, 20_000), 3000, 'Milliseconds for all questions of one message.'),
})

const privacy = section({
  subject: may(oneOf(['full', 'none'], '"full" or "none"'), 'full', 'How much of the subject stands in the record.'),
})

export const configSchema = section({
  region: may(
    v.nullable(oneOf(receivingRegions, `a region where SES receives mail: ${receivingRegions.join(', ')}`)),
    null,
    'Where the stack is deployed. null: where the credentials of the deploy point.',
  ),
  mode: may(
    modes,
    'observe',
    '"observe" computes and records, then delivers; "enforce" acts; "bypass" delivers unseen.',
  ),
  deadlineMs: may(
    wholeNumber(1000, 25_000),
    8000,
    'Milliseconds for one message, after which it is delivered. SES waits 30 s.',
  ),
  domains: is(
    v.pipe(
      v.array(
        v.lazy((item) => (typeof item === 'string' ? domainByName : domain)),
        'a list',
      ),
      v.minLength(1, 'a list of at least one domain'),
      v.maxLength(mostDomains, `a list of at most ${mostDomains} domains: SES takes no more in one rule`),
    ),
    'The domains whose mail is filtered: a name, or an object with settings of its own.',
  ),
  receiving: may(receiving, {}, 'How mail comes in.'),
  recipients: may(recipients, {}, 'Who exists.'),
  dnsbl: may(dnsbl, {}, "Lists of bad and of good clients (RFC 5782), weighed by postscreen's formula."),
  trustedRelays: may(
    v.pipe(v.array(network, 'a list'), v.maxLength(100, 'a list of at most 100')),
    [],
    'Servers of ours that hand mail on to SES: the client is the first host behind them.',
  ),
  bounces: may(bounces, {}, 'How a bounce is judged by the message that it returns.'),
  handOver: may(
    handOver,
    null,
    'Where delivered mail goes. null: nowhere; the receipt rules behind the filter see to it.',
  ),
  scim: may(scim, null, 'The endpoint by which a user list is pushed into the directory. null: there is none.'),
  outbound: may(outbound, {}, 'What is watched for standing on lists itself. Nobody is asked to remove it.'),
  scans: may(scans, {}, 'What SES itself finds.'),
  alarms: may(alarms, {}, 'What wakes somebody, and who is told.'),
  digest: may(digest, null, 'A message a day about the mail of each domain. null: nobody gets one.'),
  dns: may(dns, {}, 'How the DNS is asked.'),
  privacy: may(privacy, {}, 'What is written down.'),
  retention: may(retention, {}, 'What is kept, and for how long.'),
  encryption: may(encryption, {}, 'With whose key what is stored is encrypted.'),
  permissionsBoundary,
})
