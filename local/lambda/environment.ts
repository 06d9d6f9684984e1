import type { FunctionCredentials, LocalFunction } from './function.ts'

export type EnvironmentInput = {
  readonly region: string
  readonly credentials: FunctionCredentials
  /** `host:port` of the instance's Runtime API. */
  readonly runtimeApi: string
  /** What only the laptop adds, such as AWS_ENDPOINT_URL_S3. */
  readonly extra: Readonly<Record<string, string>>
}

/**
 * The whole environment of a function's process: the template's, what Lambda sets, and nothing of the host but PATH.
 * A variable of the developer's shell would let a function pass here that has no configuration when deployed.
 *
 * Source: Lambda Developer Guide, "Defined runtime environment variables".
 */
export function environmentOf(fn: LocalFunction, input: EnvironmentInput): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
    ...fn.environment,
    AWS_REGION: input.region,
    AWS_DEFAULT_REGION: input.region,
    AWS_LAMBDA_FUNCTION_NAME: fn.name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.memoryMb),
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_RUNTIME_API: input.runtimeApi,
    AWS_EXECUTION_ENV: `AWS_Lambda_${fn.runtime}`,
    AWS_ACCESS_KEY_ID: input.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: input.credentials.secretAccessKey,
    AWS_SESSION_TOKEN: input.credentials.sessionToken,
    LAMBDA_TASK_ROOT: fn.codeDir,
    _HANDLER: fn.handler,
    TZ: ':UTC',
    ...input.extra,
  }
}

/** V8's heap limit in megabytes. Lambda leaves a tenth of the memory to what is not heap. */
export function heapLimitMb(memoryMb: number): number {
  return Math.max(32, Math.floor(memoryMb * 0.9))
}
