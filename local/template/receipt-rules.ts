import { refOf, resolvedProperties } from './intrinsics.ts'
import { flagAt, listAt, optionalTextAt, recordAt, textAt, textsAt, unexpected } from './json.ts'
import type { Json, JsonRecord } from './json.ts'
import { propertiesPlace, resourcesOfType } from './template.ts'
import type { Resource, Template } from './template.ts'

export type ReceiptAction =
  | { readonly kind: 's3'; readonly bucketName: string; readonly objectKeyPrefix: string }
  | { readonly kind: 'lambda'; readonly functionArn: string; readonly invocationType: 'Event' | 'RequestResponse' }
  | { readonly kind: 'add-header'; readonly name: string; readonly value: string }
  | { readonly kind: 'stop' }
  | { readonly kind: 'bounce' }
  | { readonly kind: 'sns'; readonly topicArn: string }
  | { readonly kind: 'unsupported'; readonly type: string }

export type ReceiptRule = {
  readonly logicalId: string
  readonly name: string
  readonly enabled: boolean
  /** Empty: every recipient of every verified domain. */
  readonly recipients: readonly string[]
  readonly scanEnabled: boolean
  /** Not enforced on the laptop: it has no TLS, and a rule that requires it would take no mail at all. */
  readonly tlsPolicy: 'Require' | 'Optional'
  readonly actions: readonly ReceiptAction[]
}

export type ReceiptRuleSet = {
  /** Null where the rules are added to a set that is not part of the template. */
  readonly logicalId: string | null
  readonly name: string
  /** In the order in which SES evaluates them. */
  readonly rules: readonly ReceiptRule[]
}

type PlacedRule = {
  readonly rule: ReceiptRule
  readonly setName: string
  readonly after: string | null
  readonly place: string
}

export function receiptRulesOf(template: Template): readonly ReceiptRuleSet[] {
  const placed = resourcesOfType(template, 'AWS::SES::ReceiptRule').map((resource) => placedRule(template, resource))
  const own = resourcesOfType(template, 'AWS::SES::ReceiptRuleSet').map(
    (resource) => [refOf(template, resource), resource.logicalId] as const,
  )
  const foreign = placed.map(({ setName }) => [setName, null] as const)
  const sets = new Map<string, string | null>([...foreign, ...own])
  return [...sets].map(([name, logicalId]) => ({
    logicalId,
    name,
    rules: inOrder(placed.filter(({ setName }) => setName === name)),
  }))
}

/**
 * Adds the rules as CloudFormation would, and as SES places them: behind the one that `After` names, or at the front.
 * Several rules without `After` have no order of their own (CloudFormation creates them at once); here the template's.
 */
function inOrder(placed: readonly PlacedRule[]): readonly ReceiptRule[] {
  const front = placed.filter(({ after }) => after === null).map(({ rule }) => rule)
  const ordered: ReceiptRule[] = [...front]
  let waiting = placed.filter(({ after }) => after !== null)
  while (waiting.length > 0) {
    const ready = waiting.filter(({ after }) => ordered.some(({ name }) => name === after))
    const [lost] = waiting
    if (ready.length === 0 && lost)
      throw unexpected(`${lost.place}.After`, 'the name of another rule of the set', lost.after)
    for (const { rule, after } of ready) ordered.splice(ordered.findIndex(({ name }) => name === after) + 1, 0, rule)
    waiting = waiting.filter((one) => !ready.includes(one))
  }
  return ordered
}

function placedRule(template: Template, resource: Resource): PlacedRule {
  const place = propertiesPlace(template, resource.logicalId)
  const properties = resolvedProperties(template, resource)
  const rule = recordAt(properties['Rule'], `${place}.Rule`)
  const tlsPolicy = optionalTextAt(rule['TlsPolicy'], `${place}.Rule.TlsPolicy`) ?? 'Optional'
  if (tlsPolicy !== 'Require' && tlsPolicy !== 'Optional')
    throw unexpected(`${place}.Rule.TlsPolicy`, 'Require or Optional', tlsPolicy)
  return {
    place,
    setName: textAt(properties['RuleSetName'], `${place}.RuleSetName`),
    after: optionalTextAt(properties['After'], `${place}.After`),
    rule: {
      logicalId: resource.logicalId,
      name: refOf(template, resource),
      // A rule that does not say so is off, and does not scan: the defaults of AWS::SES::ReceiptRule.
      enabled: flagAt(rule['Enabled'], `${place}.Rule.Enabled`, false),
      scanEnabled: flagAt(rule['ScanEnabled'], `${place}.Rule.ScanEnabled`, false),
      recipients: textsAt(rule['Recipients'], `${place}.Rule.Recipients`),
      tlsPolicy,
      actions: listAt(rule['Actions'], `${place}.Rule.Actions`).map((action, i) =>
        actionOf(action, `${place}.Rule.Actions[${i}]`),
      ),
    },
  }
}

function actionOf(value: Json, place: string): ReceiptAction {
  const [type, ...others] = Object.keys(recordAt(value, place))
  if (type === undefined || others.length > 0) throw unexpected(place, 'exactly one action', value)
  const action = recordAt(recordAt(value, place)[type], `${place}.${type}`)
  switch (type) {
    case 'S3Action':
      return {
        kind: 's3',
        bucketName: textAt(action['BucketName'], `${place}.S3Action.BucketName`),
        objectKeyPrefix: optionalTextAt(action['ObjectKeyPrefix'], `${place}.S3Action.ObjectKeyPrefix`) ?? '',
      }
    case 'LambdaAction':
      return lambdaAction(action, `${place}.LambdaAction`)
    case 'AddHeaderAction':
      return {
        kind: 'add-header',
        name: textAt(action['HeaderName'], `${place}.AddHeaderAction.HeaderName`),
        value: textAt(action['HeaderValue'], `${place}.AddHeaderAction.HeaderValue`),
      }
    case 'StopAction':
      return { kind: 'stop' }
    case 'BounceAction':
      return { kind: 'bounce' }
    case 'SNSAction':
      return { kind: 'sns', topicArn: optionalTextAt(action['TopicArn'], `${place}.SNSAction.TopicArn`) ?? '' }
    default:
      return { kind: 'unsupported', type }
  }
}

function lambdaAction(action: JsonRecord, place: string): ReceiptAction {
  const invocationType = optionalTextAt(action['InvocationType'], `${place}.InvocationType`) ?? 'Event'
  if (invocationType !== 'Event' && invocationType !== 'RequestResponse') {
    throw unexpected(`${place}.InvocationType`, 'Event or RequestResponse', invocationType)
  }
  return { kind: 'lambda', functionArn: textAt(action['FunctionArn'], `${place}.FunctionArn`), invocationType }
}
