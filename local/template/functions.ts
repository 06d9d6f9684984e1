import { attributeOf, refOf, resolvedProperties } from './intrinsics.ts'
import { isRecord, numberAt, optionalTextAt, recordAt, scalarTextAt, textAt } from './json.ts'
import type { JsonRecord } from './json.ts'
import { propertiesPlace, resourcesOfType } from './template.ts'
import type { Resource, Template } from './template.ts'

export type FunctionResource = {
  readonly logicalId: string
  readonly name: string
  readonly arn: string
  /** Absolute path of the folder whose content would be uploaded; null where the code is inline or an image. */
  readonly codeDir: string | null
  readonly handler: string
  readonly runtime: string
  readonly timeoutSeconds: number
  readonly memoryMb: number
  readonly environment: Readonly<Record<string, string>>
  /** Null where the role is not part of the template. */
  readonly roleLogicalId: string | null
  readonly roleArn: string
}

export function functionsOf(template: Template): readonly FunctionResource[] {
  return resourcesOfType(template, 'AWS::Lambda::Function').map((resource) => functionOf(template, resource))
}

/** Finds a function by its own ARN or by that of one of its versions or aliases: the qualifier is an eighth part. */
export function functionByArn(template: Template, arn: string): FunctionResource | null {
  const unqualified = arn.split(':').slice(0, 7).join(':')
  const found = resourcesOfType(template, 'AWS::Lambda::Function').find(
    (resource) => attributeOf(template, resource, 'Arn') === unqualified,
  )
  return found ? functionOf(template, found) : null
}

function functionOf(template: Template, resource: Resource): FunctionResource {
  const place = propertiesPlace(template, resource.logicalId)
  const properties = resolvedProperties(template, resource)
  const roleArn = textAt(properties['Role'], `${place}.Role`)
  return {
    logicalId: resource.logicalId,
    name: refOf(template, resource),
    arn: attributeOf(template, resource, 'Arn'),
    codeDir: codeDirOf(template, properties, `${place}.Code`),
    handler: optionalTextAt(properties['Handler'], `${place}.Handler`) ?? '',
    runtime: optionalTextAt(properties['Runtime'], `${place}.Runtime`) ?? '',
    // Defaults of AWS::Lambda::Function.
    timeoutSeconds: numberAt(properties['Timeout'], `${place}.Timeout`, 3),
    memoryMb: numberAt(properties['MemorySize'], `${place}.MemorySize`, 128),
    environment: environmentOf(properties, `${place}.Environment`),
    roleLogicalId: roleByArn(template, roleArn),
    roleArn,
  }
}

function codeDirOf(template: Template, properties: JsonRecord, place: string): string | null {
  const key = recordAt(properties['Code'], place)['S3Key']
  if (key === undefined) return null
  const dir = template.assets.get(textAt(key, `${place}.S3Key`))
  if (dir !== undefined) return dir
  throw new Error(
    `${place}.S3Key: expected the object key of an asset of ${template.assemblyDir}, found ${JSON.stringify(key)}`,
  )
}

function environmentOf(properties: JsonRecord, place: string): Readonly<Record<string, string>> {
  const environment = properties['Environment']
  const variables = isRecord(environment) ? recordAt(environment['Variables'] ?? {}, `${place}.Variables`) : {}
  const entries = Object.entries(variables).map(
    ([name, value]) => [name, scalarTextAt(value, `${place}.Variables.${name}`)] as const,
  )
  return Object.fromEntries(entries)
}

function roleByArn(template: Template, arn: string): string | null {
  const roles = resourcesOfType(template, 'AWS::IAM::Role')
  return roles.find((role) => attributeOf(template, role, 'Arn') === arn)?.logicalId ?? null
}
