import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseConfig, policyOf, problemsText, settings, type Config } from '../lambda/config.ts'

const where = 'cdk.json, context quietgate'
const zone = { zone: 'dnsbl.example', pattern: '127.0.0.2', weight: 2, operator: 'A' }

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
      { name: 'example.com', mode: 'enforce', subAddressDelimiters: '+', foldCase: true, checkRecipients: true },
      {
        name: 'xn--bcher-kva.example',
        mode: 'bypass',
        subAddressDelimiters: '',
        foldCase: false,
        checkRecipients: true,
      },
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
    withZone({ pattern: '127.0.0.[300]' }),
    'dnsbl.zones[0].pattern "127.0.0.[300]" is not a return code: octets are 0 to 255',
  ],
  [
    withZone({ pattern: '10.0.0.1' }),
    'dnsbl.zones[0].pattern "10.0.0.1" is not a return code: zones answer in 127.0.0.0/8',
  ],
  [withZone({ pattern: undefined }), 'dnsbl.zones[0].pattern is missing: it must be a return code such as '],
  [withZone({ weight: 0 }), 'dnsbl.zones[0].weight 0 is not a whole number from -100 to 100 other than 0'],
  [withZone({ operator: ' ' }), 'dnsbl.zones[0].operator " " is not a text of 1 to 100 characters'],
  [
    withZone({ zone: `${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(10)}` }),
    'dnsbl.zones[0].zone ',
  ],
  [
    beside({ dnsbl: { zones: [zone, { ...zone, pattern: '127.0.0.3', operator: 'B' }] } }),
    'dnsbl.zones[1].operator "B" is not the operator of dnsbl.example, which is "A" above',
  ],
  [
    beside({ dnsbl: { zones: [zone, zone] } }),
    'dnsbl.zones[1] "dnsbl.example=127.0.0.2" stands here already, and would count twice',
  ],
  [
    beside({ dnsbl: { record: 5, stop: 3 } }),
    'dnsbl.record 5 is above dnsbl.stop (3), so that nothing would ever be only recorded',
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
  [beside({ privacy: { subject: 'some' } }), 'privacy.subject "some" is not "full" or "none"'],
  [beside({ retention: { logDays: 31 } }), 'retention.logDays 31 is not one of 1, 3, 5, 7, 14, 30, 60'],
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
      dnsbl: { zonse: [], zones: [{ ...zone, weight: 0, pattern: '127.0.0.[300]' }] },
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
      'dnsbl.zones[0].pattern',
      'dnsbl.zones[0].weight',
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
      }),
      { numRuns: 500 },
    )
  })

  it('reads what a configuration says when it is written back', () => {
    const config = configOf(
      beside({ dnsbl: { zones: [zone] }, region: 'eu-west-1', dns: { servers: ['[::1]:53', '::1'] } }),
    )
    expect(configOf(JSON.parse(JSON.stringify(config)))).toEqual(config)
  })
})

describe('the policy of a configuration', () => {
  it('is what a decision depends on, and nothing of the deploy', () => {
    const { region, dnsbl, retention, ...rest } = smallest
    expect([region, retention]).toEqual([null, { recordsDays: 400, mailDays: 30, logDays: 30 }])
    expect(policyOf(smallest)).toEqual({
      hash: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
      dnsxl: dnsbl,
      ...rest,
    })
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
      'dnsbl.zones[].zone',
      'dnsbl.zones[].pattern',
      'dnsbl.zones[].weight',
      'dnsbl.zones[].operator',
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
  domains: [{ name: 'example.com', mode: 'observe', subAddressDelimiters: '+', foldCase: true, checkRecipients: true }],
  recipients: { unknown: 'discard', graceDays: 30, bounceAddresses: [], srsDomains: [] },
  dnsbl: { zones: [], record: 1, stop: 3, action: 'quarantine' },
  scans: { virus: 'quarantine', spam: 'deliver', dmarcReject: 'deliver' },
  dns: { servers: null, timeoutMs: 1500, retries: 1, budgetMs: 3000 },
  privacy: { subject: 'full' },
  retention: { recordsDays: 400, mailDays: 30, logDays: 30 },
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
      fc.record({ zones: fc.array(fc.record({ zone: fc.string(), pattern: fc.string(), weight: fc.integer() })) }),
      fc.jsonValue(),
    ),
    dns: fc.oneof(fc.record({ servers: fc.array(fc.string()) }), fc.jsonValue()),
    ['long'.repeat(100)]: fc.constant('x'.repeat(5000)),
  },
  { requiredKeys: [] },
)

function beside(settings: object): object {
  return { domains: ['example.com'], ...settings }
}

function withZone(changes: object): object {
  return beside({ dnsbl: { zones: [{ ...zone, ...changes }] } })
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
