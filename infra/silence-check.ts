import { readFileSync } from 'node:fs'
import type { IPolicyValidationContext, IPolicyValidationPlugin, PolicyValidationPluginReport } from 'aws-cdk-lib'

/** Something in a template that could send mail to whoever is named as a sender. */
export type Noise = { readonly logicalId: string; readonly at: string; readonly what: string }

/**
 * Fails the synthesis when anything in the stack could bounce or send.
 *
 * The sender of unwanted mail is usually forged, so that every answer to it goes to somebody who never wrote: that is the
 * backscatter this filter exists to end. It must not come back by an action that somebody adds to a rule.
 */
export class SilenceCheck implements IPolicyValidationPlugin {
  readonly name = 'Quietgate'

  validate({ templatePaths }: IPolicyValidationContext): PolicyValidationPluginReport {
    const violations = templatePaths.flatMap((templatePath) =>
      noiseIn(JSON.parse(readFileSync(templatePath, 'utf8'))).map(({ logicalId, at, what }) => ({
        ruleName: 'nothing-answers-mail',
        description: `${what}: it could answer a forged sender. Take it out; mail is stopped silently here.`,
        violatingResources: [{ resourceLogicalId: logicalId, templatePath, locations: [at] }],
      })),
    )
    return { success: violations.length === 0, violations }
  }
}

/** All that could send in a synthesized template: receipt actions that bounce, and statements that allow a send API. */
export function noiseIn(template: unknown): readonly Noise[] {
  const resources = fieldOf(template, 'Resources')
  return entriesOf(resources).flatMap(([logicalId, resource]) =>
    noiseAt(fieldOf(resource, 'Properties'), 'Properties').map((noise) => ({ logicalId, ...noise })),
  )
}

/** SES API v1 and v2: every call that makes a message go out. */
const sendActions = [
  'ses:SendBounce',
  'ses:SendBulkEmail',
  'ses:SendBulkTemplatedEmail',
  'ses:SendCustomVerificationEmail',
  'ses:SendEmail',
  'ses:SendRawEmail',
  'ses:SendTemplatedEmail',
]

/** SES Developer Guide, "Return bounce response action" and "Amazon SNS action": SNS bounces mail over 150 KB. */
const bouncingActions = ['BounceAction', 'SNSAction']

type NoiseWithin = Omit<Noise, 'logicalId'>

function noiseAt(value: unknown, at: string): readonly NoiseWithin[] {
  if (typeof value !== 'object' || value === null) return []
  const here = [
    ...bouncingActions.filter((name) => Object.hasOwn(value, name)).map((name) => `an SES ${name}`),
    ...permissionWords(sendsAllowedBy(value)),
    ...sendingPolicies(value).map((arn) => `the policy ${arn}, which allows sending`),
  ]
  return [
    ...here.map((what) => ({ at, what })),
    ...entriesOf(value).flatMap(([key, inner]) => noiseAt(inner, `${at}.${key}`)),
  ]
}

function permissionWords(sends: readonly string[]): readonly string[] {
  return sends.length === 0 ? [] : [`a permission for ${sends.join(', ')}`]
}

/** Which send APIs a policy statement allows; none if the value is no statement, or one that denies. */
function sendsAllowedBy(value: object): readonly string[] {
  if (fieldOf(value, 'Effect') !== 'Allow') return []
  const excepted = fieldOf(value, 'NotAction')
  const actions = listOf(excepted ?? fieldOf(value, 'Action'))
  // An action that only CloudFormation can put together might be any.
  if (actions.some((action) => typeof action !== 'string')) return ['what cannot be read here']
  const covers = (send: string): boolean => actions.some((pattern) => coversAction(String(pattern), send))
  return sendActions.filter((send) => covers(send) === (excepted === undefined))
}

/** AWS Managed Policy Reference: those that allow `ses:Send*`, by their own names or by `*`. */
function sendingPolicies(value: object): readonly string[] {
  return listOf(fieldOf(value, 'ManagedPolicyArns'))
    .map((arn) => JSON.stringify(arn))
    .filter((arn) => /policy\/(?:AmazonSES|AdministratorAccess|PowerUserAccess)/.test(arn))
}

/**
 * IAM User Guide, "Action element": `*` stands for any run of characters, `?` for one, and case does not count.
 * Each state is the set of places in the pattern that the action could have reached, so that the time is bounded.
 */
function coversAction(pattern: string, action: string): boolean {
  let reached = new Set(throughStars(pattern, 0))
  for (const character of action.toLowerCase()) {
    const next = [...reached].flatMap((at) => {
      const wanted = pattern[at]?.toLowerCase()
      if (wanted === '*') return [at]
      return wanted === '?' || wanted === character ? throughStars(pattern, at + 1) : []
    })
    reached = new Set(next.flatMap((at) => throughStars(pattern, at)))
  }
  return reached.has(pattern.length)
}

/** The place, and those behind it that are reached without a character because only stars lie between. */
function throughStars(pattern: string, at: number): readonly number[] {
  return pattern[at] === '*' ? [at, ...throughStars(pattern, at + 1)] : [at]
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined) return []
  return Array.isArray(value) ? value : [value]
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined
}

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : []
}
