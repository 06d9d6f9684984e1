import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'

import { describe, expect, it } from 'vitest'

import type { InstanceName, InvocationAnswer } from '../../../local/lambda/function.ts'
import { functionOf, poolOf } from './function-in-folder.ts'

const echo = 'export const handler = async (event) => ({ event, pid: process.pid })'

describe('a function on the laptop', () => {
  it('answers what the handler returns, and says which process was cold', async () => {
    const pool = poolOf(functionOf('export const handler = async (event) => ({ got: event })'), { instances: 1 })
    const first = await pool.invoke({ a: [1, 'ü', null] })
    const second = await pool.invoke('again')
    expect([first, second]).toEqual([
      {
        answer: 'returned',
        payload: { got: { a: [1, 'ü', null] } },
        ms: anyNumber,
        coldStart: true,
        initMs: anyNumber,
      },
      { answer: 'returned', payload: { got: 'again' }, ms: anyNumber, coldStart: false, initMs: null },
    ])
  })

  it('answers null for a handler that returns nothing', async () => {
    const pool = poolOf(functionOf('export const handler = async () => {}'))
    expect(payloadOf(await pool.invoke({}))).toBe(null)
  })

  it('gives the process what Lambda sets and what the template says, and nothing of the host', async () => {
    process.env['SECRET_OF_THE_HOST'] = 'must not be seen'
    const fn = functionOf('export const handler = async () => ({ env: process.env, cwd: process.cwd() })')
    const pool = poolOf(fn, { extraEnvironment: { AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9000' } })
    const payload = payloadOf(await pool.invoke({}))
    delete process.env['SECRET_OF_THE_HOST']
    expect(payload).toEqual({
      cwd: fn.codeDir,
      env: {
        AWS_ACCESS_KEY_ID: 'AKIDLOCAL',
        AWS_DEFAULT_REGION: 'eu-west-1',
        AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9000',
        AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
        AWS_LAMBDA_FUNCTION_NAME: 'filter',
        AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
        AWS_LAMBDA_RUNTIME_API: expect.stringMatching(/^127\.0\.0\.1:\d+$/) as unknown,
        AWS_REGION: 'eu-west-1',
        AWS_SECRET_ACCESS_KEY: 'secret',
        AWS_SESSION_TOKEN: 'token',
        LAMBDA_TASK_ROOT: fn.codeDir,
        PATH: process.env['PATH'],
        TABLE_NAME: 'recipients',
        TZ: ':UTC',
        _HANDLER: 'index.handler',
      },
    })
  })

  it('tells the handler its deadline, its request and its name', async () => {
    const code = `export const handler = async (event, context) => {
      const { getRemainingTimeInMillis, ...plain } = context
      return { ...plain, left: getRemainingTimeInMillis() }
    }`
    const payload = payloadOf(await poolOf(functionOf(code, { timeoutSeconds: 8 })).invoke({}))
    const { left, ...plain } = payload as { left: number }
    expect(plain).toEqual({
      awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown,
      functionName: 'filter',
      functionVersion: '$LATEST',
      invokedFunctionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:filter',
      memoryLimitInMB: '128',
    })
    expect([left > 4000, left <= 8000]).toEqual([true, true])
  })

  it('loads a handler that is a name inside an export', async () => {
    const fn = functionOf('export const api = { v1: { handler: async () => "nested" } }', {
      handler: 'index.api.v1.handler',
    })
    expect(payloadOf(await poolOf(fn).invoke({}))).toBe('nested')
  })

  it('hands over every line of the log before the answer', async () => {
    const code = `export const handler = async () => {
      process.stdout.write('{"_aws":{}}\\npart ')
      process.stdout.write('of a line\\n')
      process.stderr.write('from stderr\\n')
    }`
    const lines: string[] = []
    const pool = poolOf(functionOf(code), { onLog: (line, { functionName }) => lines.push(`${functionName}: ${line}`) })
    await pool.invoke({})
    expect(lines.sort()).toEqual(['filter: from stderr', 'filter: part of a line', 'filter: {"_aws":{}}'])
  })
})

describe('the processes of a function', () => {
  it('take turns, so that each of them gets stale', async () => {
    let notify = (): void => undefined
    const pool = poolOf(functionOf(echo), { instances: 2, onFreeze: () => notify() })
    const pids: unknown[] = []
    for (let i = 0; i < 4; i += 1) {
      // All of them are free when the next event comes.
      const frozen = new Promise<void>((resolve) => (notify = resolve))
      pids.push((payloadOf(await pool.invoke(i)) as { pid: number }).pid)
      await frozen
    }
    expect([pids[2], pids[3], pids[0] === pids[1]]).toEqual([pids[0], pids[1], false])
  })

  it('serve one event each at a time, and the others wait', async () => {
    const code = `let running = 0
    export const handler = async (event) => {
      running += 1
      const seen = running
      await new Promise((resolve) => setTimeout(resolve, 30))
      running -= 1
      return { seen, pid: process.pid }
    }`
    const pool = poolOf(functionOf(code), { instances: 2 })
    const payloads = (await Promise.all([1, 2, 3, 4, 5].map((n) => pool.invoke(n)))).map(payloadOf) as Pair[]
    expect(payloads.map(({ seen }) => seen)).toEqual([1, 1, 1, 1, 1])
    expect(new Set(payloads.map(({ pid }) => pid)).size).toBe(2)
  })

  it('are stopped between events: a timer of the module does not tick, and goes on afterwards', async () => {
    const code = `let ticks = 0
    setInterval(() => { ticks += 1 }, 5)
    export const handler = async (event) => {
      const before = ticks
      await new Promise((resolve) => setTimeout(resolve, 60))
      return { before, after: ticks }
    }`
    const frozen: InstanceName[] = []
    let notify = (): void => undefined
    const pool = poolOf(functionOf(code), {
      instances: 1,
      onFreeze: (instance) => {
        frozen.push(instance)
        notify()
      },
    })
    const stopped = new Promise<void>((resolve) => (notify = resolve))
    const first = payloadOf(await pool.invoke({})) as { after: number }
    await stopped
    await untilState(frozen[0]!.pid, 'T')
    const until = performance.now() + 250
    while (performance.now() < until) await new Promise((resolve) => setImmediate(resolve))
    const second = payloadOf(await pool.invoke({})) as { before: number; after: number }
    expect(frozen).toEqual([{ functionName: 'filter', number: 0, pid: anyNumber }])
    // 250 ms would be 50 ticks; one or two may have been due when the process was stopped and woken.
    expect(second.before - first.after).toBeLessThan(5)
    expect(second.after).toBeGreaterThan(second.before)
  })

  it('are gone after close()', async () => {
    const pool = poolOf(functionOf(echo), { instances: 2 })
    const payloads = (await Promise.all([pool.invoke(1), pool.invoke(2)])).map(payloadOf) as Pair[]
    pool.close()
    for (const { pid } of payloads) await untilGone(pid)
    await expect(pool.invoke(3)).rejects.toThrow('the processes of filter were ended: invoke() came after close()')
  })

  it('are gone when the program ends without closing them, frozen as they are', async () => {
    const fn = functionOf(echo)
    const program = `
      import { createFunctionPool } from ${JSON.stringify(path.resolve('local/lambda/pool.ts'))}
      const credentials = { accessKeyId: 'a', secretAccessKey: 'b', sessionToken: 'c' }
      const onFreeze = ({ pid }) => { process.stdout.write(String(pid)); process.exit(0) }
      const pool = createFunctionPool(${JSON.stringify(fn)}, { region: 'eu-west-1', credentials, onFreeze })
      await pool.invoke({})`
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program])
    expect(Number(stdout)).toBeGreaterThan(1)
    await untilGone(Number(stdout))
  })

  it('end an event that is under way when they are closed, and those that wait', async () => {
    const code = `export const handler = () => {
      process.stdout.write('running\\n')
      return new Promise(() => setInterval(() => {}, 1000))
    }`
    let heard = (): void => undefined
    const isRunning = new Promise<void>((resolve) => (heard = resolve))
    const pool = poolOf(functionOf(code), { instances: 1, onLog: () => heard() })
    const answers = Promise.all([pool.invoke(1), pool.invoke(2)])
    await isRunning
    pool.close()
    expect((await answers).map((answer) => answer.answer === 'failed' && answer.error.message)).toEqual([
      expect.stringMatching(/^RequestId: \S+ Error: Runtime exited with error: signal: killed$/),
      'the processes of the function were ended before it ran',
    ])
  })
})

describe('a function that fails', () => {
  it('is killed at its timeout, and the next event gets a fresh process', async () => {
    const code = `export const handler = (event) => event.hang ? new Promise(() => setInterval(() => {}, 1000)) : { pid: process.pid }`
    const pool = poolOf(functionOf(code, { timeoutSeconds: 0.5 }), { instances: 1 })
    const before = payloadOf(await pool.invoke({})) as Pair
    const hung = await pool.invoke({ hang: true })
    await untilGone(before.pid)
    const after = await pool.invoke({})
    expect(hung).toEqual({
      answer: 'failed',
      kind: 'timeout',
      error: {
        type: 'Sandbox.Timedout',
        message: expect.stringMatching(
          /^RequestId: [0-9a-f-]{36} Error: Task timed out after 0\.50 seconds$/,
        ) as unknown,
      },
    })
    expect(after.answer === 'returned' && after.coldStart).toBe(true)
  })

  it('is killed even when it never gives the processor back', async () => {
    const pool = poolOf(functionOf('export const handler = () => { for (;;); }', { timeoutSeconds: 0.3 }))
    expect(kindAndType(await pool.invoke({}))).toEqual(['timeout', 'Sandbox.Timedout'])
  })

  it('answers earlier for a caller that grants less', async () => {
    const pool = poolOf(functionOf('export const handler = () => new Promise(() => setInterval(() => {}, 1000))'))
    const answer = await pool.invoke({}, { timeout: 200 })
    expect(answer.answer === 'failed' && answer.error.message).toMatch(/Task timed out after 0\.20 seconds$/)
  })

  it('keeps its process when the handler throws', async () => {
    const code = `let calls = 0
    export const handler = async (event) => { calls += 1; if (event.bad) throw new TypeError('no good'); return calls }`
    const pool = poolOf(functionOf(code), { instances: 1 })
    expect(await pool.invoke({ bad: true })).toEqual({
      answer: 'failed',
      kind: 'thrown',
      error: { type: 'TypeError', message: 'no good' },
    })
    expect(payloadOf(await pool.invoke({}))).toBe(2)
  })

  it.each([
    ['exits by itself', 'process.exit(3)', ['exit', 'Runtime.ExitError']],
    [
      'throws outside of its promise',
      'setTimeout(() => { throw new RangeError("late") }); await new Promise(() => {})',
      ['thrown', 'RangeError'],
    ],
    [
      'leaves a rejection unhandled',
      'Promise.reject(new Error("x")); await new Promise(() => {})',
      ['thrown', 'Runtime.UnhandledPromiseRejection'],
    ],
    ['waits for nothing', 'await new Promise(() => {})', ['exit', 'Runtime.NodeJsExit']],
    ['returns what JSON cannot hold', 'return 1n', ['thrown', 'TypeError']],
    ['returns more than 6 MB', 'return "x".repeat(7e6)', ['thrown', 'Function.ResponseSizeTooLarge']],
    [
      'fills its memory',
      'const hoard = []; for (;;) hoard.push(new Array(1e5).fill(Math.random()))',
      ['exit', 'Runtime.OutOfMemory'],
    ],
  ])('says so when it %s', async (_, body, expected) => {
    const code = `export const handler = async (event) => { if (event.fine) return 'fine'; ${body} }`
    const pool = poolOf(functionOf(code, { memoryMb: 64, timeoutSeconds: 30 }), { instances: 1 })
    expect(kindAndType(await pool.invoke({}))).toEqual(expected)
    expect(payloadOf(await pool.invoke({ fine: true }))).toBe('fine')
  })

  it.each([
    ['imports what is not there', `import 'not-there'\nexport const handler = () => 1`, 'Runtime.ImportModuleError'],
    ['does not parse', 'export const handler = (', 'Runtime.UserCodeSyntaxError'],
    ['throws while it is loaded', 'throw new RangeError("at load")', 'RangeError'],
    ['exports no handler', 'export const handle = () => 1', 'Runtime.HandlerNotFound'],
    [
      'takes a callback',
      'export const handler = (event, context, callback) => callback()',
      'Runtime.CallbackHandlerDeprecated',
    ],
    ['exits while it is loaded', 'process.exit(0)', 'Runtime.ExitError'],
  ])('fails to initialise when it %s', async (_, code, type) => {
    expect(kindAndType(await poolOf(functionOf(code)).invoke({}))).toEqual(['init', type])
  })

  it.each([
    ['throw', ['thrown', 'Error']],
    ['hang', ['timeout', 'Sandbox.Timedout']],
    ['kill', ['exit', 'Runtime.ExitError']],
    ['out-of-memory', ['exit', 'Runtime.OutOfMemory']],
    ['fail-at-load', ['init', 'Runtime.ImportModuleError']],
  ] as const)('fails on purpose by %s, without its code knowing', async (fault, expected) => {
    const faults = [null, fault, null]
    const fn = functionOf(echo, { timeoutSeconds: fault === 'hang' ? 0.5 : 30, memoryMb: 64 })
    const pool = poolOf(fn, { instances: 1, fault: () => faults.shift() ?? null })
    const answers = [await pool.invoke(1), await pool.invoke(2), await pool.invoke(3)]
    expect([answers[0]?.answer, kindAndType(answers[1]!), answers[2]?.answer]).toEqual([
      'returned',
      expected,
      'returned',
    ])
  })
})

type Pair = { readonly seen: number; readonly pid: number }

const anyNumber: unknown = expect.any(Number)

function payloadOf(answer: InvocationAnswer): unknown {
  if (answer.answer === 'failed') throw new Error(JSON.stringify(answer))
  return answer.payload
}

function kindAndType(answer: InvocationAnswer): readonly string[] {
  return answer.answer === 'failed' ? [answer.kind, answer.error.type] : ['returned']
}

/** Linux: the state letter of the process, or null when there is none. */
function stateOf(pid: number): string | null {
  try {
    return /\) (\w)/.exec(readFileSync(path.join('/proc', String(pid), 'stat'), 'utf8'))?.[1] ?? null
  } catch {
    return null
  }
}

async function untilState(pid: number, state: string): Promise<void> {
  while (stateOf(pid) !== state) await new Promise((resolve) => setImmediate(resolve))
}

async function untilGone(pid: number): Promise<void> {
  for (let state = stateOf(pid); state !== null && state !== 'Z'; state = stateOf(pid)) {
    await new Promise((resolve) => setImmediate(resolve))
  }
}
