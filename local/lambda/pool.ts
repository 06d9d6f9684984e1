import type { FunctionCredentials, FunctionFault, InstanceName, InvocationAnswer, LocalFunction } from './function.ts'
import { type Instance, startInstance } from './instance.ts'
import { nodeForRuntime } from './node-runtime.ts'

export type FunctionPoolOptions = {
  readonly region: string
  readonly credentials: FunctionCredentials
  /** How many processes serve the function at once. @default 2 */
  readonly instances?: number
  /** Added to the process's environment, such as AWS_ENDPOINT_URL_S3. @default none */
  readonly extraEnvironment?: Readonly<Record<string, string>>
  /** Asked once for each invocation: which failure to make of it. @default none */
  readonly fault?: () => FunctionFault | null
  /** Every line that the process writes to stdout or stderr: metrics are among them. @default dropped */
  readonly onLog?: (line: string, instance: InstanceName) => void
  /** The process is stopped: whoever serves it should now drop its idle connections, as AWS does. @default nothing */
  readonly onFreeze?: (instance: InstanceName) => void
  /** @default the Node of the function's runtime, see `nodeForRuntime` */
  readonly nodePath?: string
}

/** The processes of one function. */
export type FunctionPool = {
  /**
   * Runs the function on an event, as a RequestResponse invocation does. Waits while all processes are busy.
   * Resolves for everything that can go wrong in the function; rejects only when the pool was closed before.
   *
   * @param options.timeout milliseconds that the caller grants when that is less than the function's own timeout.
   * The process is killed then, where AWS would leave it running for nobody.
   */
  readonly invoke: (event: unknown, options?: { readonly timeout?: number }) => Promise<InvocationAnswer>
  /** Ends every process. Invocations under way answer `exit`. */
  readonly close: () => void
}

type Slot = { readonly number: number; instance: Instance | null; busy: boolean }

/**
 * Runs a function as Lambda does: in processes of its own that are reused, frozen in between, and killed at the
 * timeout. Processes take turns, so that all of them wake with dead sockets now and then. Throws when no Node of the
 * function's runtime is at hand; `nodeForRuntime` says so as a value.
 */
export function createFunctionPool(fn: LocalFunction, options: FunctionPoolOptions): FunctionPool {
  const start = starter(fn, options)
  const numbers = Array.from({ length: options.instances ?? 2 }, (_, number) => number)
  const slots = numbers.map((number): Slot => ({ number, instance: null, busy: false }))
  const { take, release } = turns(slots)
  let closed = false
  const isClosed = (): boolean => closed

  const rest = async (slot: Slot): Promise<void> => {
    const instance = slot.instance
    if (instance !== null && !instance.gone() && (await instance.freeze(fn.timeoutSeconds * 1000))) {
      options.onFreeze?.(instance.name)
    } else {
      instance?.kill()
      slot.instance = null
    }
    release(slot)
  }
  const runIn = async (slot: Slot, event: unknown, limitMs: number): Promise<InvocationAnswer> => {
    if (isClosed()) return closedAnswer
    const fault = options.fault?.() ?? null
    if (fault === 'fail-at-load') slot.instance?.kill()
    if (slot.instance !== null && !slot.instance.gone()) {
      slot.instance.thaw()
      const answer = await slot.instance.invoke(event, limitMs, fault)
      return answer.answer === 'failed' ? answer : { ...answer, coldStart: false, initMs: null }
    }
    const instance = await start(slot.number, fault === 'fail-at-load')
    slot.instance = instance
    // close() may have come while the process was being started, when there was nothing to end yet.
    if (isClosed()) instance.kill()
    const init = await instance.initialised
    if (init.answer === 'failed') {
      instance.kill()
      return init
    }
    const answer = await instance.invoke(event, limitMs, fault)
    return answer.answer === 'failed' ? answer : { ...answer, coldStart: true, initMs: init.initMs }
  }
  const killAll = (): void => {
    for (const slot of slots) slot.instance?.kill()
  }
  const forgetExit = onExit(killAll)

  return {
    invoke: async (event, { timeout } = {}) => {
      if (closed) throw new Error(`the processes of ${fn.name} were ended: invoke() came after close()`)
      const slot = await take()
      try {
        return await runIn(slot, event, Math.min(timeout ?? Infinity, fn.timeoutSeconds * 1000))
      } finally {
        void rest(slot)
      }
    },
    close: () => {
      if (closed) return
      closed = true
      forgetExit()
      killAll()
    },
  }
}

/** A template has more functions than Node expects listeners; each makes room for its own. */
function onExit(listener: () => void): () => void {
  process.setMaxListeners(process.getMaxListeners() + 1)
  process.on('exit', listener)
  return () => {
    process.off('exit', listener)
    process.setMaxListeners(process.getMaxListeners() - 1)
  }
}

const closedAnswer: InvocationAnswer = {
  answer: 'failed',
  kind: 'exit',
  error: { type: 'Runtime.ExitError', message: 'the processes of the function were ended before it ran' },
}

type Turns = { readonly take: () => Promise<Slot>; readonly release: (slot: Slot) => void }

function turns(slots: readonly Slot[]): Turns {
  const queue: ((slot: Slot) => void)[] = []
  let turn = 0
  return {
    take: () => {
      const inOrder = [...slots.slice(turn), ...slots.slice(0, turn)]
      const slot = inOrder.find(({ busy }) => !busy)
      if (slot === undefined) return new Promise((resolve) => queue.push(resolve))
      turn = (slot.number + 1) % slots.length
      slot.busy = true
      return Promise.resolve(slot)
    },
    release: (slot) => {
      const next = queue.shift()
      if (next === undefined) slot.busy = false
      else next(slot)
    },
  }
}

function starter(fn: LocalFunction, options: FunctionPoolOptions) {
  const nodePath = options.nodePath ?? foundNode(fn.runtime)
  return (number: number, failAtLoad: boolean): Promise<Instance> =>
    startInstance(fn, number, {
      nodePath,
      region: options.region,
      credentials: options.credentials,
      extraEnvironment: options.extraEnvironment ?? {},
      failAtLoad,
      onLog: options.onLog ?? (() => undefined),
    })
}

function foundNode(runtime: string): string {
  const choice = nodeForRuntime(runtime)
  if (choice.answer === 'missing') throw new Error(choice.sentence)
  return choice.path
}
