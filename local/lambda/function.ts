/** A function as the synthesized template describes it. */
export type LocalFunction = {
  readonly logicalId: string
  readonly name: string
  readonly arn: string
  /** Absolute path of the folder that Lambda would unpack to /var/task. */
  readonly codeDir: string
  /** `file.export`, as in `index.handler`. */
  readonly handler: string
  /** `nodejs24.x` */
  readonly runtime: string
  readonly timeoutSeconds: number
  readonly memoryMb: number
  readonly environment: Readonly<Record<string, string>>
  readonly roleLogicalId: string
  readonly roleArn: string
}

/** What the process finds as AWS_ACCESS_KEY_ID and so on: it tells the embedded services which role is calling. */
export type FunctionCredentials = {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
}

export const functionFaults = ['throw', 'hang', 'kill', 'out-of-memory', 'fail-at-load'] as const

/** A failure made on purpose, around the deployed bundle and never inside it. */
export type FunctionFault = (typeof functionFaults)[number]

/** `type` and `message` as Lambda words them in the payload of a FunctionError. */
export type FunctionError = { readonly type: string; readonly message: string }

export type FunctionFailure = {
  readonly answer: 'failed'
  readonly kind: 'thrown' | 'timeout' | 'exit' | 'init'
  readonly error: FunctionError
}

/** `ms` is the handler's time; `initMs` the time from process start to readiness, null when the process was warm. */
export type InvocationAnswer =
  | {
      readonly answer: 'returned'
      readonly payload: unknown
      readonly ms: number
      readonly coldStart: boolean
      readonly initMs: number | null
    }
  | FunctionFailure

/** Tells the processes of one function apart. `pid` changes with every cold start, `number` does not. */
export type InstanceName = { readonly functionName: string; readonly number: number; readonly pid: number }
