import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { FunctionSeen, MailServer, RoleSeen, RuleSeen } from '../../../cli/doctor/account.ts'
import { diagnose } from '../../../cli/doctor/diagnose.ts'
import { examine } from '../../../cli/doctor/run.ts'
import type { ZoneCondition } from '../../../lambda/core/zone-state.ts'
import { linesOf, quietgate } from '../command.ts'
import { spoken } from '../spoken.ts'
import {
  aliasArn,
  healthyAccount,
  mayRead,
  ourRule,
  patientIn,
  policyFor,
  sesIn,
  topic,
  type Emulated,
} from './emulated-account.ts'

const asMeant = mayRead('arn:aws:s3:::mail-1/mail/*').statements
const [readMail, silence] = asMeant as readonly object[]
const oneSource = { StringEquals: { 'aws:SourceVpc': 'vpc-1' } }
const sendMail = { Effect: 'Allow', Action: 'ses:SendEmail', Resource: '*' }
const backup = { host: 'mx.example.org', preference: 20 }

/** What is planted in a healthy account, and the one finding that names it, with words of its evidence. */
const faults: readonly (readonly [string, (account: Emulated) => void, string, string])[] = [
  ['a region where SES receives nothing', toSpain, 'loss region-unsupported', 'SES receives in us-east-1'],
  ['a rollback', status('UPDATE_ROLLBACK_COMPLETE'), 'notice stack-rolled-back', 'UPDATE_ROLLBACK_COMPLETE'],
  ['a rollback that stuck', status('UPDATE_ROLLBACK_FAILED'), 'harm stack-unfinished', 'UPDATE_ROLLBACK_FAILED'],
  ['a deploy under way', status('UPDATE_IN_PROGRESS'), 'harm stack-unfinished', 'UPDATE_IN_PROGRESS'],
  ['a new account', concurrency, 'notice concurrency-low', '10 of 10'],
  ['an old runtime', functionSeen({ runtime: 'nodejs20.x' }), 'notice runtime-old', 'nodejs20.x'],
  ['a function that failed', functionSeen({ state: 'Failed' }), 'loss function-not-ready', 'State Failed'],
  ['an update that failed', functionSeen({ lastUpdate: 'Failed' }), 'loss function-not-ready', 'last update Failed'],
  ['a role without a statement', role({ statements: [readMail] }), 'harm role-changed', 'Missing: {"Effect":"Deny"'],
  [
    'a role that reads other mail',
    (account) => (account.roles['filter-role-1'] = mayRead('arn:aws:s3:::mail-2/mail/*')),
    'harm role-changed',
    'Added: {"Effect":"Allow"',
  ],
  [
    'a role with a statement more',
    role({ statements: [sendMail, ...asMeant] }),
    'notice role-changed',
    'Added: {"Effect":"Allow","Action":"ses:SendEmail"',
  ],
  [
    'a role with a policy more',
    role({ managedPolicies: ['arn:aws:iam::aws:policy/AdministratorAccess'] }),
    'notice role-changed',
    'Added: arn:aws:iam::aws:policy/AdministratorAccess.',
  ],
  [
    'a role with a condition more',
    role({ statements: [{ ...readMail, Condition: oneSource }, silence] }),
    'harm role-changed',
    'aws:SourceVpc',
  ],
  [
    'a role that is gone',
    (account) => (account.roles['probe-role-1'] = null),
    'loss role-changed',
    'no role probe-role-1',
  ],
  [
    'a template without a role',
    (account) => (account.stack = { ...account.stack, roles: [] }),
    'notice could-not-look',
    'no role',
  ],
  ['no active rule set', (account) => (account.active = null), 'loss rule-set-inactive', 'no active rule set'],
  ['a foreign rule set', (account) => (account.active = 'set-of-others'), 'loss rule-set-foreign', 'set-of-others'],
  ['a set without our rule', rules([]), 'loss filter-not-asked', '(none)'],
  ['a rule that does not wait', rules([asking(aliasArn, false)]), 'loss filter-not-asked', 'filter'],
  [
    'a rule that asks another function',
    rules([asking(aliasArn.replace('filter-1', 'x'), true)]),
    'loss filter-not-asked',
    'filter-1',
  ],
  ['a rule that is switched off', rules([ourRule({ enabled: false })]), 'loss rule-disabled', 'filter'],
  ['a rule that does not scan', rules([ourRule({ scans: false })]), 'harm rule-scan', 'filter'],
  ['a rule without a domain', rules([ourRule({ recipients: ['example.com'] })]), 'loss rule-domains', 'filter'],
  [
    'a rule that does not store',
    rules([ourRule({ actions: ourRule().actions.slice(1) })]),
    'loss rule-store',
    'filter',
  ],
  [
    'a rule that stores too late',
    rules([ourRule({ actions: ourRule().actions.toReversed() })]),
    'loss rule-store',
    'filter',
  ],
  ['a rule before ours', rules([other({}), ourRule()]), 'harm rule-order', 'Rule other, before filter'],
  ['a catch-all before ours', rules([other({ recipients: [] }), ourRule()]), 'harm rule-order', 'Rule other'],
  [
    'a rule that bounces',
    rules([ourRule(), other({ actions: [{ kind: 'bounce' }] })]),
    'harm rule-bounces',
    'a Bounce action',
  ],
  [
    'a rule that tells SNS',
    rules([ourRule(), other({ actions: [{ kind: 'announce' }] })]),
    'harm rule-bounces',
    '150 KB',
  ],
  ['no permission of SES', (account) => (account.policies = {}), 'loss function-permission', 'none'],
  [
    'a permission of another account',
    permission('ses.amazonaws.com', '444455556666'),
    'loss function-permission',
    '444455556666',
  ],
  [
    'a permission of another service',
    permission('sns.amazonaws.com', '111122223333'),
    'loss function-permission',
    'sns',
  ],
  ['a permission that is no JSON', (account) => (account.policies[aliasArn] = '{'), 'loss function-permission', '{'],
  ['no MX record', mailServers([]), 'loss mx-missing', 'no MX'],
  ['MX of another region', mailServers([sesIn('us-east-1')]), 'loss mx-other-region', 'us-east-1'],
  ['MX of another server', mailServers([backup]), 'loss mx-elsewhere', 'MX 20 mx.example.org'],
  ['a second MX', mailServers([sesIn('eu-west-1'), backup]), 'harm mx-mixed', 'mx.example.org'],
  [
    'a domain that is not verified',
    (account) => (account.identities['example.net'] = 'not-verified'),
    'loss identity-unverified',
    'verification',
  ],
  [
    'a domain of another account',
    (account) => delete account.identities['example.net'],
    'loss identity-elsewhere',
    'no identity',
  ],
  ['an empty directory', directory('empty'), 'harm directory-empty', 'empty'],
  ['a directory that was never finished', directory('never-imported'), 'harm directory-incomplete', 'never-imported'],
  ['a bypass', (account) => (account.settings['mode'] = 'bypass'), 'harm mode-bypass', '"bypass" in cdk.json'],
  ['a list that refuses the resolver', list('muted'), 'harm resolver-refused', 'muted'],
  ['a list that is silent', list('silent'), 'harm list-silent', 'silent'],
  ['a list that lists everything', list('lists-the-world'), 'harm list-unsound', 'lists-the-world'],
  ['one list that is empty', list('empty'), 'harm list-unsound', 'empty'],
  ['a resolver that filters', filtered, 'harm resolver-filters', 'bl.spamcop.net, psbl.surriel.com'],
  ['an alarm without a topic', (account) => plantAlarm(account, []), 'notice alarms-untold', '1 of 2: Other'],
  ['a topic without a subscriber', (account) => (account.subscribers = {}), 'notice topic-unheard', topic],
]

