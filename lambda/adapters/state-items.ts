import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { stateId, type StateItem } from '../ports/zone-states.ts'

/** An item of the state table: its key, what it is, and the rest as JSON. Only this file knows the attributes. */
export type StoredState = Record<string, AttributeValue>

export const stateKey = 'id'

export function stateKeyOf(id: string): StoredState {
  return { [stateKey]: { S: id } }
}

export function storedState(item: StateItem): StoredState {
  return { ...stateKeyOf(stateId(item)), kind: { S: item.kind }, body: { S: JSON.stringify(item) } }
}

/** `null` for what this version does not know how to read. */
export function readState(stored: StoredState): StateItem | null {
  try {
    const item: unknown = JSON.parse(stored['body']?.S ?? '')
    return isStateItem(item) ? item : null
  } catch {
    return null
  }
}

function isStateItem(item: unknown): item is StateItem {
  if (!isRecord(item)) return false
  const { kind, zone, state, listing, ownListed, ownAskedAt } = item
  if (kind === 'resolver') return typeof item['filters'] === 'boolean'
  if (typeof zone !== 'string') return false
  if (kind === 'own') return typeof item['subject'] === 'string' && isListing(listing)
  return kind === 'zone' && isState(state) && isTexts(ownListed) && isTimeOrNull(ownAskedAt)
}

const conditions: readonly unknown[] = ['unknown', 'healthy', 'empty', 'lists-the-world', 'silent', 'muted']

function isState(state: unknown): boolean {
  if (!isRecord(state)) return false
  const { since, failures, silences, retryAt } = state
  return (
    conditions.includes(state['state']) &&
    isTime(since) &&
    Number.isInteger(failures) &&
    Number.isInteger(silences) &&
    isTimeOrNull(retryAt)
  )
}

function isListing(listing: unknown): boolean {
  return (
    isRecord(listing) && typeof listing['listed'] === 'boolean' && isTime(listing['since']) && isTexts(listing['codes'])
  )
}

function isTimeOrNull(value: unknown): boolean {
  return value === null || isTime(value)
}

function isTime(value: unknown): boolean {
  return typeof value === 'string' && Number.isFinite(Date.parse(value))
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
