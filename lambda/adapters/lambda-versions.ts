import { InvokeCommand, LambdaServiceException, type LambdaClient } from '@aws-sdk/client-lambda'
import { setTimeout as pause } from 'node:timers/promises'
import type { InvokeVersion, VersionAnswer } from '../ports/function-versions.ts'

/** Versions of a function by Lambda's API, Invoke. The client must wait longer than the function's own time-out. */
export function createInvokeVersion(client: LambdaClient): InvokeVersion {
  const once = async (versionArn: string, event: unknown): Promise<VersionAnswer | { readonly status: number }> => {
    try {
      const command = new InvokeCommand({ FunctionName: versionArn, Payload: JSON.stringify(event) })
      const { FunctionError, Payload } = await client.send(command)
      const text = Payload?.transformToString() ?? ''
      if (FunctionError !== undefined) return { kind: 'threw', why: `${FunctionError}: ${text.slice(0, 500)}` }
      return { kind: 'answered', answer: parsed(text) }
    } catch (error) {
      if (error instanceof LambdaServiceException) return { status: error.$metadata.httpStatusCode ?? 0 }
      // What the network does, and an answer that is no answer of Lambda's.
      if (error instanceof Error && ('code' in error || '$metadata' in error || error.name === 'TimeoutError'))
        return { status: 0 }
      throw error
    }
  }
  return async (versionArn, event) => {
    for (let tries = 0; ; tries++) {
      const answer = await once(versionArn, event)
      if ('kind' in answer) return answer
      const wait = backoffMs[tries]
      // 403, 404: the role, or the version, is not known everywhere yet; 409: the version is still being made.
      const passes = answer.status === 0 || answer.status >= 403
      if (wait === undefined || !passes) {
        throw new Error(`Lambda did not invoke ${versionArn} (HTTP status ${answer.status}).`)
      }
      await pause(wait)
    }
  }
}

/** Milliseconds: a role that was made a moment ago needs some seconds. */
const backoffMs = [1000, 2000, 4000, 8000]

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
