// The runtime client: what Lambda's own bootstrap does for nodejs24.x, in the function's process. It is started with
// nothing but what Lambda sets in the environment, and asks the Runtime API for events until the process is killed.
// Source: Lambda Developer Guide, "Using the Lambda runtime API for custom runtimes", version 2018-06-01.
import { existsSync } from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

const [apiHost, apiPort] = process.env.AWS_LAMBDA_RUNTIME_API.split(':')
const agent = new http.Agent({ keepAlive: true })
let current = null

process.on('uncaughtException', (error) => endWith(describe(error)))
process.on('unhandledRejection', (reason) =>
  endWith({ ...describe(reason), errorType: 'Runtime.UnhandledPromiseRejection' }),
)

const handler = await loadHandler()
for (;;) {
  const invocation = await call('GET', 'invocation/next')
  current = invocation.headers['lambda-runtime-aws-request-id']
  await run(invocation)
  current = null
}

async function loadHandler() {
  try {
    if (process.argv.includes('--fault=fail-at-load')) {
      throw Object.assign(new Error('Cannot find module (the fault fail-at-load)'), { code: 'ERR_MODULE_NOT_FOUND' })
    }
    return await importHandler(process.env.LAMBDA_TASK_ROOT, process.env._HANDLER)
  } catch (error) {
    const body = { ...describe(error), errorType: initErrorType(error) }
    await call('POST', 'init/error', body)
    process.stderr.write(`${body.errorType}: ${body.errorMessage}\n`)
    process.exit(1)
  }
}

async function importHandler(taskRoot, setting) {
  const dot = path.basename(setting).indexOf('.')
  const file = path.join(path.dirname(setting), path.basename(setting).slice(0, dot))
  const names = path.basename(setting).slice(dot + 1)
  const found = ['.js', '.mjs', '.cjs'].map((ending) => path.join(taskRoot, file + ending)).find(existsSync)
  if (found === undefined) {
    throw Object.assign(new Error(`Cannot find module '${file}'`), { code: 'ERR_MODULE_NOT_FOUND' })
  }
  const module = await import(pathToFileURL(found).href)
  const pick = (from) => names.split('.').reduce((value, name) => value?.[name], from)
  const handler = pick(module) ?? pick(module.default)
  if (typeof handler !== 'function') {
    throw Object.assign(new Error(`${setting} is undefined or not a function`), { initType: 'Runtime.HandlerNotFound' })
  }
  // From nodejs24.x on, Lambda refuses handlers that take a callback.
  if (handler.length > 2) {
    throw Object.assign(new Error(`${setting} takes a callback: nodejs24.x runs async handlers only`), {
      initType: 'Runtime.CallbackHandlerDeprecated',
    })
  }
  return handler
}

async function run({ headers, body }) {
  try {
    await fail(headers['quietgate-fault'])
    const result = await handler(JSON.parse(body), contextOf(headers))
    const { status } = await call('POST', `invocation/${current}/response`, result === undefined ? null : result)
    if (status === 413)
      throw Object.assign(new Error('the response is over 6 MB'), { name: 'Function.ResponseSizeTooLarge' })
  } catch (error) {
    await call('POST', `invocation/${current}/error`, describe(error))
  }
}

function contextOf(headers) {
  const deadline = Number(headers['lambda-runtime-deadline-ms'])
  return {
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  }
}

async function fail(fault) {
  if (fault === 'throw') throw new Error('the fault throw was asked for')
  // The timer keeps the process alive: one that waits for nothing ends instead of hanging.
  if (fault === 'hang') await new Promise(() => setInterval(() => {}, 60_000))
  if (fault === 'kill') process.kill(process.pid, 'SIGKILL')
  if (fault === 'out-of-memory') for (const hoard = []; ;) hoard.push(new Array(100_000).fill(Math.random()))
}

function describe(error) {
  return error instanceof Error
    ? { errorType: error.name, errorMessage: error.message, trace: String(error.stack).split('\n') }
    : { errorType: typeof error, errorMessage: String(error), trace: [] }
}

function initErrorType(error) {
  if (error?.initType) return error.initType
  if (error instanceof SyntaxError) return 'Runtime.UserCodeSyntaxError'
  const missing = error?.code === 'ERR_MODULE_NOT_FOUND' || error?.code === 'MODULE_NOT_FOUND'
  return missing ? 'Runtime.ImportModuleError' : describe(error).errorType
}

async function endWith(body) {
  if (current !== null) await call('POST', `invocation/${current}/error`, body)
  process.exit(129)
}

/** When nobody answers, whoever started this process is gone, and so must it be. */
function call(method, action, value) {
  const payload = value === undefined ? null : Buffer.from(JSON.stringify(value) ?? 'null')
  return new Promise((resolve) => {
    const options = { method, host: apiHost, port: apiPort, path: `/2018-06-01/runtime/${action}`, agent }
    const headers = payload === null ? {} : { 'Content-Type': 'application/json', 'Content-Length': payload.length }
    const request = http.request({ ...options, headers }, (response) => {
      const chunks = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('end', () =>
        resolve({
          status: response.statusCode,
          headers: response.headers,
          body: Buffer.concat(chunks).toString('utf8'),
        }),
      )
      response.on('error', () => process.exit(1))
    })
    request.on('error', () => process.exit(1))
    request.end(payload)
  })
}
