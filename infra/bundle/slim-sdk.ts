import { readFile } from 'node:fs/promises'
import type { Plugin } from 'esbuild'

/**
 * Leaves out of a bundle what the AWS SDK brings for other places than Lambda.
 *
 * Lambda hands a function its credentials in its environment and nowhere else, so that the chain of providers for
 * laptops, containers and single sign-on (with the clients that they use) is a fifth of the bundle for nothing.
 */
export const slimSdk: Plugin = {
  name: 'slim-sdk',
  setup: (build) => {
    build.onLoad({ filter: /[\\/]@aws-sdk[\\/]credential-provider-node[\\/]dist-es[\\/]index\.js$/ }, () => ({
      contents: environmentOnly,
    }))
    build.onLoad({ filter: /[\\/]shared-ini-file-loader[\\/](readFile|getSSOTokenFromFile)\.js$/ }, () => ({
      contents: noFiles,
    }))
    build.onLoad({ filter: /[\\/]@aws-sdk[\\/]client-[a-z0-9-]+[\\/]package\.json$/ }, async ({ path }) => ({
      contents: JSON.stringify({ version: versionIn(await readFile(path, 'utf8')) }),
      loader: 'json',
    }))
    build.onLoad({ filter: /[\\/]mnemonist[\\/]lru-cache\.js$/ }, () => ({ contents: plainCache }))
    build.onLoad(
      { filter: /[\\/]@aws-sdk[\\/]client-[a-z0-9-]+[\\/]dist-es[\\/]schemas[\\/]\w+\.js$/ },
      async ({ path }) => ({
        contents: withLiteralKeys(await readFile(path, 'utf8')),
      }),
    )
  },
}

/**
 * Has `node:http` required, not imported.
 *
 * Whoever imports it as a module has every one of its exports read, and one of them, WebSocket, then loads all of
 * Node's fetch: 25 ms of a cold start, for a class that nobody uses.
 */
export const lazyHttp: Plugin = {
  name: 'lazy-http',
  setup: (build) => {
    build.onResolve({ filter: /^(node:)?http$/ }, ({ namespace }) =>
      namespace === 'lazy-http' ? { path: 'node:http', external: true } : { path: 'node:http', namespace: 'lazy-http' },
    )
    build.onLoad({ filter: /^node:http$/, namespace: 'lazy-http' }, () => ({
      contents: "module.exports = require('node:http')",
    }))
  },
}

/**
 * Writes `{ [_h]: x }` as `{ "http": x }` where the file says `const _h = "http";`.
 *
 * A bundler must keep an object with computed keys, used or not: to make a key of a value may run its `toString`. So the
 * schemas of all hundred operations of S3 stayed in a function that calls two.
 */
export function withLiteralKeys(source: string): string {
  const names = new Map(
    Array.from(source.matchAll(/^const (_\w{1,80}) = ("[^"\\\n]*");$/gm), ([, name, text]) => [name, text]),
  )
  return source.replace(/\[(_\w{1,80})\]:/g, (key, name: string) => {
    const text = names.get(name)
    return text === undefined ? key : `${text}:`
  })
}

/** A client names its version to AWS, and nothing else of its package. */
function versionIn(packageFile: string): string {
  return (JSON.parse(packageFile) as { readonly version: string }).version
}

/**
 * Where DynamoDB's client keeps endpoints that it discovered, by credentials and operation. It discovers none unless
 * AWS_ENABLE_ENDPOINT_DISCOVERY asks for it (SDKs and Tools Reference Guide, "Endpoint discovery"), and then a handful.
 */
const plainCache = `
  module.exports = class extends Map {
    constructor() { super() }
    peek(key) { return this.get(key) }
  }
`

/** There is no ~/.aws in Lambda. To look for it loads Node's fs/promises and readline, and asks the disk twice. */
const noFiles = `
  export const filePromises = {}
  export const fileIntercept = {}
  export const tokenIntercept = {}
  export const readFile = () => Promise.resolve('')
  export const getSSOTokenFromFile = () => Promise.reject(new Error('no single sign-on in Lambda'))
`

const environmentOnly = `
  import { fromEnv } from '@aws-sdk/credential-provider-env'
  export const defaultProvider = (init) => fromEnv(init)
`
