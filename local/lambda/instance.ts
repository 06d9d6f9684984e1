import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import path from 'node:path'
import type { Readable } from 'node:stream'

import { environmentOf, heapLimitMb } from './environment.ts'
import type { FunctionCredentials, FunctionFailure, FunctionFault, InstanceName, LocalFunction } from './function.ts'
import { createHappenings, type Happening } from './happenings.ts'
import { splitLines } from './log-lines.ts'
import { type RuntimeApi, startRuntimeApi } from './runtime-api.ts'

export type InstanceOptions = {
  readonly nodePath: string
  readonly region: string
  readonly credentials: FunctionCredentials
  readonly extraEnvironment: Readonly<Record<string, string>>
  readonly failAtLoad: boolean
  readonly onLog: (line: string, instance: InstanceName) => void
}

export type HandlerAnswer =
  { readonly answer: 'returned'; readonly payload: unknown; readonly ms: number } | FunctionFailure

/** One process of a function. It serves one event at a time; after a failure that ended it, it is `gone` for good. */
export type Instance = {
  readonly name: InstanceName
  /** Resolves when the handler is loaded, with the milliseconds since the start, or with why it could not be. */
  readonly initialised: Promise<{ readonly answer: 'ready'; readonly initMs: number } | FunctionFailure>
  /** @param limitMs after which the process is killed */
  readonly invoke: (event: unknown, limitMs: number, fault: FunctionFault | null) => Promise<HandlerAnswer>
  /** Stops the process between events, as Lambda does, once it asks for the next. False when it ended, or never asked. */
  readonly freeze: (limitMs: number) => Promise<boolean>
  readonly thaw: () => void
  readonly gone: () => boolean
  readonly kill: () => void
}

/** Lambda gives initialisation 10 seconds. */
const initLimitMs = 10_000

type Child = ChildProcessByStdio<null, Readable, Readable>

/** Starts a process of the function. Resolves at once: what becomes of it is in `initialised`. */
export async function startInstance(fn: LocalFunction, number: number, options: InstanceOptions): Promise<Instance> {
  const { tell, wait } = createHappenings()
  let idle = false
  let gone = false
  const api = await startRuntimeApi({
    onNext: () => {
      idle = true
      tell({ kind: 'next' })
    },
    onResponse: (requestId, json) => tell({ kind: 'response', requestId, json }),
    onError: (requestId, error) => tell({ kind: 'error', requestId, error }),
    onInitError: (error) => tell({ kind: 'init-error', error }),
  })
  const child = spawnChild(fn, api, options)
  const name = { functionName: fn.name, number, pid: child.pid ?? 0 }
  const onExit = (exit: Happening): void => {
    gone = true
    api.close()
    tell(exit)
  }
  watch(child, (line) => options.onLog(line, name), onExit)
  const kill = (): void => {
    gone = true
    // SIGKILL alone ends a stopped process too; SIGCONT is for systems where it waits.
    child.kill('SIGCONT')
    child.kill('SIGKILL')
  }
  const killed = (late: FunctionFailure) => (): FunctionFailure => {
    kill()
    return late
  }
  return {
    name,
    initialised: wait(initLimitMs, initAnswer(performance.now()), killed(initTimedOut)),
    invoke: async (event, limitMs, fault) => {
      const requestId = randomUUID()
      const answer = wait(limitMs, handlerAnswer(requestId, performance.now()), killed(timedOut(requestId, limitMs)))
      idle = false
      const deadlineMs = Date.now() + Math.ceil(limitMs)
      api.deliver({ requestId, deadlineMs, functionArn: fn.arn, event: JSON.stringify(event), fault })
      const heard = await answer
      // What the handler wrote before it answered is in the pipe already: let it be read before anybody goes on.
      await new Promise<void>((resolve) => setImmediate(resolve))
      return heard
    },
    freeze: async (limitMs) => {
      const asked = idle || (!gone && (await wait(limitMs, isReadyAgain, () => false)))
      return asked && !gone && child.kill('SIGSTOP')
    },
    thaw: () => void child.kill('SIGCONT'),
    gone: () => gone,
    kill,
  }
}

