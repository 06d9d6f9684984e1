import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

export type NodeChoice =
  { readonly answer: 'found'; readonly path: string } | { readonly answer: 'missing'; readonly sentence: string }

/** What the choice depends on; the default is this process and this checkout. */
export type NodeHost = {
  readonly execPath: string
  readonly version: string
  readonly platform: string
  readonly arch: string
  readonly modules: string
}

/**
 * The Node that Lambda would run the function with. A newer or older one would hide what breaks only there.
 *
 * @param runtime Lambda's name for it, as in `nodejs24.x`
 */
export function nodeForRuntime(runtime: string, host: NodeHost = thisHost()): NodeChoice {
  const major = /^nodejs(\d{1,3})\.x$/.exec(runtime)?.[1]
  if (major === undefined) {
    return {
      answer: 'missing',
      sentence: `the runtime "${runtime}" is not one the laptop can run: expected nodejsNN.x (Runtime of the function in the template)`,
    }
  }
  if (majorOf(host.version) === major) return { answer: 'found', path: host.execPath }
  const folder = path.join(host.modules, `node-${host.platform}-${host.arch}`)
  const installed = versionIn(folder)
  const binary = path.join(folder, 'bin', 'node')
  if (installed !== null && majorOf(installed) === major && existsSync(binary)) return { answer: 'found', path: binary }
  const beside = installed === null ? `there is no ${folder}` : `${folder} holds Node ${installed}`
  return {
    answer: 'missing',
    sentence: `the function runs on Node ${major} (${runtime}), this is Node ${host.version} and ${beside}: start with Node ${major}, or install the optional dependencies (npm ci)`,
  }
}

function thisHost(): NodeHost {
  return {
    execPath: process.execPath,
    version: process.versions.node,
    platform: process.platform,
    arch: process.arch,
    modules: path.resolve(import.meta.dirname, '..', '..', 'node_modules'),
  }
}

function majorOf(version: string): string {
  return version.split('.')[0] ?? ''
}

function versionIn(folder: string): string | null {
  const file = path.join(folder, 'package.json')
  if (!existsSync(file)) return null
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version?: unknown }
  return typeof version === 'string' ? version : null
}
