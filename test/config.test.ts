import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseConfig, policyOf, problemsText, settings, type Config } from '../lambda/config.ts'
import { bouncesOf, domainOf } from './builders.ts'

const where = 'cdk.json, context quietgate'
const zone = { term: 'dnsbl.example=127.0.0.2*2', operator: 'A' }

/** Nobody's: made for these tests. */
const key = 'abcdefghij234567klmnopqrst'

describe('a configuration', () => {
  it('needs nothing but a domain', () => {
    expect(configOf({ domains: ['example.com'] })).toEqual(smallest)
  })

  it('reads a domain in any form as its A-label, and gives it the mode above unless it has its own', () => {
    const { domains } = configOf({
      mode: 'enforce',
      domains: ['Example.COM.', { name: 'bücher.example', mode: 'bypass', subAddressDelimiters: '', foldCase: false }],
    })
    expect(domains).toEqual([
      domainOf('example.com'),
      domainOf('xn--bcher-kva.example', { mode: 'bypass', subAddressDelimiters: '', foldCase: false }),
    ])
  })

  it('may give every setting its default as it is documented', () => {
    const documented = Object.fromEntries(
      settings
        .filter(({ path, default: fallback }) => !/[.[]/.test(path) && fallback !== null)
        .map(({ path, default: fallback }) => [path, JSON.parse(fallback ?? '') as unknown]),
    )
    expect(configOf({ ...documented, domains: ['example.com'] })).toEqual(smallest)
  })

  it('is the shipped one without a problem, and only observes', () => {
    const { context } = JSON.parse(readFileSync('cdk.json', 'utf8')) as { context: { quietgate: unknown } }
    expect(configOf(context.quietgate).mode).toBe('observe')
  })
})

const digest = { topicArn: 'arn:aws:sns:eu-west-1:111122223333:mail-digest' }

/** What somebody may write, and the problem as they read it, without the place at its end. */
const refused: readonly (readonly [unknown, string])[] = [
  [undefined, 'the configuration is missing: it must be an object'],
  [null, 'the configuration is missing: it must be an object'],
  ['observe', 'the configuration "observe" is not an object'],
  [{}, 'domains is missing: it must be a list'],
  [{ domains: [] }, 'domains is an empty list, not a list of at least one domain'],
  [{ domains: 'example.com' }, 'domains "example.com" is not a list'],
  [{ domains: ['exa mple.com'] }, 'domains[0] "exa mple.com" is not a domain: it contains a space'],
  [{ domains: ['example.com', 'EXAMPLE.com.'] }, 'domains[1] "example.com" is a domain that stands here already'],
  [{ domains: ['.example.com'] }, 'domains[0] ".example.com" is not a domain: subdomains are listed one by one'],
  [{ domains: ['a..example'] }, 'domains[0] "a..example" is not a domain: it has an empty label (two dots in a row)'],
  [{ domains: ['exa%6dple.com'] }, 'domains[0] "exa%6dple.com" is not a domain: it has a character that no domain has'],
  [
    { domains: ['127.0.0.1'] },
    'domains[0] "127.0.0.1" is not a domain: a label has 1 to 63 letters, digits and inner hyphens, and the last one is no number',
  ],
  [
    { domains: ['localhost'] },
    'domains[0] "localhost" is not a domain: it needs at least two labels, as in "example.com"',
  ],
  [
    { domains: ['alice@example.com'] },
    'domains[0] "alice@example.com" is not a domain: leave out what stands before the "@", and the "@"',
  ],
  [{ domains: [{ mode: 'observe' }] }, 'domains[0].name is missing: it must be a domain'],
  [{ domains: [7] }, 'domains[0] 7 is not a domain, or an object with its name'],
  [
    { domains: [{ name: 'example.com', mode: 'enforced' }] },
    'domains[0].mode "enforced" is not "observe", "enforce" or "bypass"; did you mean "enforce"?',
  ],
  [
    { domains: [{ name: 'example.com', subAddressDelimiters: 'a' }] },
    'domains[0].subAddressDelimiters "a" is not at most 8 different characters of !#$%&\'*+-/=?^_`{|}~.',
  ],
  [
    { domains: Array.from({ length: 501 }, (_, i) => `d${i}.example`) },
    'domains is a list of 501, not a list of at most 500 domains: SES takes no more in one rule',
  ],
  [beside({ mode: 'obsevre' }), 'mode "obsevre" is not "observe", "enforce" or "bypass"; did you mean "observe"?'],
  [beside({ mode: true }), 'mode true is not "observe", "enforce" or "bypass"'],
  [beside({ deadlineMs: 30_000 }), 'deadlineMs 30000 is not a whole number from 1000 to 25000'],
  [beside({ deadlineMs: 8000.5 }), 'deadlineMs 8000.5 is not a whole number from 1000 to 25000'],
  [beside({ deadlineMs: '8000' }), 'deadlineMs "8000" is not a whole number from 1000 to 25000'],
  [beside({ domians: [] }), 'domians is not a setting; did you mean domains?'],
  [beside({ dnsbl: { zonse: [] } }), 'dnsbl.zonse is not a setting; did you mean dnsbl.zones?'],
  [beside({ dnsbl: { Zones: [] } }), 'dnsbl.Zones is not a setting; did you mean dnsbl.zones?'],
  [beside({ scans: { colour: 1 } }), 'scans.colour is not a setting; there are virus, spam, dmarcReject'],
  [JSON.parse('{"domains":["example.com"],"__proto__":{"mode":"x"}}'), '__proto__ is not a setting; there are '],
  [beside({ scans: [] }), 'scans is an empty list, not an object'],
  [beside({ scans: { virus: 'bounce' } }), 'scans.virus "bounce" is not "deliver", "quarantine" or "discard"'],
  [
    beside({ recipients: { unknown: 'reject' } }),
    'recipients.unknown "reject" is not "deliver", "quarantine" or "discard"',
  ],
  [beside({ recipients: { graceDays: -1 } }), 'recipients.graceDays -1 is not a whole number from 0 to 3650'],
  [
    beside({ recipients: { bounceAddresses: ['*'] } }),
    'recipients.bounceAddresses[0] "*" is not a local part in which ',
  ],
  [
    beside({ recipients: { bounceAddresses: ['b[+'] } }),
    'recipients.bounceAddresses[0] "b[+" is not a local part in which ',
  ],
  [
    beside({ recipients: { srsDomains: ['example.net'] } }),
    'recipients.srsDomains[0] "example.net" is not one of the domains above',
  ],
  [
    beside({ receiving: { ruleSet: { name: 'in bound' } } }),
    'receiving.ruleSet.name "in bound" is not the name of a receipt rule set: 1 to 64 letters, digits, hyphens and underscores',
  ],
  [
    beside({ receiving: { hostedZones: { 'example.net': 'Z1' } } }),
    'receiving.hostedZones.example.net "Z1" is the zone of none of the domains above',
  ],
  [
    beside({ digest: { topicArn: 'mail-digest' } }),
    'digest.topicArn "mail-digest" is not the ARN of an SNS topic, such as "arn:aws:sns:eu-west-1:111122223333:mail-alarms"',
  ],
  [beside({ digest: { ...digest, at: '6:00' } }), 'digest.at "6:00" is not a time of day in UTC, such as "06:00"'],
  [beside({ digest: { ...digest, at: '24:00' } }), 'digest.at "24:00" is not a time of day in UTC, such as "06:00"'],
  [
    beside({ digest: { ...digest, domains: ['example.net'] } }),
    'digest.domains[0] "example.net" is not one of the domains above',
  ],
  [
    beside({ digest: { ...digest, domains: ['example.com', 'Example.com'] } }),
    'digest.domains[1] "example.com" is a domain that stands here already',
  ],
  [
    beside({ receiving: { activate: false, replaceActive: true } }),
    'receiving.replaceActive true has no effect: with receiving.activate false, nothing is made active, and nothing displaced',
  ],
  [
    withZone({ term: 'bl.example=127.0.0.[300]*2' }),
    'dnsbl.zones[0].term "bl.example=127.0.0.[300]*2" is wrong at character 21 ("300"): octets are 0 to 255 (',
  ],
  [
    zonesOf('bl.example=127.0.0.2', 'bl.example=127.0.0.[300]*2'),
    'dnsbl.zones[1] "bl.example=127.0.0.[300]*2" is wrong at character 21 ("300"): octets are 0 to 255 (',
  ],
  [zonesOf('bl.example*'), 'dnsbl.zones[0] "bl.example*" is wrong at its end: expected a weight'],
  [
    zonesOf('bl.example=10.0.0.1'),
    'dnsbl.zones[0] "bl.example=10.0.0.1" is wrong at character 12 ("10"): zones answer',
  ],
  [zonesOf('bl.ex💥ample'), 'dnsbl.zones[0] "bl.ex💥ample" is wrong at character 6 ("💥"): the name of a zone has'],
  [withZone({ term: undefined }), 'dnsbl.zones[0].term is missing: it must be a term such as '],
  [zonesOf(7), 'dnsbl.zones[0] 7 is not a term, or an object with one'],
  [withZone({ operator: ' ' }), 'dnsbl.zones[0].operator " " is not a text of 1 to 100 characters'],
  [withZone({ listingCodes: [] }), 'dnsbl.zones[0].listingCodes is an empty list, not a list of at least one'],
  [
    withZone({ errorCodes: ['127.0.0.[300]'] }),
    'dnsbl.zones[0].errorCodes[0] "127.0.0.[300]" is not a return code: octets',
  ],
  [withZone({ appliesWhen: 'never' }), 'dnsbl.zones[0].appliesWhen "never" is not "always" or "null-or-postmaster"'],
  [
    zonesOf('dnsbl.example*2'),
    'dnsbl.zones[0] "dnsbl.example" is in no catalogue, so that it needs an operator: write {"term": "...", "operator": "..."} (',
  ],
  [
    zonesOf('bl.spamcop.com*2'),
    'dnsbl.zones[0] "bl.spamcop.com" is in no catalogue, so that it needs an operator: write {"term": "...", "operator": "..."}; did you mean bl.spamcop.net? (',
  ],
  [
    zonesOf({ term: 'bl.spamcop.net*2', operator: 'Me' }),
    'dnsbl.zones[0].operator "Me" is not the operator of bl.spamcop.net, which is "SpamCop"',
  ],
  [
    zonesOf(zone, { term: 'dnsbl.example=127.0.0.3', operator: 'B' }),
    'dnsbl.zones[1].operator "B" contradicts the term of dnsbl.example above, which says "A"',
  ],
  [
    zonesOf({ ...zone, authoritative: true }, { term: 'dnsbl.example=127.0.0.3', authoritative: false }),
    'dnsbl.zones[1].authoritative false contradicts the term of dnsbl.example above, which says true',
  ],
  [
    zonesOf(zone, 'dnsbl.example=127.0.0.2*1'),
    'dnsbl.zones[1] "dnsbl.example=127.0.0.2" stands here already, and would count twice',
  ],
  [
    zonesOf('dul.dnsbl.sorbs.net*2'),
    'dnsbl.zones[0] "dul.dnsbl.sorbs.net" is dead: SORBS ended on 2024-06-05 and lists nobody since (',
  ],
  [
    zonesOf('zen.spamhaus.org=127.0.0.2*3'),
    'dnsbl.zones[0] "zen.spamhaus.org" is refused: it answers 127.255.255.254 to ',
  ],
  [
    zonesOf('{dqs}.zen.dq.spamhaus.net=127.0.0.2*3'),
    'dnsbl.zones[0] "{dqs}.zen.dq.spamhaus.net" needs a key: dnsbl.keys.dqs must say where it is kept',
  ],
  [
    zonesOf(`${key}.zen.dq.spamhaus.net=127.0.0.2*3`),
    'dnsbl.zones[0] "***.zen.dq.spamhaus.net=127.0.0.2*3" is wrong at character 1 ("***"): this looks like a key, which belongs in a secret',
  ],
  [
    beside({ dnsbl: { keys: { dqs: { secretsManager: key } } } }),
    'dnsbl.keys.dqs is an object, not an object such as {"secretsManager": "quietgate/dqs"} or {"ssm": "/quietgate/dqs"}',
  ],
  [beside({ dnsbl: { keys: { dqs: key } } }), 'dnsbl.keys.dqs "***" is not an object such as {"secretsManager": '],
  [
    beside({ dnsbl: { keys: { dqs: { ssm: '/a', secretsManager: 'b' } } } }),
    'dnsbl.keys.dqs is an object, not an object such',
  ],
  [beside({ dnsbl: { keys: { DQS: { ssm: '/a' } } } }), 'dnsbl.keys.DQS "DQS" is not the name of a key: at most 20 '],
  [
    zonesOf({ term: 'ips.backscatterer.org=127.0.0.2', appliesWhen: 'always' }),
    'dnsbl.zones[0].appliesWhen "always" is not for ips.backscatterer.org: it lists servers that bounce, large providers among them',
  ],
  [
    zonesOf({ term: 'dnsbl-3.uceprotect.net*1', authoritative: true }),
    'dnsbl.zones[0].authoritative true is not for dnsbl-3.uceprotect.net: it lists whole networks, the innocent included',
  ],
  [
    zonesOf('bl.spamcop.net*2', 'dnsbl-2.uceprotect.net*1', 'dnsbl-3.uceprotect.net*1'),
    'dnsbl.zones[1] "dnsbl-2.uceprotect.net" weighs too much: dnsbl-2.uceprotect.net and dnsbl-3.uceprotect.net list whole networks, and with one other list they would reach dnsbl.stop (2 + 2, stop 4)',
  ],
  [
    zonesOf('list.dnswl.org*-3'),
    'dnsbl.zones[0] "list.dnswl.org" needs a pattern, because its codes mean different things: "list.dnswl.org=127.0.[2..9;11..15;20].1*-1", ',
  ],
  [
    withZone({ testEntries: false, authoritative: true }),
    'dnsbl.zones[0].authoritative true is not for dnsbl.example: it has no test entries, so that it can only be recorded',
  ],
  [
    withZone({ term: 'wl.example*-2', testEntries: false }),
    'dnsbl.zones[0] "wl.example" speaks for the client and has no test entries: nobody could tell whether it works',
  ],
  [
    beside({ dnsbl: { record: 5, stop: 3 } }),
    'dnsbl.record 5 is above dnsbl.stop (3), so that nothing would ever be only recorded',
  ],
  [
    beside({ trustedRelays: ['mx.example'] }),
    'trustedRelays[0] "mx.example" is not an IP address, or a network such as',
  ],
  [
    beside({ trustedRelays: ['0.0.0.0/0'] }),
    'trustedRelays[0] "0.0.0.0/0" is not an IP address, or a network such as "192.0.2.0/24"; this one takes in much of the internet',
  ],
  [
    beside({ outbound: { addresses: ['192.0.2.0/24'] } }),
    'outbound.addresses[0] "192.0.2.0/24" is not an IP address (',
  ],
  [
    beside({ dns: { servers: ['ns.example.com'] } }),
    'dns.servers[0] "ns.example.com" is not an IP address, or one with a port',
  ],
  [
    beside({ dns: { servers: ['192.0.2.1:0'] } }),
    'dns.servers[0] "192.0.2.1:0" is not an IP address, or one with a port',
  ],
  [
    beside({ dns: { servers: ['2001:db8::53:'] } }),
    'dns.servers[0] "2001:db8::53:" is not an IP address, or one with a port',
  ],
  [beside({ dns: { servers: [] } }), 'dns.servers is an empty list, not null or a list of at least one'],
  [
    beside({ dns: { budgetMs: 8000 } }),
    'dns.budgetMs 8000 is not below deadlineMs (8000), so that no time would be left to write the record in',
  ],
  [
    beside({ dns: { retries: 3 } }),
    'dns.timeoutMs 1500 is too long: with dns.retries 3 a question takes 6000 ms, and dns.budgetMs is 3000',
  ],
  [
    ofDomain({ dkimSelectors: ['s1._domainkey.example.com'.repeat(5)] }),
    'domains[0].dkimSelectors[0] "s1._domainkey.example.com',
  ],
  [ofDomain({ dkimSelectors: ['s 1'] }), 'domains[0].dkimSelectors[0] "s 1" is not a DKIM selector, such as "s1"'],
  [ofDomain({ dkimSelectors: 's1' }), 'domains[0].dkimSelectors "s1" is not a list'],
  [ofDomain({ allOutboundSigned: 'yes' }), 'domains[0].allOutboundSigned "yes" is not true or false'],
  [ofDomain({ sendsOnlyVia: 'SES' }), 'domains[0].sendsOnlyVia "SES" is not "ses" or null; did you mean "ses"?'],
  [
    ofDomain({ neverSends: ['info@example.com'] }),
    'domains[0].neverSends[0] "info@example.com" is not a local part in which "*" stands for anything',
  ],
  [beside({ bounces: { action: 'bounce' } }), 'bounces.action "bounce" is not "deliver", "quarantine" or "discard"'],
  [beside({ bounces: { onHints: 'discard' } }), 'bounces.onHints "discard" is not "deliver" or "quarantine"'],
  [beside({ bounces: { burst: { limit: 0 } } }), 'bounces.burst.limit 0 is not a whole number from 1 to 100'],
  [
    beside({ bounces: { burst: { action: 'discard' } } }),
    'bounces.burst.action "discard" is not "deliver" or "quarantine"',
  ],
  [
    beside({ bounces: { burst: { windowMinutes: 20, quietMinutes: 5 } } }),
    'bounces.burst.windowMinutes 20 is above bounces.burst.quietMinutes (5), so that a burst would be over while it goes on',
  ],
  [
    beside({ bounces: { replay: { perFailedRecipient: 0 } } }),
    'bounces.replay.perFailedRecipient 0 is not a whole number from 1 to 100',
  ],
  [beside({ bounces: { maxAgeDays: 31 } }), 'bounces.maxAgeDays 31 is not a whole number from 1 to 30'],
  [beside({ bounces: { ownServers: ['out_1'] } }), 'bounces.ownServers[0] "out_1" is not a domain: '],
  [beside({ bounces: { sentLog: 'ses' } }), 'bounces.sentLog "ses" is not "none" or "ses-events"'],
  [withKeys('prvs 1'), 'bounces.keys[0] "prvs 1" is not an object with name, use and source'],
  [withKeys({ use: 'tag', source: { ssm: '/1' } }), 'bounces.keys[0].name is missing: it must be the name of a key'],
  [
    withKeys({ name: '1', use: 'verp', source: { ssm: '/1' } }),
    'bounces.keys[0].use "verp" is not "prvs", "srs", "tag" or "header"',
  ],
  [
    withKeys({ name: '1', use: 'tag', source: 'a secret' }),
    'bounces.keys[0].source "a secret" is not an object such as {"secretsManager": ',
  ],
  [
    withKeys({ name: 'first', use: 'tag', source: { ssm: '/1' } }),
    'bounces.keys[0].name "first" is not one digit, which is all that a tag tag has room for',
  ],
  [
    withKeys({ name: 'a', use: 'header', source: { ssm: '/1' } }, { name: 'a', use: 'header', source: { ssm: '/2' } }),
    'bounces.keys[1] "header a" is a key that stands here already',
  ],
  [beside({ privacy: { subject: 'some' } }), 'privacy.subject "some" is not "full" or "none"'],
  [beside({ retention: { logDays: 31 } }), 'retention.logDays 31 is not one of 1, 3, 5, 7, 14, 30, 60'],
  [beside({ retention: { onDestroy: 'retain' } }), 'retention.onDestroy "retain" is not "keep" or "delete"'],
  [
    beside({ encryption: { kmsKeyArn: 'alias/mail' } }),
    'encryption.kmsKeyArn "alias/mail" is not the ARN of a KMS key, such as "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"',
  ],
  [
    beside({ permissionsBoundary: 'arn:aws:iam::111122223333:role/x' }),
    'permissionsBoundary "arn:aws:iam::111122223333:role/x" is not the name or the ARN of a managed policy, such as "boundary" or "arn:aws:iam::111122223333:policy/boundary"',
  ],
  [
    beside({ retention: { mailDays: 60, recordsDays: 30 } }),
    'retention.mailDays 60 is above retention.recordsDays (30), so that mail would be kept of which nobody knows why it was stopped',
  ],
]

describe('a problem in a configuration', () => {
  it.each(refused)('is told with its path, the value found and what was expected: %j', (value, problem) => {
    const told = problemsOf(value)
    expect(told).toHaveLength(1)
    expect(told[0]?.slice(0, problem.length)).toBe(problem)
    expect(told[0]?.endsWith(` (${where})`)).toBe(true)
  })

  it('of an unsupported region names all that are supported, and the nearest', () => {
    expect(problemsOf(beside({ region: 'eu-wst-1' }))).toEqual([
      'region "eu-wst-1" is not a region where SES receives mail: us-east-1, us-east-2, us-west-1, us-west-2, af-south-1, ' +
        'ap-southeast-1, ap-southeast-2, ap-southeast-3, ap-south-1, ap-northeast-1, ap-northeast-2, ap-northeast-3, ' +
        'ca-central-1, eu-central-1, eu-west-1, eu-west-2, eu-west-3, eu-south-1, eu-north-1, il-central-1, me-south-1, ' +
        `sa-east-1; did you mean "eu-west-1"? (${where})`,
    ])
    expect(problemsOf(beside({ region: 'us-gov-west-1' }))).toHaveLength(1)
  })

  it('does not hide another one: all are told at once', () => {
    const value = {
      mood: 'observe',
      mode: 'obsevre',
      domains: ['exa mple.com', { name: 'a..b', mod: 'x' }],
      dnsbl: { zonse: [], zones: [{ term: 'bl.example*0', authoritative: 1 }] },
      dns: { budgetMs: 9000, timeoutMs: 5000 },
      retention: { mailDays: 500 },
    }
    expect(problemsOf(value).map((problem) => problem.split(' ')[0])).toEqual([
      'mood',
      'domains[1].mod',
      'dnsbl.zonse',
      'mode',
      'domains[0]',
      'domains[1].name',
      'dnsbl.zones[0].term',
      'dnsbl.zones[0].authoritative',
      'dns.timeoutMs',
      'dns.budgetMs',
      'retention.mailDays',
    ])
  })

  it('is a line of its own when it is printed', () => {
    expect(problemsText(['a', 'b'])).toBe('The configuration has 2 problems:\n  a\n  b\n')
    expect(problemsText(['a'])).toBe('The configuration has a problem:\n  a\n')
  })
})

describe('parseConfig', () => {
  it('never throws, and never says more than a few lines about one thing', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue({ maxDepth: 6 }), nearlyConfig), (value) => {
        const parsed = parseConfig(value, where)
        if (parsed.kind === 'config') policyOf(parsed.config)
        else expect(Math.max(...parsed.problems.map((problem) => problem.length))).toBeLessThan(1000)
        expect(JSON.stringify(parsed)).not.toContain(key)
      }),
      { numRuns: 500 },
    )
  })

  it('reads what a configuration says when it is written back', () => {
    const config = configOf(
      beside({
        region: 'eu-west-1',
        dns: { servers: ['[::1]:53', '::1'] },
        dnsbl: {
          zones: [zone, 'dnsbl.example=127.0.0.3', '{dqs}.zen.dq.spamhaus.net=127.0.0.2*3', 'ips.backscatterer.org'],
          keys: { dqs: { ssm: '/quietgate/dqs' } },
        },
        trustedRelays: ['192.0.2.0/24', '2001:db8::1'],
        outbound: { addresses: ['2001:DB8:0::7'], domains: ['example.com'] },
      }),
    )
    expect(configOf(JSON.parse(JSON.stringify(config)))).toEqual(config)
  })
})

