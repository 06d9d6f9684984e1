import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb'
import { attributeOf, refOf, resolvedProperties } from './intrinsics.ts'
import { flagAt, isRecord, listAt, recordAt, textAt } from './json.ts'
import type { Json, JsonRecord } from './json.ts'
import { propertiesPlace, resourcesOfType } from './template.ts'
import type { Resource, Template } from './template.ts'

export type BucketResource = { readonly logicalId: string; readonly name: string; readonly arn: string }

export type TableResource = {
  readonly logicalId: string
  readonly name: string
  readonly arn: string
  /** Always on demand: the laptop does not count capacity, and a global table's capacity has another shape. */
  readonly createTable: CreateTableCommandInput
  /** The attribute with the time to live; null where items do not expire. */
  readonly timeToLive: string | null
}

export function bucketsOf(template: Template): readonly BucketResource[] {
  return resourcesOfType(template, 'AWS::S3::Bucket').map((resource) => ({
    logicalId: resource.logicalId,
    name: refOf(template, resource),
    arn: attributeOf(template, resource, 'Arn'),
  }))
}

export function tablesOf(template: Template): readonly TableResource[] {
  return resourcesOfType(template, 'AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable').map((resource) =>
    tableOf(template, resource),
  )
}

function tableOf(template: Template, resource: Resource): TableResource {
  const place = propertiesPlace(template, resource.logicalId)
  const properties = resolvedProperties(template, resource)
  const name = refOf(template, resource)
  const global = listAt(properties['GlobalSecondaryIndexes'], `${place}.GlobalSecondaryIndexes`).map(indexOf)
  const local = listAt(properties['LocalSecondaryIndexes'], `${place}.LocalSecondaryIndexes`).map(indexOf)
  // CloudFormation's property names are those of the API; what the table's keys may be, the API itself checks.
  const createTable = {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: listAt(properties['KeySchema'], `${place}.KeySchema`),
    AttributeDefinitions: listAt(properties['AttributeDefinitions'], `${place}.AttributeDefinitions`),
    ...(global.length > 0 && { GlobalSecondaryIndexes: global }),
    ...(local.length > 0 && { LocalSecondaryIndexes: local }),
  } as unknown as CreateTableCommandInput
  return {
    logicalId: resource.logicalId,
    name,
    arn: attributeOf(template, resource, 'Arn'),
    createTable,
    timeToLive: timeToLiveOf(properties, `${place}.TimeToLiveSpecification`),
  }
}

function indexOf(value: Json): JsonRecord {
  const index = recordAt(value, 'index')
  return Object.fromEntries(
    Object.entries(index).filter(([name]) => ['IndexName', 'KeySchema', 'Projection'].includes(name)),
  )
}

function timeToLiveOf(properties: JsonRecord, place: string): string | null {
  const specification = properties['TimeToLiveSpecification']
  if (!isRecord(specification) || !flagAt(specification['Enabled'], `${place}.Enabled`, false)) return null
  return textAt(specification['AttributeName'], `${place}.AttributeName`)
}