describe('the doctor', () => {
  it('finds nothing in a healthy account', async () => {
    expect(await diagnose(patientIn(healthyAccount()))).toEqual([])
  })

  it.each(faults)('finds %s, and nothing else', async (_what, plant, expected, evidence) => {
    const account = healthyAccount()
    plant(account)
    const findings = await diagnose(patientIn(account))
    expect(findings.map(({ severity, id }) => `${severity} ${id}`)).toEqual([expected])
    expect(findings[0]?.evidence).toContain(evidence)
  })

  it.each(['stack', 'concurrency', 'role', 'functionPolicy', 'activeRuleSet', 'lists', 'subscribers'] as const)(
    'says so when it may not look: %s',
    async (question) => {
      const findings = await diagnose(patientIn({ ...healthyAccount(), denied: new Set([question]) }))
      expect(findings.map(({ id, evidence }) => [id, evidence])).toEqual([
        ['could-not-look', `AWS answered AccessDenied: ${question}`],
      ])
    },
  )

  it('takes observing, a relay of our own and a rule that ours was put behind as they are meant', async () => {
    const account = healthyAccount()
    account.settings = {
      ...account.settings,
      mode: 'observe',
      receiving: { ruleSet: { name: 'set-1', after: 'other' } },
    }
    rules([other({}), ourRule()])(account)
    expect(await diagnose(patientIn(account))).toEqual([])
    account.settings = { ...account.settings, trustedRelays: ['192.0.2.1'] }
    mailServers([backup])(account)
    const [found] = await diagnose(patientIn(account))
    expect([found?.id, found?.severity]).toEqual(['mx-elsewhere', 'notice'])
  })

  it('tells what costs mail first, and ends with 4', async () => {
    const account = healthyAccount()
    concurrency(account)
    account.active = null
    const { terminal, text } = spoken()
    expect(await examine(patientIn(account), { terminal, json: false })).toBe(4)
    expect(linesOf(text().stdout)).toEqual([
      'loss: rule-set-inactive: No receipt rule set is active: SES takes no mail in this region.',
      '  Seen: SES has no active rule set.',
      '  To do: aws ses set-active-receipt-rule-set --rule-set-name set-1',
      'notice: concurrency-low: Few invocations can run at once in this account: a burst of mail is throttled, and comes late.',
      '  Seen: 10 of 10 concurrent executions are not reserved for other functions.',
      '  To do: Ask for 1000: Service Quotas, AWS Lambda, "Concurrent executions".',
    ])
    expect(text().stderr).toBe('2 findings. Region eu-west-1, 2 domain(s), mode enforce.\n')
  })

  it('tells programs one object a finding, and ends with 0 where there is none', async () => {
    const { terminal, text } = spoken()
    expect(await examine(patientIn(healthyAccount()), { terminal, json: true })).toBe(0)
    const account = healthyAccount()
    account.active = null
    await examine(patientIn(account), { terminal, json: true })
    expect(linesOf(text().stdout).map((line) => JSON.parse(line) as unknown)).toEqual([
      {
        id: 'rule-set-inactive',
        severity: 'loss',
        what: 'No receipt rule set is active: SES takes no mail in this region.',
        evidence: 'SES has no active rule set.',
        what_to_do: 'aws ses set-active-receipt-rule-set --rule-set-name set-1',
      },
    ])
  })

  it('has a row in its page for every finding, and no other', () => {
    const rows = Array.from(readFileSync('docs/doctor.md', 'utf8').matchAll(/^\| `([a-z-]+)`/gm), ([, id]) => id)
    const found = faults.map(([, , expected]) => expected.split(' ')[1])
    expect(rows.toSorted()).toEqual([...new Set(found)].toSorted())
  })

  it('does not look at a local stack', async () => {
    const { exitCode, stderr } = await quietgate(['--local', 'doctor'])
    expect([exitCode, stderr]).toEqual([
      1,
      'The doctor looks at a filter in AWS; a local stack says itself what is wrong.\n',
    ])
  })
})

