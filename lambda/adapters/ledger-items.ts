import { createHash } from 'node:crypto'
import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { KeyedTable } from './dynamodb-items.ts'

/**
 * How the ledger of bounces lies in its table, whose key is `id`:
 *
 *     proof#SHA-256                a proof that was used      ids (messages, as many as may use it)
 *     bounces#MINUTE#RECIPIENT     a minute of a recipient    bounces ("MS|MESSAGE", one more than is too many)
 *     burst#RECIPIENT              the last burst             since, until (milliseconds since 1970)
 *     key#NAME                     a key of ours              records (JSON)
 *     seen#KEY                     an entry of the directory  day (YYYY-MM-DD) of its last mail
 *
 * Each has `expires_at`, seconds since 1970: DynamoDB takes it away some time after that. No item grows with the number of
 * bounces, so that a flood costs the same for each of them.
 */
export const ledgerKey = 'id'

export type LedgerItem = Record<string, AttributeValue>

export function ledgerTable(client: DynamoDBClient, table: string): KeyedTable {
  return { client, table, keyAttribute: ledgerKey }
}

export function proofId(proof: string): string {
  return `proof#${sha256(proof)}`
}

/** `minute`: minutes since 1970. It stands before the recipient, which may hold any character. */
export function minuteId(recipient: string, minute: number): string {
  return `bounces#${minute}#${bounded(recipient, longestRecipient)}`
}

export function burstId(recipient: string): string {
  return `burst#${bounded(recipient, longestRecipient)}`
}

export function keyId(name: string): string {
  return `key#${name}`
}

/** `key`: of the recipient directory. */
export function seenId(key: string): string {
  return `seen#${bounded(key, longestRecipient)}`
}

export function bounceMember(ms: number, messageId: string): string {
  return `${ms}|${bounded(messageId, longestMessageId)}`
}

export function memberMs(member: string): number {
  return Number(member.slice(0, member.indexOf('|')))
}

export function proofMember(messageId: string): string {
  return bounded(messageId, longestMessageId)
}

/** Of `expires_at`: DynamoDB Developer Guide, "Time to Live": whole seconds. */
export function expiry(ms: number): AttributeValue {
  return { N: String(Math.ceil(ms / 1000)) }
}

/** Characters, three octets each at most: a key may have 2,048 octets (DynamoDB Developer Guide, "Constraints"). */
const longestRecipient = 400
/** Characters. SES's own have about 40. */
const longestMessageId = 200

/** A text of any length would make an item of any size, or a key that DynamoDB refuses. */
function bounded(text: string, longest: number): string {
  return text.length <= longest ? text : `sha256:${sha256(text)}`
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
