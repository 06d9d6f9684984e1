import type { Endpoint } from './aws/endpoint.ts'
import { functionFault, type FaultPlan } from './faults.ts'
import type { LocalFunction } from './lambda/function.ts'
import { createFunctionPool, type FunctionPool } from './lambda/pool.ts'
import { functionByArn, functionsOf } from './template/functions.ts'
import { objectRulesOf } from './template/object-rules.ts'
import { schedulesOf } from './template/schedules.ts'
import type { Template } from './template/template.ts'

/** The services that functions call. */
export type FunctionServices = { readonly s3: Endpoint; readonly dynamoDb: Endpoint; readonly sqs: Endpoint }

export type FunctionsOptions = {
  readonly region: string
  readonly faults: FaultPlan
  /** Each line that a function writes; its metrics are among them. */
  readonly onLog: (line: string) => void
  /** After each invocation, as AWS Lambda counts them. @default nothing */
  readonly onInvoked?: (invoked: Invoked) => void
  /** Added to the environment of every function. @default nothing */
  readonly environment?: Readonly<Record<string, string>>
}

/** One invocation of a function. */
export type Invoked = {
  readonly functionName: string
  /** When it began, in milliseconds since 1970, and how many milliseconds it took. */
  readonly at: number
  readonly ms: number
  readonly failed: boolean
  /** How many of the function were under way when it began, itself included. */
  readonly atOnce: number
}

/** Each function of the template, with the keys of its own role and frozen between its invocations. */
export function startFunctions(
  template: Template,
  storage: FunctionServices,
  options: FunctionsOptions,
): ReadonlyMap<string, FunctionPool> {
  const rules = [...schedulesOf(template), ...objectRulesOf(template)]
  const ruled = rules.flatMap(({ targets }) => targets.map(({ functionArn }) => functionArn))
  return new Map(
    runnableFunctions(template).map((fn) => {
      const accessKeyId = accessKeyOf(fn)
      const pool = createFunctionPool(fn, {
        region: options.region,
        credentials: { accessKeyId, secretAccessKey: 'local', sessionToken: 'local' },
        extraEnvironment: {
          AWS_ENDPOINT_URL_S3: storage.s3.url,
          AWS_ENDPOINT_URL_DYNAMODB: storage.dynamoDb.url,
          AWS_ENDPOINT_URL_SQS: storage.sqs.url,
          ...options.environment,
        },
        // What fails on purpose is what a message meets.
        fault: () => (ruled.includes(fn.arn) ? null : functionFault(options.faults)),
        onLog: (line) => options.onLog(line),
        onFreeze: () => {
          storage.s3.dropConnections(accessKeyId)
          storage.dynamoDb.dropConnections(accessKeyId)
        },
      })
      return [fn.arn, options.onInvoked === undefined ? pool : counted(pool, fn.name, options.onInvoked)]
    }),
  )
}

function counted(pool: FunctionPool, functionName: string, onInvoked: (invoked: Invoked) => void): FunctionPool {
  let atOnce = 0
  return {
    ...pool,
    invoke: async (event, options) => {
      const at = Date.now()
      const own = (atOnce += 1)
      try {
        const answer = await pool.invoke(event, options)
        const ms = answer.answer === 'returned' ? answer.ms : Date.now() - at
        onInvoked({ functionName, at, ms, failed: answer.answer === 'failed', atOnce: own })
        return answer
      } finally {
        atOnce -= 1
      }
    },
  }
}

/** By logical id, by name, or by the ARN of the function, a version or an alias. */
export function poolNamed(template: Template, pools: ReadonlyMap<string, FunctionPool>, which: string): FunctionPool {
  const fn = functionsOf(template).find(({ logicalId, name }) => logicalId === which || name === which)
  const pool = pools.get(fn?.arn ?? functionByArn(template, which)?.arn ?? '')
  if (pool === undefined) throw new Error(`The template has no function ${which} whose code can be run here.`)
  return pool
}

/** The functions whose code and role the template holds; what the CDK adds inline for itself is not run here. */
export function runnableFunctions(template: Template): readonly LocalFunction[] {
  return functionsOf(template).flatMap(({ codeDir, roleLogicalId, ...fn }) =>
    codeDir === null || roleLogicalId === null ? [] : [{ ...fn, codeDir, roleLogicalId }],
  )
}

/** IAM gives a role's session its own access key; here it tells which function calls. */
export function accessKeyOf(fn: LocalFunction): string {
  return `QUIETGATE${fn.logicalId.toUpperCase()}`
}