describe('the policy of a configuration', () => {
  it('is what a decision depends on, and nothing of the deploy', () => {
    const { region, retention, dnsbl, outbound, bounces, receiving, handOver, scim, alarms, digest, ...others } =
      smallest
    const { encryption, permissionsBoundary, ...rest } = others
    const { sentLog, ...judging } = bounces
    const { keys, ...dnsxl } = dnsbl
    expect(handOver).toBe(null)
    expect([receiving, scim, alarms, digest]).toEqual([smallest.receiving, null, smallest.alarms, null])
    expect([encryption, permissionsBoundary]).toEqual([{ kmsKeyArn: null }, null])
    expect([region, retention, outbound, keys, sentLog]).toEqual([
      null,
      { recordsDays: 400, mailDays: 30, logDays: 30, onDestroy: 'keep' },
      { addresses: [], domains: [], domainZones: [] },
      {},
      'none',
    ])
    expect(policyOf(smallest)).toEqual({
      hash: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
      dnsxl,
      keys: [],
      bounces: judging,
      ...rest,
    })
  })

  it('has each zone once with all of its terms, filled in from the catalogue', () => {
    const { zones } = policyOf(
      configOf(
        zonesOf('list.dnswl.org=127.0.[2..9].2*-3', 'ips.backscatterer.org', 'List.DNSWL.org=127.0.[2..9].3*-5'),
      ),
    ).dnsxl
    const common = { authoritative: false, definesLoopback: false, testEntries: true }
    expect(zones).toEqual([
      {
        ...common,
        zone: 'list.dnswl.org',
        terms: [
          { pattern: '127.0.[2..9].2', weight: -3 },
          { pattern: '127.0.[2..9].3', weight: -5 },
        ],
        operator: 'DNSWL',
        appliesWhen: 'always',
        families: 'both',
        listingCodes: ['127.0.10.0'],
        errorCodes: ['127.0.0.255', '127.0.10.3'],
      },
      {
        ...common,
        zone: 'ips.backscatterer.org',
        terms: [{ pattern: '127.[0..255].[0..255].[0..255]', weight: 1 }],
        operator: 'UCEPROTECT',
        appliesWhen: 'null-or-postmaster',
        families: 'ipv4',
        listingCodes: ['127.0.0.2'],
        errorCodes: [],
      },
    ])
  })

  it('fills in what is so of most lists where no catalogue knows better, and takes what is set over both', () => {
    const { zones } = policyOf(
      configOf(
        zonesOf(
          'dnsbl.example=127.0.0.3',
          { ...zone, authoritative: true },
          {
            term: 'bl.spamcop.net=127.0.0.2*2',
            families: 'both',
            listingCodes: ['127.0.0.[2;9]'],
          },
        ),
      ),
    ).dnsxl
    expect(zones).toEqual([
      {
        zone: 'dnsbl.example',
        terms: [
          { pattern: '127.0.0.3', weight: 1 },
          { pattern: '127.0.0.2', weight: 2 },
        ],
        operator: 'A',
        authoritative: true,
        appliesWhen: 'always',
        families: 'both',
        listingCodes: ['127.0.0.[2..255]'],
        errorCodes: [],
        definesLoopback: false,
        testEntries: true,
      },
      {
        zone: 'bl.spamcop.net',
        terms: [{ pattern: '127.0.0.2', weight: 2 }],
        operator: 'SpamCop',
        authoritative: false,
        appliesWhen: 'always',
        families: 'both',
        listingCodes: ['127.0.0.[2;9]'],
        errorCodes: [],
        definesLoopback: false,
        testEntries: true,
      },
    ])
  })

  it('knows where the keys are that its zones need, and of no other', () => {
    const zones = ['{dqs}.zen.dq.spamhaus.net=127.0.0.2*3', { term: '{two}.bl.example', operator: 'B' }]
    const stored = { dqs: { secretsManager: 'quietgate/dqs' }, unused: { ssm: '/unused' }, two: { ssm: '/two' } }
    expect(policyOf(configOf(beside({ dnsbl: { zones, keys: stored } }))).keys).toEqual([
      { name: 'dqs', kept: 'secrets-manager', id: 'quietgate/dqs' },
      { name: 'two', kept: 'ssm', id: '/two' },
    ])
  })

  it('knows how bounces are judged, and where the keys of tags are, of which two may have one name', () => {
    const { domains, bounces } = policyOf(
      configOf({
        domains: [{ name: 'example.com', dkimSelectors: ['S1'], neverSends: ['Info', '*'], sendsOnlyVia: 'ses' }],
        bounces: {
          action: 'discard',
          burst: { limit: 5 },
          ownServers: ['Out.Hosting.example.'],
          keys: [
            { name: '1', use: 'prvs', source: { ssm: '/prvs-1' } },
            { name: '1', use: 'tag', source: { secretsManager: 'tag-1' } },
            { name: 'main', use: 'header', source: { ssm: '/header' } },
          ],
        },
      }),
    )
    expect(domains).toEqual([
      domainOf('example.com', {
        mode: 'observe',
        dkimSelectors: ['s1'],
        neverSends: ['info', '*'],
        sendsOnlyVia: 'ses',
      }),
    ])
    expect(bounces).toEqual(
      bouncesOf({
        action: 'discard',
        burst: { ...bouncesOf().burst, limit: 5 },
        ownServers: ['out.hosting.example'],
        keys: [
          { use: 'prvs', name: '1', kept: 'ssm', id: '/prvs-1' },
          { use: 'tag', name: '1', kept: 'secrets-manager', id: 'tag-1' },
          { use: 'header', name: 'main', kept: 'ssm', id: '/header' },
        ],
      }),
    )
  })

  it('may have lists that can only ever be recorded', () => {
    const zones = ['bl.spamcop.net=127.0.0.2', 'dnsbl-2.uceprotect.net=127.0.0.2', 'dnsbl-3.uceprotect.net=127.0.0.2']
    expect(policyOf(configOf(beside({ dnsbl: { zones, stop: 100 } }))).dnsxl.zones).toHaveLength(3)
  })

  it('has the same hash however its settings are ordered, and another one for another policy', () => {
    const one = policyOf(
      configOf({ mode: 'enforce', domains: ['example.com'], scans: { spam: 'discard', virus: 'discard' } }),
    )
    const same = policyOf(
      configOf({ scans: { virus: 'discard', spam: 'discard' }, domains: ['example.com'], mode: 'enforce' }),
    )
    const other = policyOf(configOf({ mode: 'enforce', domains: ['example.com'], scans: { spam: 'discard' } }))
    const reversed = policyOf(
      reversedKeys(configOf({ mode: 'enforce', domains: ['example.com'], scans: { spam: 'discard' } })),
    )
    expect(same.hash).toBe(one.hash)
    expect(other.hash).not.toBe(one.hash)
    expect(reversed.hash).toBe(other.hash)
  })
})

