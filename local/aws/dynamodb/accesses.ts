import type { Access } from '../authorise.ts'

type Params = Readonly<Record<string, unknown>>
export type Place = { readonly region: string; readonly accountId: string }

const BATCHES = ['BatchGetItem', 'BatchWriteItem']
const WITHOUT_RESOURCE = ['ListTables', 'DescribeLimits', 'DescribeEndpoints']
const IN_TRANSACTION: Readonly<Record<string, string>> = {
  Get: 'GetItem',
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
}

/**
 * What a DynamoDB call needs permission for. A batch over several tables needs it for each; a query of an index needs
 * it on the index; a transaction needs the permissions of its parts.
 * Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon DynamoDB".
 *
 * @param params The parsed body; anything else than an object names no table.
 */
export function accessesOf(operation: string, params: unknown, place: Place): readonly Access[] {
  const given: Params = isParams(params) ? params : {}
  const action = `dynamodb:${operation}`
  const on = (resource: string): Access => ({ action, resource })
  if (WITHOUT_RESOURCE.includes(operation)) return [on('*')]
  if (BATCHES.includes(operation)) {
    const tables = isParams(given['RequestItems']) ? Object.keys(given['RequestItems']) : []
    return tables.length > 0 ? tables.map((table) => on(tableArn(table, place))) : [on(tableArn('', place))]
  }
  if (Array.isArray(given['TransactItems']))
    return given['TransactItems'].flatMap((item: unknown) => inTransaction(item, place))
  if (typeof given['ResourceArn'] === 'string') return [on(given['ResourceArn'])]
  const table = tableArn(textOf(given['TableName']), place)
  const index = textOf(given['IndexName'])
  return [on(index === '' ? table : `${table}/index/${index}`)]
}

function inTransaction(item: unknown, place: Place): readonly Access[] {
  if (!isParams(item)) return []
  return Object.entries(item).flatMap(([kind, part]): Access[] => {
    const action = Object.hasOwn(IN_TRANSACTION, kind) ? IN_TRANSACTION[kind] : undefined
    if (action === undefined || !isParams(part)) return []
    return [{ action: `dynamodb:${action}`, resource: tableArn(textOf(part['TableName']), place) }]
  })
}

/** A table may be named by its ARN as well. */
function tableArn(table: string, { region, accountId }: Place): string {
  return table.startsWith('arn:') ? table : `arn:aws:dynamodb:${region}:${accountId}:table/${table}`
}

function isParams(value: unknown): value is Params {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