function spawnChild(fn: LocalFunction, api: RuntimeApi, options: InstanceOptions): Child {
  const bootstrap = path.join(import.meta.dirname, 'bootstrap.mjs')
  const heap = `--max-old-space-size=${heapLimitMb(fn.memoryMb)}`
  return spawn(options.nodePath, [heap, bootstrap, ...(options.failAtLoad ? ['--fault=fail-at-load'] : [])], {
    cwd: fn.codeDir,
    env: environmentOf(fn, {
      region: options.region,
      credentials: options.credentials,
      runtimeApi: api.address,
      extra: options.extraEnvironment,
    }),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

function watch(child: Child, onLine: (line: string) => void, onExit: (exit: Happening) => void): void {
  let outOfMemory = false
  const out = splitLines(onLine)
  const err = splitLines((line) => {
    // V8 says so itself; the signal that follows (SIGABRT) has other causes too.
    if (line.includes('JavaScript heap out of memory')) outOfMemory = true
    onLine(line)
  })
  child.stdout.on('data', out.write)
  child.stderr.on('data', err.write)
  let unstarted: string | null = null
  child.on('error', (error) => {
    unstarted = error.message
  })
  child.on('close', (code, signal) => {
    out.end()
    err.end()
    const ending = signal === null ? `exit status ${code ?? 'unknown'}` : `signal: ${signalWord(signal)}`
    onExit({ kind: 'exit', reason: unstarted ?? ending, outOfMemory })
  })
}

const initTimedOut = failure('init', 'Sandbox.Timedout', `Init timed out after ${seconds(initLimitMs)} seconds`)

function timedOut(requestId: string, limitMs: number): FunctionFailure {
  const message = `RequestId: ${requestId} Error: Task timed out after ${seconds(limitMs)} seconds`
  return failure('timeout', 'Sandbox.Timedout', message)
}

function isReadyAgain(happening: Happening): boolean | null {
  if (happening.kind === 'next') return true
  return happening.kind === 'exit' ? false : null
}

function initAnswer(startedAt: number) {
  return (happening: Happening): { answer: 'ready'; initMs: number } | FunctionFailure | null => {
    if (happening.kind === 'next') return { answer: 'ready', initMs: performance.now() - startedAt }
    if (happening.kind === 'init-error') return { answer: 'failed', kind: 'init', error: happening.error }
    if (happening.kind !== 'exit') return null
    return failure('init', exitType(happening), `Runtime exited with error: ${happening.reason}`)
  }
}

function handlerAnswer(requestId: string, startedAt: number) {
  return (happening: Happening): HandlerAnswer | null => {
    switch (happening.kind) {
      case 'response':
        if (happening.requestId !== requestId) return null
        return {
          answer: 'returned',
          payload: JSON.parse(happening.json) as unknown,
          ms: performance.now() - startedAt,
        }
      case 'error':
        if (happening.requestId !== requestId) return null
        return { answer: 'failed', kind: 'thrown', error: happening.error }
      case 'exit': {
        const message = `RequestId: ${requestId} Error: Runtime exited with error: ${happening.reason}`
        return failure('exit', exitType(happening), message)
      }
      case 'next':
      case 'init-error':
        return null
    }
  }
}

/** Node's exit status 13: nothing was left to do, and the handler's promise had not settled. Lambda names it apart. */
function exitType(exit: { readonly reason: string; readonly outOfMemory: boolean }): string {
  if (exit.outOfMemory) return 'Runtime.OutOfMemory'
  return exit.reason === 'exit status 13' ? 'Runtime.NodeJsExit' : 'Runtime.ExitError'
}

function failure(kind: FunctionFailure['kind'], type: string, message: string): FunctionFailure {
  return { answer: 'failed', kind, error: { type, message } }
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(2)
}

function signalWord(signal: NodeJS.Signals): string {
  return { SIGKILL: 'killed', SIGABRT: 'aborted', SIGTERM: 'terminated' }[signal as string] ?? signal
}