describe('the table of settings', () => {
  it('says of each what it is for and what it may be', () => {
    expect(settings.filter(({ type, description }) => type === '' || !/\.$/.test(description))).toEqual([])
    expect(settings.filter((setting) => setting.default === null).map(({ path }) => path)).toEqual([
      'domains',
      'domains[].name',
      'receiving.ruleSet.name',
      'dnsbl.zones[].term',
      'bounces.keys[].name',
      'bounces.keys[].use',
      'bounces.keys[].source',
      'handOver.smtp.host',
      'scim.token',
      'digest.topicArn',
    ])
    expect(settings.find(({ path }) => path === 'dns.timeoutMs')).toEqual({
      path: 'dns.timeoutMs',
      type: 'a whole number from 100 to 10000',
      default: '1500',
      description: 'Milliseconds for one question.',
    })
  })
})

const smallest: Config = {
  region: null,
  mode: 'observe',
  deadlineMs: 8000,
  domains: [domainOf('example.com', { mode: 'observe' })],
  receiving: {
    ruleSet: null,
    activate: true,
    replaceActive: false,
    shareEnforce: false,
    identities: false,
    hostedZones: {},
  },
  recipients: { unknown: 'discard', graceDays: 30, bounceAddresses: [], srsDomains: [] },
  dnsbl: { zones: [], record: 1, stop: 4, action: 'quarantine', keys: {} },
  trustedRelays: [],
  bounces: { ...bouncesOf(), keys: [], sentLog: 'none' },
  handOver: null,
  scim: null,
  digest: null,
  outbound: { addresses: [], domains: [], domainZones: [] },
  scans: { virus: 'quarantine', spam: 'deliver', dmarcReject: 'deliver' },
  alarms: {
    topicArns: [],
    thresholds: {
      filterErrors: 1,
      filterThrottles: 1,
      filterDuration: 80,
      publishFailure: 1,
      publishExpired: 1,
      knownRecipientsDiscarded: 1,
      recordsNotWritten: 1,
      pointersNotWritten: 1,
      filterFailures: 1,
      recipientsUnavailable: 1,
      mailUnread: 1,
      entriesUnread: 1,
      proofsSilent: 5,
      bounceMemoryFailures: 5,
      eventsRepeated: 10,
      deadlinePassed: 95,
      probeFailures: 5,
      noMail: 24,
      bypassHours: 4,
      concurrentExecutions: null,
      dollarsPerDay: null,
      bounceCalls: 1,
      discardShare: 4,
    },
  },
  dns: { servers: null, timeoutMs: 1500, retries: 1, budgetMs: 3000 },
  privacy: { subject: 'full' },
  retention: { recordsDays: 400, mailDays: 30, logDays: 30, onDestroy: 'keep' },
  encryption: { kmsKeyArn: null },
  permissionsBoundary: null,
}

