import { parseConfig, problemsText, type Config } from '../../../lambda/config.ts'
import type { DomainAnswer } from '../../../lambda/core/facts.ts'
import type {
  Account,
  FunctionSeen,
  ListSeen,
  MailServer,
  RoleSeen,
  RuleSeen,
  RuleSetSeen,
  Seen,
  StackSeen,
} from '../../../cli/doctor/account.ts'
import type { Patient } from '../../../cli/doctor/patient.ts'

/** An account that keeps all that the doctor looks at. Whoever holds it may plant a fault in it. */
export type Emulated = {
  region: string
  settings: Record<string, unknown>
  stack: StackSeen
  concurrency: { limit: number; unreserved: number }
  functions: Record<string, FunctionSeen>
  /** By name; null: it is gone. */
  roles: Record<string, RoleSeen | null>
  /** By ARN. */
  policies: Record<string, string>
  active: string | null
  ruleSets: Record<string, RuleSeen[]>
  identities: Record<string, 'verified' | 'not-verified'>
  mailServers: Record<string, readonly MailServer[]>
  directory: Record<string, DomainAnswer>
  lists: readonly ListSeen[]
  subscribers: Record<string, number>
  /** Questions that are refused. */
  denied: ReadonlySet<Exclude<keyof Account, 'region'>>
}

export const topic = 'arn:aws:sns:eu-west-1:111122223333:mail-alarms'
export const aliasArn = 'arn:aws:lambda:eu-west-1:111122223333:function:filter-1:live'

/** All is well in it. */
export function healthyAccount(): Emulated {
  const current: FunctionSeen = { runtime: 'nodejs24.x', state: 'Active', lastUpdate: 'Successful' }
  return {
    region: 'eu-west-1',
    settings: {
      mode: 'enforce',
      domains: ['example.com', 'example.net'],
      dnsbl: { zones: ['bl.spamcop.net=127.0.0.2*2', 'psbl.surriel.com=127.0.0.2*2'] },
    },
    stack: {
      status: 'UPDATE_COMPLETE',
      functions: ['filter-1', 'probe-1'],
      alarms: [{ id: 'FilterErrors', topics: [topic] }],
      roles: [
        { name: 'filter-role-1', ...mayRead('…mail-1/mail/*') },
        { name: 'probe-role-1', ...mayNothing },
      ],
    },
    roles: { 'filter-role-1': mayRead('arn:aws:s3:::mail-1/mail/*'), 'probe-role-1': mayNothing },
    concurrency: { limit: 1000, unreserved: 900 },
    functions: { 'filter-1': current, 'probe-1': current },
    policies: { [aliasArn]: policyFor('ses.amazonaws.com', '111122223333') },
    active: 'set-1',
    ruleSets: { 'set-1': [ourRule()], 'set-of-others': [] },
    identities: { 'example.com': 'verified', 'example.net': 'verified' },
    mailServers: { 'example.com': [sesIn('eu-west-1')], 'example.net': [sesIn('eu-west-1')] },
    directory: { 'example.com': { answer: 'complete' }, 'example.net': { answer: 'complete' } },
    lists: [
      { zone: 'bl.spamcop.net', state: 'healthy' },
      { zone: 'psbl.surriel.com', state: 'healthy' },
    ],
    subscribers: { [topic]: 1 },
    denied: new Set(),
  }
}

export function patientIn(emulated: Emulated): Patient {
  return {
    config: configOf(emulated.settings),
    where: 'cdk.json, context quietgate',
    account: accountOf(emulated),
    outputs: { filterFunction: 'filter-1', mailBucket: 'mail-1', ruleSet: 'set-1' },
  }
}

export function ourRule(changes: Partial<RuleSeen> = {}): RuleSeen {
  return {
    name: 'filter',
    enabled: true,
    scans: true,
    recipients: ['example.com', 'example.net'],
    actions: [
      { kind: 'store', bucket: 'mail-1' },
      { kind: 'ask', functionArn: aliasArn, waits: true },
    ],
    ...changes,
  }
}

export function sesIn(region: string): MailServer {
  return { host: `inbound-smtp.${region}.amazonaws.com`, preference: 10 }
}

export function policyFor(service: string, account: string): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: service },
        Action: 'lambda:InvokeFunction',
        Resource: aliasArn,
        Condition: { StringEquals: { 'AWS:SourceAccount': account } },
      },
    ],
  })
}

/** What is stored, and no mail to anybody. */
export function mayRead(Resource: string): RoleSeen {
  const reading = { Effect: 'Allow', Action: ['s3:GetObject', 's3:ListBucket'], Resource }
  return { statements: [reading, silence], managedPolicies: [] }
}

const silence = { Effect: 'Deny', Action: 'ses:*', Resource: '*' }
const mayNothing: RoleSeen = { statements: [silence], managedPolicies: ['arn:aws:iam::aws:policy/X'] }

function accountOf(emulated: Emulated): Account {
  const seen = <T>(question: Exclude<keyof Account, 'region'>, value: T): Promise<Seen<T>> =>
    Promise.resolve(
      emulated.denied.has(question)
        ? { answer: 'unseen', why: `AWS answered AccessDenied: ${question}` }
        : { answer: 'seen', value },
    )
  const { active, ruleSets } = emulated
  const ruleSet = (): RuleSetSeen | null => (active === null ? null : { name: active, rules: ruleSets[active] ?? [] })
  return {
    region: emulated.region,
    stack: () => seen('stack', emulated.stack),
    concurrency: () => seen('concurrency', emulated.concurrency),
    deployedFunction: (name) => {
      const found = emulated.functions[name]
      return found === undefined
        ? Promise.resolve({ answer: 'unseen', why: `no function ${name}` })
        : seen('deployedFunction', found)
    },
    functionPolicy: (arn) => seen('functionPolicy', emulated.policies[arn] ?? null),
    role: (name) => seen('role', emulated.roles[name] ?? null),
    activeRuleSet: () => seen('activeRuleSet', ruleSet()),
    identity: (domain) => seen('identity', emulated.identities[domain] ?? 'absent'),
    mailServers: (domain) => seen('mailServers', emulated.mailServers[domain] ?? []),
    directory: (domain) =>
      seen('directory', emulated.directory[domain] ?? { answer: 'incomplete', why: 'never-imported' }),
    lists: () => seen('lists', emulated.lists),
    subscribers: (arn) => seen('subscribers', emulated.subscribers[arn] ?? 0),
  }
}

function configOf(settings: object): Config {
  const parsed = parseConfig(settings, 'the test')
  if (parsed.kind === 'problems') throw new Error(problemsText(parsed.problems))
  return parsed.config
}