type Plant = (account: Emulated) => void

function toSpain(account: Emulated): void {
  account.region = 'eu-south-2'
  for (const domain of Object.keys(account.mailServers)) account.mailServers[domain] = [sesIn('eu-south-2')]
}

function status(now: string): Plant {
  return (account) => (account.stack = { ...account.stack, status: now })
}

function concurrency(account: Emulated): void {
  account.concurrency = { limit: 10, unreserved: 10 }
}

function functionSeen(changes: Partial<FunctionSeen>): Plant {
  return ({ functions }) => {
    const before = functions['probe-1'] ?? { runtime: '', state: '', lastUpdate: '' }
    functions['probe-1'] = { ...before, ...changes }
  }
}

function role(changes: Partial<RoleSeen>): Plant {
  return ({ roles }) => (roles['filter-role-1'] = { statements: asMeant, managedPolicies: [], ...changes })
}

function rules(now: RuleSeen[]): Plant {
  return ({ ruleSets }) => (ruleSets['set-1'] = now)
}

function other(changes: Partial<RuleSeen>): RuleSeen {
  return ourRule({ name: 'other', recipients: ['example.net'], actions: [{ kind: 'other' }], ...changes })
}

function asking(functionArn: string, waits: boolean): RuleSeen {
  return ourRule({
    actions: [
      { kind: 'store', bucket: 'mail-1' },
      { kind: 'ask', functionArn, waits },
    ],
  })
}

function permission(service: string, source: string): Plant {
  return ({ policies }) => (policies[aliasArn] = policyFor(service, source))
}

function mailServers(now: readonly MailServer[]): Plant {
  return (account) => (account.mailServers['example.net'] = now)
}

function directory(why: 'empty' | 'never-imported'): Plant {
  return (account) => (account.directory['example.net'] = { answer: 'incomplete', why })
}

function list(state: ZoneCondition): Plant {
  return (account) => (account.lists = account.lists.map((one, at) => (at === 0 ? { ...one, state } : one)))
}

function filtered(account: Emulated): void {
  account.lists = account.lists.map(({ zone }) => ({ zone, state: 'empty' }))
}

function plantAlarm(account: Emulated, topics: readonly string[]): void {
  account.stack = { ...account.stack, alarms: [...account.stack.alarms, { id: 'Other', topics }] }
}
