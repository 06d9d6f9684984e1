import { createHash } from 'node:crypto'
import { foldedAddress, sentLogKey, type SentEntry } from '../core/sent-log.ts'
import { sentLogKeptMs } from '../ports/sent-log.ts'
import type { Item } from './dynamodb-items.ts'

/** An item of the ledger: one message and one of its recipients. */
export type SentItem = Item

/** DynamoDB Developer Guide, "Constraints": bytes of a partition key. */
const longestKey = 2048

/**
 * The key of a message and a recipient, as `sentLogKey` and `foldedAddress` write them. A Message-ID has no blank, so that
 * no two pairs have the same key.
 */
export function sentItemId(messageKey: string, address: string): string {
  const id = `sent#${messageKey} ${address}`
  if (Buffer.byteLength(id) <= longestKey) return id
  return `sent#sha256:${createHash('sha256').update(id).digest('hex')}`
}

/** By id, so that no batch names one twice. None for an entry without a usable Message-ID. */
export function sentItemsOf(entry: SentEntry): ReadonlyMap<string, SentItem> {
  const { messageId, reversePath, destinations, sentAt } = entry
  const key = sentLogKey(messageId)
  if (key === null) return new Map()
  const expiresAt = Math.ceil((Date.parse(sentAt) + sentLogKeptMs) / 1000)
  const items = destinations.flatMap((destination) => {
    const address = foldedAddress(destination)
    if (address === null) return []
    const id = sentItemId(key, address)
    const item: SentItem = {
      id: { S: id },
      message_id: { S: messageId },
      destination: { S: destination },
      ...(reversePath === null ? {} : { reverse_path: { S: reversePath } }),
      sent_at: { S: sentAt },
      expires_at: { N: String(expiresAt) },
    }
    return [[id, item] as const]
  })
  return new Map(items)
}

/** An entry with one recipient; null for what is none, as a newer version might write it. */
export function readSentItem(item: SentItem): SentEntry | null {
  const [messageId, destination, sentAt] = [item['message_id']?.S, item['destination']?.S, item['sent_at']?.S]
  if (messageId === undefined || destination === undefined || sentAt === undefined) return null
  if (Number.isNaN(Date.parse(sentAt))) return null
  return { messageId, reversePath: item['reverse_path']?.S ?? null, destinations: [destination], sentAt }
}
