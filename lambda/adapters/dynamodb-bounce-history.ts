import {
  ConditionalCheckFailedException,
  UpdateItemCommand,
  type AttributeValue,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb'
import type { BounceHistory, CountedBounce, LedgerFailure } from '../ports/bounce-history.ts'
import { awsFailure } from './aws-failure.ts'
import { readWhole, type Item } from './dynamodb-items.ts'
import {
  bounceMember,
  burstId,
  expiry,
  ledgerKey,
  ledgerTable,
  memberMs,
  minuteId,
  proofId,
  proofMember,
} from './ledger-items.ts'

/**
 * The memory of bounces in DynamoDB: one request to claim a proof; two to count a bounce, a third and at worst a fourth while
 * there is a burst. Every write is a condition on one item, and may come twice: what the SDK tries again has no other effect.
 */
export function createDynamoDbBounceHistory(client: DynamoDBClient, table: string): BounceHistory {
  const update: Update = async ({ id, expression, condition, names, values }, signal) => {
    const command = new UpdateItemCommand({
      TableName: table,
      Key: { [ledgerKey]: { S: id } },
      UpdateExpression: expression,
      ConditionExpression: condition,
      ExpressionAttributeNames: names,
      ExpressionAttributeValues: values,
    })
    try {
      await client.send(command, { abortSignal: signal })
      return { answer: 'done' }
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return { answer: 'condition-failed' }
      return { answer: 'unavailable', cause: awsFailure(error, signal) }
    }
  }
  return {
    claim: async ({ proof, messageId, receivedAt, limit, days }, signal) => {
      const expiresAt = expiry(Date.parse(receivedAt) + days * dayMs)
      const added = addition(proofId(proof), 'ids', proofMember(messageId), limit, expiresAt)
      const answer = await update(added, signal)
      if (answer.answer === 'unavailable') return answer
      return { answer: answer.answer === 'done' ? 'granted' : 'exhausted' }
    },
    count: async (bounce, signal) => {
      const ms = Date.parse(bounce.receivedAt)
      const { recipient, limit, windowMinutes } = bounce
      const expiresAt = expiry(ms + windowMinutes * minuteMs + dayMs)
      const member = bounceMember(ms, bounce.messageId)
      const own = minuteId(recipient, Math.floor(ms / minuteMs))
      const added = await update(addition(own, 'bounces', member, limit + 1, expiresAt), signal)
      if (added.answer === 'unavailable') return added
      const ids = [...minuteIds(bounce, ms), burstId(recipient)]
      const items = await readWhole(ledgerTable(client, table), ids, signal)
      if ('cause' in items) return { answer: 'unavailable', cause: items.cause }
      const isOverfull = added.answer === 'condition-failed'
      const inWindow = isOverfull ? limit + 1 : countedIn(items.values(), bounce, ms, member)
      const state = burstOf(items.get(burstId(recipient)))
      const burst = inWindow > limit || isWithin(state, bounce, ms)
      if (burst) await moveEnd(update, bounce, ms, state, signal)
      return { answer: 'counted', inWindow, burst }
    },
  }
}

const minuteMs = 60_000
const dayMs = 86_400_000

type Change = {
  readonly id: string
  readonly expression: string
  readonly condition: string
  readonly names: Record<string, string>
  readonly values: Record<string, AttributeValue>
}

type Changed =
  { readonly answer: 'done' | 'condition-failed' } | { readonly answer: 'unavailable'; readonly cause: LedgerFailure }

type Update = (change: Change, signal: AbortSignal) => Promise<Changed>

/** Puts a text into a set that takes `most` of them; one that is in it already is put in again. */
function addition(id: string, set: string, member: string, most: number, expiresAt: AttributeValue): Change {
  return {
    id,
    expression: 'ADD #set :members SET #expires = :expires',
    condition: 'attribute_not_exists(#set) OR size(#set) < :most OR contains(#set, :member)',
    names: { '#set': set, '#expires': 'expires_at' },
    values: {
      ':members': { SS: [member] },
      ':member': { S: member },
      ':most': { N: String(most) },
      ':expires': expiresAt,
    },
  }
}

/** The minutes that the window touches; the first one only in part. */
function minuteIds({ recipient, windowMinutes }: CountedBounce, ms: number): readonly string[] {
  const first = Math.floor((ms - windowMinutes * minuteMs) / minuteMs)
  const minutes = Math.floor(ms / minuteMs) - first + 1
  return Array.from({ length: minutes }, (_, index) => minuteId(recipient, first + index))
}

function countedIn(items: Iterable<Item>, bounce: CountedBounce, ms: number, member: string): number {
  const after = ms - bounce.windowMinutes * minuteMs
  const members = new Set([...items].flatMap((item) => item['bounces']?.SS ?? []))
  const counted = [...members].filter((one) => memberMs(one) > after && memberMs(one) <= ms)
  // It was written before this was read. An answer without it would be a bounce too few.
  return Math.min(counted.length + (members.has(member) ? 0 : 1), bounce.limit + 1)
}

/** Milliseconds since 1970. */
type Burst = { readonly since: number; readonly until: number }

function burstOf(item: Item | undefined): Burst | null {
  const [since, until] = [item?.['since']?.N, item?.['until']?.N]
  return since === undefined || until === undefined ? null : { since: Number(since), until: Number(until) }
}

/**
 * Bounces are judged side by side, so that one that came just before the burst may be judged just after it was seen; one from
 * long before, which SES delivers late, has nothing to do with it.
 */
function isWithin(burst: Burst | null, { windowMinutes }: CountedBounce, ms: number): boolean {
  return burst !== null && ms < burst.until && ms > burst.since - windowMinutes * minuteMs
}

/**
 * Lets the burst last until it has been quiet for long enough after this bounce. What cannot be written is let go: the next
 * bounce of the burst writes it, and without it the burst only ends sooner.
 */
async function moveEnd(
  update: Update,
  bounce: CountedBounce,
  ms: number,
  state: Burst | null,
  signal: AbortSignal,
): Promise<void> {
  const until = ms + bounce.quietMinutes * minuteMs
  const names = { '#until': 'until', '#expires': 'expires_at' }
  const values = { ':until': { N: String(until) }, ':expires': expiry(until + dayMs) }
  const id = burstId(bounce.recipient)
  if (state === null || state.until <= ms) {
    const begun = await update(
      {
        id,
        expression: 'SET #since = :ms, #until = :until, #expires = :expires',
        condition: 'attribute_not_exists(#until) OR #until <= :ms',
        names: { ...names, '#since': 'since' },
        values: { ...values, ':ms': { N: String(ms) } },
      },
      signal,
    )
    // Somebody else has begun it in the meantime.
    if (begun.answer !== 'condition-failed') return
  } else if (state.until >= until) return
  await update(
    {
      id,
      expression: 'SET #until = :until, #expires = :expires',
      condition: '#until < :until',
      names,
      values,
    },
    signal,
  )
}
