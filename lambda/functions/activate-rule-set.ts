import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { SESClient } from '@aws-sdk/client-ses'
import { setTimeout as pause } from 'node:timers/promises'
import { activateRuleSet, type Change, type Wanted } from '../activate-rule-set.ts'
import {
  answerRequest,
  flagIn,
  readResourceRequest,
  textIn,
  textsIn,
  type Properties,
  type ResourceAnswer,
  type ResourceRequest,
} from '../adapters/cloudformation-request.ts'
import { createDynamoDbActivationMemory } from '../adapters/dynamodb-activation-memory.ts'
import { createEmfCompactionMetrics } from '../adapters/emf-compaction-metrics.ts'
import { readEnvironment } from '../adapters/environment.ts'
import { createSesRuleSets } from '../adapters/ses-rule-sets.ts'
import { mayShare, type Shared } from '../share-rule-set.ts'

/**
 * CloudFormation has a rule set activated, or asks whether the filter may work in one that others use. It is answered
 * whatever happens: a deploy that hears nothing waits for an hour.
 */
export const handler = async (event: unknown): Promise<void> => {
  const request = readResourceRequest(event)
  const asks = textIn(request.before ?? request.properties, 'Asks') === 'may-share' ? 'may-share' : 'activate'
  const answer = await (asks === 'may-share' ? share(request) : activate(request)).catch(failureOf)
  write(`${JSON.stringify({ level: 'info', asks, request: request.kind, ...answer })}\n`)
  if (asks === 'activate' && request.kind === 'create') nothingToCompactYet()
  // Constant: what stood before is kept in the state table, and a new id would have this one deleted.
  await answerRequest(request, `quietgate-${asks}`, answer)
}

const write = (line: string): void => void process.stdout.write(line)

/**
 * In a new stack there is no record yet. The compaction first says so an hour later, and until then its alarm would take its silence for
 * a failure. Should it never run, the alarm comes six hours after this.
 */
const nothingToCompactYet = (): void =>
  createEmfCompactionMetrics(write, Date.now)({ hoursNotCompacted: 0, rowsWritten: 0, unreadable: 0 })

const { STATE_TABLE } = readEnvironment(process.env, ['STATE_TABLE'])
const requestHandler = { connectionTimeout: 2000, requestTimeout: 10_000, throwOnRequestTimeout: true }
const memory = createDynamoDbActivationMemory(new DynamoDBClient({ maxAttempts: 5, requestHandler }), STATE_TABLE)
const ruleSets = createSesRuleSets(new SESClient({ maxAttempts: 1, requestHandler }), {
  now: () => performance.now(),
  wait: (ms) => pause(ms),
})

async function activate({ kind, properties, before }: ResourceRequest): Promise<ResourceAnswer> {
  const wanted = wantedOf(properties)
  const change: Change =
    kind === 'update'
      ? { kind, wanted, before: wantedOf(before ?? properties) }
      : kind === 'create'
        ? { kind, wanted }
        : { kind, before: wanted }
  const outcome = await activateRuleSet(change, { ruleSets, memory })
  if (outcome.kind === 'refused') return { kind: 'failed', why: outcome.said }
  return { kind: 'done', data: { State: outcome.state, Said: outcome.said } }
}

async function share({ kind, properties, before }: ResourceRequest): Promise<ResourceAnswer> {
  if (kind === 'delete') return { kind: 'done', data: {} }
  const sharing = await mayShare(sharedOf(properties), before === null ? null : sharedOf(before), ruleSets)
  if (sharing.kind === 'refused') return { kind: 'failed', why: sharing.said }
  return { kind: 'done', data: { Said: sharing.said } }
}

function wantedOf(properties: Properties): Wanted {
  return {
    ruleSet: textIn(properties, 'RuleSet'),
    rule: textIn(properties, 'Rule'),
    own: flagIn(properties, 'Own'),
    activate: flagIn(properties, 'Activate'),
    replaceActive: flagIn(properties, 'ReplaceActive'),
  }
}

function sharedOf(properties: Properties): Shared {
  const after = textIn(properties, 'After')
  return {
    ruleSet: textIn(properties, 'RuleSet'),
    after: after === '' ? null : after,
    rule: textIn(properties, 'Rule'),
    domains: textsIn(properties, 'Domains'),
    enforces: flagIn(properties, 'Enforces'),
    shareEnforce: flagIn(properties, 'ShareEnforce'),
  }
}

/** For whoever reads the events of the stack; the log has all of it. */
function failureOf(error: unknown): ResourceAnswer {
  process.stderr.write(`${JSON.stringify({ level: 'error', error: error instanceof Error ? error.stack : error })}\n`)
  const words = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return { kind: 'failed', why: `SES or DynamoDB could not be asked (${words}). Nothing was decided. Deploy again.` }
}
