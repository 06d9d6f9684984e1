import { attributeOf, refOf, resolvedProperties } from './intrinsics.ts'
import { flagAt, isRecord, listAt, numberAt, optionalTextAt, recordAt, textAt, textsAt, unexpected } from './json.ts'
import type { Json, JsonRecord } from './json.ts'
import { targetOf, type ScheduleTarget } from './schedules.ts'
import { propertiesPlace, resourcesOfType } from './template.ts'
import type { Resource, Template } from './template.ts'

/** A rule of EventBridge that runs functions when an object was put into a bucket. */
export type ObjectRule = {
  readonly logicalId: string
  readonly buckets: readonly string[]
  readonly keys: readonly KeyPattern[]
  readonly targets: readonly ObjectTarget[]
}

/** A key as a whole, or its beginning. */
export type KeyPattern = { readonly kind: 'exact' | 'prefix'; readonly text: string }

/** `retries`: how often Lambda tries again what the function failed at. */
export type ObjectTarget = ScheduleTarget & { readonly retries: number }

/**
 * The rules that are enabled and wait for "Object Created".
 *
 * @throws where a pattern asks for more than bucket and key, or for a bucket that tells EventBridge nothing: what happens
 *   would be one thing in AWS and another here
 */
export function objectRulesOf(template: Template): readonly ObjectRule[] {
  return resourcesOfType(template, 'AWS::Events::Rule').flatMap((resource) => {
    const rule = ruleOf(template, resource)
    return rule === null ? [] : [rule]
  })
}

/** Whether this rule waits for this object. */
export function waitsFor({ buckets, keys }: ObjectRule, bucket: string, key: string): boolean {
  const matches = ({ kind, text }: KeyPattern): boolean => (kind === 'exact' ? key === text : key.startsWith(text))
  return buckets.includes(bucket) && (keys.length === 0 || keys.some(matches))
}

function ruleOf(template: Template, resource: Resource): ObjectRule | null {
  const place = propertiesPlace(template, resource.logicalId)
  const properties = resolvedProperties(template, resource)
  const pattern = properties['EventPattern']
  if (!isRecord(pattern) || optionalTextAt(properties['State'], `${place}.State`) === 'DISABLED') return null
  if (!listAt(pattern['source'], `${place}.EventPattern.source`).includes('aws.s3')) return null
  const detail = recordAt(only(pattern, ['source', 'detail-type', 'detail'], `${place}.EventPattern`)['detail'], place)
  const told = textsAt(pattern['detail-type'], `${place}.EventPattern.detail-type`)
  if (told.length !== 1 || told[0] !== 'Object Created') {
    throw unexpected(`${place}.EventPattern.detail-type`, '["Object Created"]', pattern['detail-type'])
  }
  const at = `${place}.EventPattern.detail`
  const { bucket, object } = only(detail, ['bucket', 'object'], at)
  const buckets = textsAt(only(recordAt(bucket, at), ['name'], `${at}.bucket`)['name'], `${at}.bucket.name`)
  const silent = buckets.find((name) => !tellsEventBridge(template, name))
  if (silent !== undefined) throw unexpected(`${at}.bucket.name`, 'a bucket that notifies EventBridge', silent)
  const keys = object === undefined ? [] : keysOf(recordAt(object, at), `${at}.object`)
  const targets = listAt(properties['Targets'], `${place}.Targets`).map((target, i) => {
    const read = targetOf(template, target, `${place}.Targets[${i}]`)
    return { ...read, retries: retriesOf(template, read.functionArn) }
  })
  return { logicalId: resource.logicalId, buckets, keys, targets }
}

function keysOf(object: JsonRecord, place: string): readonly KeyPattern[] {
  return listAt(only(object, ['key'], place)['key'], `${place}.key`).map((value, i): KeyPattern => {
    if (typeof value === 'string') return { kind: 'exact', text: value }
    const matcher = only(recordAt(value, `${place}.key[${i}]`), ['prefix'], `${place}.key[${i}]`)
    return { kind: 'prefix', text: textAt(matcher['prefix'], `${place}.key[${i}].prefix`) }
  })
}

function tellsEventBridge(template: Template, name: string): boolean {
  const bucket = resourcesOfType(template, 'AWS::S3::Bucket').find((resource) => refOf(template, resource) === name)
  if (bucket === undefined) return false
  const notification = resolvedProperties(template, bucket)['NotificationConfiguration']
  const eventBridge = isRecord(notification) ? notification['EventBridgeConfiguration'] : undefined
  // AWS::S3::Bucket EventBridgeConfiguration: enabled unless it says otherwise.
  return isRecord(eventBridge) && flagAt(eventBridge['EventBridgeEnabled'], `${name}.EventBridgeEnabled`, true)
}

/** Lambda Developer Guide, "Asynchronous invocation": two, unless the function's configuration says otherwise. */
function retriesOf(template: Template, functionArn: string): number {
  const fn = resourcesOfType(template, 'AWS::Lambda::Function').find(
    (resource) => attributeOf(template, resource, 'Arn') === functionArn,
  )
  const name = fn === undefined ? null : refOf(template, fn)
  for (const resource of resourcesOfType(template, 'AWS::Lambda::EventInvokeConfig')) {
    const properties = resolvedProperties(template, resource)
    const place = propertiesPlace(template, resource.logicalId)
    if (properties['FunctionName'] === name) {
      return numberAt(properties['MaximumRetryAttempts'], `${place}.MaximumRetryAttempts`, usualRetries)
    }
  }
  return usualRetries
}

const usualRetries = 2

/** The record, if it has none but these fields. */
function only(record: JsonRecord, names: readonly string[], place: string): Readonly<Record<string, Json | undefined>> {
  const other = Object.keys(record).find((name) => !names.includes(name))
  if (other !== undefined) throw unexpected(place, names.join(', '), other)
  return record
}
