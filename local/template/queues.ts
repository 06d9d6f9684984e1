import { functionByArn } from './functions.ts'
import { attributeOf, refOf, resolvedProperties } from './intrinsics.ts'
import { listAt, numberAt, recordAt, textAt, unexpected } from './json.ts'
import { propertiesPlace, resourcesOfType } from './template.ts'
import type { Resource, Template } from './template.ts'

export type QueueResource = {
  readonly logicalId: string
  readonly name: string
  readonly arn: string
  readonly url: string
  readonly visibilitySeconds: number
  readonly redrive: { readonly arn: string; readonly maxReceiveCount: number } | null
}

/** A queue that Lambda empties into a function. */
export type EventSource = {
  readonly queueArn: string
  readonly functionArn: string
  readonly batchSize: number
  /** How many batches are under way at once. */
  readonly concurrency: number
  /** Whether the function names the messages that failed; if not, all of a batch stay when one fails. */
  readonly reportsFailures: boolean
}

export function queuesOf(template: Template): readonly QueueResource[] {
  return resourcesOfType(template, 'AWS::SQS::Queue').map((resource) => queueOf(template, resource))
}

/** @throws where a mapping's source is no queue of the template, or its target no function: it would run in AWS and not here */
export function eventSourcesOf(template: Template): readonly EventSource[] {
  const queues = queuesOf(template)
  return resourcesOfType(template, 'AWS::Lambda::EventSourceMapping').map((resource) => {
    const place = propertiesPlace(template, resource.logicalId)
    const properties = resolvedProperties(template, resource)
    const queueArn = textAt(properties['EventSourceArn'], `${place}.EventSourceArn`)
    if (!queues.some(({ arn }) => arn === queueArn)) {
      throw unexpected(`${place}.EventSourceArn`, 'a queue of this template', queueArn)
    }
    const fn = functionByName(template, textAt(properties['FunctionName'], `${place}.FunctionName`))
    if (fn === null)
      throw unexpected(`${place}.FunctionName`, 'a function of this template', properties['FunctionName'])
    const scaling = recordAt(properties['ScalingConfig'] ?? {}, `${place}.ScalingConfig`)
    const types = listAt(properties['FunctionResponseTypes'], `${place}.FunctionResponseTypes`)
    return {
      queueArn,
      functionArn: fn,
      // Defaults of AWS::Lambda::EventSourceMapping, but for the concurrency: here it is that of the laptop's processes.
      batchSize: numberAt(properties['BatchSize'], `${place}.BatchSize`, 10),
      concurrency: numberAt(scaling['MaximumConcurrency'], `${place}.ScalingConfig.MaximumConcurrency`, 2),
      reportsFailures: types.includes('ReportBatchItemFailures'),
    }
  })
}

function queueOf(template: Template, resource: Resource): QueueResource {
  const place = propertiesPlace(template, resource.logicalId)
  const properties = resolvedProperties(template, resource)
  const policy = properties['RedrivePolicy']
  const redrive = policy === undefined ? null : recordAt(policy, `${place}.RedrivePolicy`)
  return {
    logicalId: resource.logicalId,
    name: attributeOf(template, resource, 'QueueName'),
    arn: attributeOf(template, resource, 'Arn'),
    url: refOf(template, resource),
    visibilitySeconds: numberAt(properties['VisibilityTimeout'], `${place}.VisibilityTimeout`, 30),
    redrive:
      redrive === null
        ? null
        : {
            arn: textAt(redrive['deadLetterTargetArn'], `${place}.RedrivePolicy.deadLetterTargetArn`),
            maxReceiveCount: numberAt(redrive['maxReceiveCount'], `${place}.RedrivePolicy.maxReceiveCount`, 10),
          },
  }
}

/** A mapping names its function by name, by ARN, or by the ARN of a version or an alias. */
function functionByName(template: Template, written: string): string | null {
  if (written.startsWith('arn:')) return functionByArn(template, written)?.arn ?? null
  const found = resourcesOfType(template, 'AWS::Lambda::Function').find(
    (resource) => refOf(template, resource) === written,
  )
  return found === undefined ? null : attributeOf(template, found, 'Arn')
}
