import { LambdaClient } from '@aws-sdk/client-lambda'
import { answerRequest, readResourceRequest, textIn, type ResourceAnswer } from '../adapters/cloudformation-request.ts'
import { createInvokeVersion } from '../adapters/lambda-versions.ts'
import { tryVersion } from '../try-version.ts'

/**
 * CloudFormation asks whether a version of the filter works, before the alias moves to it. It is answered whatever happens:
 * a deploy that hears nothing waits for an hour.
 */
export const handler = async (event: unknown): Promise<void> => {
  const request = readResourceRequest(event)
  const version = textIn(request.properties, 'Version')
  const before = request.before === null ? null : textIn(request.before, 'Version')
  const answer = request.kind === 'delete' ? nothingToUndo : await attempt(version, before)
  process.stdout.write(`${JSON.stringify({ level: 'info', request: request.kind, version, ...answer })}\n`)
  await answerRequest(request, 'quietgate-trial', answer)
}

const nothingToUndo: ResourceAnswer = { kind: 'done', data: {} }

// One try each: how long to wait between them is said where they are made. The limit is above the filter's longest time-out.
const requestHandler = { connectionTimeout: 2000, requestTimeout: 40_000, throwOnRequestTimeout: true }
const invoke = createInvokeVersion(new LambdaClient({ maxAttempts: 1, requestHandler }))

async function attempt(version: string, before: string | null): Promise<ResourceAnswer> {
  try {
    const tried = await tryVersion(version, before, invoke)
    return tried.kind === 'passed' ? { kind: 'done', data: { Said: tried.said } } : { kind: 'failed', why: tried.said }
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error)
    return { kind: 'failed', why: `${words} The version before stays live. Deploy again.` }
  }
}