/** Something with the right keys and, mostly, the wrong values. */
const nearlyConfig = fc.record(
  {
    region: fc.jsonValue(),
    mode: fc.oneof(fc.constant('enforce'), fc.jsonValue()),
    domains: fc.oneof(
      fc.array(fc.oneof(fc.string(), fc.record({ name: fc.string() }), fc.jsonValue())),
      fc.jsonValue(),
    ),
    dnsbl: fc.oneof(
      fc.record({
        zones: fc.array(
          fc.oneof(
            fc.constantFrom('bl.spamcop.net*2', 'list.dnswl.org*-3', `${key}.zen.dq.spamhaus.net`, '{dqs}.bl.example'),
            fc.record({ term: fc.string(), operator: fc.string(), listingCodes: fc.array(fc.string()) }),
            fc.string(),
          ),
        ),
        keys: fc.oneof(fc.dictionary(fc.string(), fc.constantFrom(key, { ssm: key })), fc.jsonValue()),
      }),
      fc.jsonValue(),
    ),
    dns: fc.oneof(fc.record({ servers: fc.array(fc.string()) }), fc.jsonValue()),
    ['long'.repeat(100)]: fc.constant('x'.repeat(5000)),
  },
  { requiredKeys: [] },
)

function ofDomain(changes: object): object {
  return { domains: [{ name: 'example.com', ...changes }] }
}

function withKeys(...keys: readonly unknown[]): object {
  return beside({ bounces: { keys } })
}

function beside(settings: object): object {
  return { domains: ['example.com'], ...settings }
}

function withZone(changes: object): object {
  return zonesOf({ ...zone, ...changes })
}

function zonesOf(...zones: readonly unknown[]): object {
  return beside({ dnsbl: { zones } })
}

function configOf(value: unknown): Config {
  const parsed = parseConfig(value, where)
  if (parsed.kind === 'problems') throw new Error(problemsText(parsed.problems))
  return parsed.config
}

function problemsOf(value: unknown): readonly string[] {
  const parsed = parseConfig(value, where)
  return parsed.kind === 'problems' ? parsed.problems : []
}

function reversedKeys<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).reverse()) as T
}
