import { BatchGetItemCommand, PutItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { isLeftAlone, type ZoneState } from '../core/zone-state.ts'
import { stateId, type StateItem, type ZoneStates } from '../ports/zone-states.ts'
import { awsFailure } from './aws-failure.ts'
import { readState, stateKeyOf, storedState, type StoredState } from './state-items.ts'

/** DynamoDB API, BatchGetItem: at most so many keys in one call. */
const keysPerCall = 100

/** So often DynamoDB is asked again for what it left unprocessed. The probe runs again in a minute. */
const mostCalls = 5

/** The states of the scheduled probe in a DynamoDB table whose key is `id`. */
export function createDynamoDbZoneStates(client: DynamoDBClient, table: string): ZoneStates {
  return {
    read: async (ids, signal) => {
      const all = [...new Set(ids)]
      const chunks = Array.from({ length: Math.ceil(all.length / keysPerCall) }, (_, index) =>
        all.slice(index * keysPerCall, (index + 1) * keysPerCall).map(stateKeyOf),
      )
      const read = await Promise.all(chunks.map((keys) => readAll(client, table, keys, signal)))
      const whole = read.filter((items) => items !== null)
      return whole.length < read.length ? null : new Map(whole.flat().map((item) => [stateId(item), item]))
    },
    write: async (item, signal) => {
      const put = new PutItemCommand({ TableName: table, Item: storedState(item) })
      return (await ifItWorks(() => client.send(put, { abortSignal: signal }), signal)) === null ? 'failed' : 'written'
    },
  }
}

export type SharedStatesOptions = {
  readonly client: DynamoDBClient
  readonly table: string
  /** The zones of the policy; at most 100. */
  readonly zones: readonly string[]
  /** Milliseconds since 1970. @default Date.now */
  readonly clock?: () => number
  /** The states could not be read. */
  readonly failed: () => void
}

/** Whether a zone is known to be dead, so that asking it would only take its time. Answers at once. */
export type SharedStates = { readonly skip: (zone: string) => boolean }

const freshForMs = 60_000
const readingTakesMs = 2000

/**
 * What the scheduled probe found, for the functions that judge mail. The states are read beside the mail when they are used
 * and older than a minute: no message waits for them, and none is judged by them. Until they are there, and where they
 * cannot be read, no zone is skipped; one that is skipped ends by itself when the probe stops.
 */
export function createZoneStates({
  client,
  table,
  zones,
  clock = Date.now,
  failed,
}: SharedStatesOptions): SharedStates {
  let states: ReadonlyMap<string, ZoneState> = new Map()
  let readAt: number | null = null
  let reading = false
  const keys = zones.slice(0, keysPerCall).map((zone) => stateKeyOf(stateId({ kind: 'zone', zone })))
  const refresh = async (): Promise<void> => {
    const items = await readOnce(client, table, keys, AbortSignal.timeout(readingTakesMs))
    if (items === null) failed()
    else states = new Map(items.flatMap((item) => (item.kind === 'zone' ? [[item.zone, item.state] as const] : [])))
  }
  return {
    skip: (zone) => {
      const now = clock()
      // A clock that was set back would keep the states for as long as it was set back.
      const isFresh = readAt !== null && now >= readAt && now - readAt < freshForMs
      if (!isFresh && !reading && keys.length > 0) {
        reading = true
        readAt = now
        refresh()
          .catch(failed)
          .finally(() => {
            reading = false
          })
      }
      const state = states.get(zone)
      return state !== undefined && isLeftAlone(state, now)
    },
  }
}

/** All items with these keys, or `null` if some of them stay unprocessed. */
async function readAll(
  client: DynamoDBClient,
  table: string,
  keys: readonly StoredState[],
  signal: AbortSignal,
): Promise<readonly StateItem[] | null> {
  const items: StateItem[] = []
  let left = keys
  for (let calls = 0; left.length > 0 && calls < mostCalls; calls++) {
    const answer = await batchGet(client, table, left, signal)
    if (answer === null) return null
    items.push(...answer.items)
    left = answer.left
  }
  return left.length === 0 ? items : null
}

/** What one request gives; a state that is missing skips nothing. */
async function readOnce(
  client: DynamoDBClient,
  table: string,
  keys: readonly StoredState[],
  signal: AbortSignal,
): Promise<readonly StateItem[] | null> {
  return (await batchGet(client, table, keys, signal))?.items ?? null
}

async function batchGet(
  client: DynamoDBClient,
  table: string,
  keys: readonly StoredState[],
  signal: AbortSignal,
): Promise<{ readonly items: readonly StateItem[]; readonly left: readonly StoredState[] } | null> {
  const request = new BatchGetItemCommand({ RequestItems: { [table]: { Keys: [...keys], ConsistentRead: true } } })
  const answer = await ifItWorks(() => client.send(request, { abortSignal: signal }), signal)
  if (answer === null) return null
  return {
    items: (answer.Responses?.[table] ?? []).map(readState).filter((item) => item !== null),
    left: answer.UnprocessedKeys?.[table]?.Keys ?? [],
  }
}

/** `null` for what the network and DynamoDB can do; anything else is a bug of ours and is thrown on. */
async function ifItWorks<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T | null> {
  try {
    return await work()
  } catch (error) {
    awsFailure(error, signal)
    return null
  }
}
