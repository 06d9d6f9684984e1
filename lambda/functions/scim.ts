import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createDynamoDbScimDirectory } from '../adapters/dynamodb-scim-directory.ts'
import { createDynamoDbScim } from '../adapters/dynamodb-scim.ts'
import { createEmfScimMetrics } from '../adapters/emf-scim-metrics.ts'
import { readEnvironment } from '../adapters/environment.ts'
import {
  readFunctionUrlEvent,
  writeFunctionUrlResponse,
  type FunctionUrlResponse,
} from '../adapters/function-url-event.ts'
import { awsKeySources, createKeyReader } from '../adapters/keys.ts'
import { createScimAuthorizer, parseTokens } from '../adapters/scim-token.ts'
import type { ScimPlan } from '../core/scim/plan.ts'
import { answerScim, unavailable } from '../scim.ts'
import type { ScimPorts } from '../scim/run.ts'

/** Entra ID, Okta and others that provision users and groups ask this function through its URL. */
export const handler = async (event: unknown): Promise<FunctionUrlResponse> => {
  try {
    const request = readFunctionUrlEvent(event)
    if (request === null) throw new Error('The event is none of a function URL: it has no method, host or path.')
    return writeFunctionUrlResponse(await answerScim(request, plan.domains, ports, AbortSignal.timeout(ownTimeMs)))
  } catch (error) {
    // A client repeats what was answered with 503, and would give up after what Lambda itself answers.
    print(JSON.stringify({ level: 'error', error: error instanceof Error ? error.stack : String(error) }) + '\n')
    return writeFunctionUrlResponse(unavailable())
  }
}

/** For the token alone, below the function's timeout of 30 s. */
const ownTimeMs = 5000

const environment = readEnvironment(process.env, ['SCIM_TABLE', 'DIRECTORY_TABLE'])
const plan = JSON.parse(readFileSync(new URL('scim.json', import.meta.url), 'utf8')) as ScimPlan

// A frozen function wakes up with dead sockets: a short time-out and a further try find that out in time.
const requestHandler = { connectionTimeout: 500, requestTimeout: 2000, throwOnRequestTimeout: true }
const client = new DynamoDBClient({ maxAttempts: 3, requestHandler })
const print = (line: string): void => void process.stdout.write(line)
const tokens = createKeyReader([plan.token], awsKeySources, Date.now, parseTokens)
const ports: ScimPorts = {
  store: createDynamoDbScim(client, environment.SCIM_TABLE),
  directory: createDynamoDbScimDirectory(client, environment.DIRECTORY_TABLE),
  authorize: createScimAuthorizer(tokens, plan.token.name),
  metrics: createEmfScimMetrics(print, Date.now),
  now: () => new Date().toISOString(),
  newId: randomUUID,
}
