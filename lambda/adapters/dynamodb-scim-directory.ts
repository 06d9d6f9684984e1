import {
  ConditionalCheckFailedException,
  GetItemCommand,
  UpdateItemCommand,
  type DynamoDBClient,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb'
import type { HeldAddress } from '../core/scim/addresses.ts'
import type { ScimDirectory } from '../ports/scim-directory.ts'
import { keyAttribute, keyOf, type Item } from './directory-items.ts'

/**
 * SCIM's hold on the directory, one item an address. Beside what an entry has, its items have
 *
 *     source        "scim" if SCIM made it
 *     scim_holders  the ids of the users and groups that have the address now
 *
 * The count of a domain's entries errs only to the low side when a change dies half way (see directory-editor.ts).
 */
export function createDynamoDbScimDirectory(client: DynamoDBClient, table: string): ScimDirectory {
  const update = async (key: string, input: Partial<UpdateItemCommandInput>): Promise<Item | undefined | 'refused'> => {
    try {
      const command = new UpdateItemCommand({ TableName: table, Key: keyOf(key), ReturnValues: 'ALL_OLD', ...input })
      return (await client.send(command)).Attributes
    } catch (error) {
      // A condition that did not hold is an answer.
      if (error instanceof ConditionalCheckFailedException) return 'refused'
      throw error
    }
  }
  const count = (domainName: string, by: 1 | -1): Promise<unknown> =>
    update(domainName, {
      UpdateExpression: 'SET #kind = :domain ADD #entries :by',
      ExpressionAttributeNames: { '#kind': 'kind', '#entries': 'entries' },
      ExpressionAttributeValues: { ':domain': { S: 'domain' }, ':by': { N: String(by) } },
    })
  return {
    hold: async (held, holder) => {
      for (let attempt = 0; attempt < attempts; attempt++) {
        const before = await update(held.address, holdOwn(held, holder))
        if (before !== 'refused') {
          const isNew = before === undefined || before['removed_at'] !== undefined
          if (isNew) await count(held.domainName, 1)
          return isNew ? 'added' : 'known'
        }
        // It stands, and is another source's.
        if ((await update(held.address, holdForeign(holder))) !== 'refused') return 'known'
      }
      throw new Error(`The entry of a held address kept changing for ${attempts} attempts.`)
    },
    release: async ({ address, domainName }, holder, at) => {
      for (let attempt = 0; attempt < attempts; attempt++) {
        const get = new GetItemCommand({ TableName: table, Key: keyOf(address), ConsistentRead: true })
        const { Item: item } = await client.send(get)
        if (!(item?.['scim_holders']?.SS ?? []).includes(holder)) return 'kept'
        if (!isLast(item, holder)) {
          if ((await update(address, giveBack(holder, item))) !== 'refused') return 'kept'
        } else {
          await count(domainName, -1)
          if ((await update(address, removeLast(holder, at))) !== 'refused') return 'removed'
          await count(domainName, 1)
        }
      }
      throw new Error(`The entry of a released address kept changing for ${attempts} attempts.`)
    },
  }
}

/** What others change in between is read again. */
const attempts = 5

function holdOwn({ kind, target }: HeldAddress, holder: string): Partial<UpdateItemCommandInput> {
  return {
    UpdateExpression:
      `SET #kind = :kind, #source = :scim${target === null ? '' : ', #target = :target'} ` +
      `REMOVE removed_at${target === null ? ', #target' : ''} ADD scim_holders :holder`,
    ConditionExpression: `attribute_not_exists(#key) OR attribute_exists(removed_at) OR #source = :scim`,
    ExpressionAttributeNames: { '#key': keyAttribute, '#kind': 'kind', '#source': 'source', '#target': 'target' },
    ExpressionAttributeValues: {
      ':kind': { S: kind },
      ':scim': { S: 'scim' },
      ':holder': { SS: [holder] },
      ...(target === null ? {} : { ':target': { S: target } }),
    },
  }
}

function holdForeign(holder: string): Partial<UpdateItemCommandInput> {
  return {
    UpdateExpression: 'ADD scim_holders :holder',
    ConditionExpression: 'attribute_exists(#key) AND attribute_not_exists(removed_at)',
    ExpressionAttributeNames: { '#key': keyAttribute },
    ExpressionAttributeValues: { ':holder': { SS: [holder] } },
  }
}

function isLast(item: Item | undefined, holder: string): boolean {
  if (item?.['source']?.S !== 'scim' || item['removed_at'] !== undefined) return false
  return item['scim_holders']?.SS?.every((each) => each === holder) === true
}

/** Only while it is as it was read: it may have become the last hold meanwhile. */
function giveBack(holder: string, item: Item | undefined): Partial<UpdateItemCommandInput> {
  return {
    UpdateExpression: 'DELETE scim_holders :holder',
    ConditionExpression: 'scim_holders = :holders',
    ExpressionAttributeValues: {
      ':holder': { SS: [holder] },
      ':holders': { SS: item?.['scim_holders']?.SS ?? [] },
    },
  }
}

function removeLast(holder: string, at: string): Partial<UpdateItemCommandInput> {
  return {
    UpdateExpression: 'SET removed_at = :at DELETE scim_holders :holder',
    ConditionExpression: '#source = :scim AND scim_holders = :holder AND attribute_not_exists(removed_at)',
    ExpressionAttributeNames: { '#source': 'source' },
    ExpressionAttributeValues: { ':holder': { SS: [holder] }, ':at': { S: at }, ':scim': { S: 'scim' } },
  }
}
