// Starts a TypeScript program of this project on a machine that has only Node and npm.
//
// It installs what package-lock.json says if that has not been done, finds a Node that runs TypeScript by itself, and hands
// over. It has no dependencies and uses nothing that an old Node lacks, so that an old Node, too, ends in a clear sentence.

import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(fileURLToPath(import.meta.url))
const modules = join(root, 'node_modules')
const stamp = join(modules, '.quietgate-lock')

/** The oldest Node that runs TypeScript without a flag and is still maintained. */
const oldestMajor = 24

install()
const node = findNode()
const [program, ...rest] = process.argv.slice(2)
// An import of a million addresses makes a lot of short-lived text: a small nursery keeps the process below 300 MB.
const flags = program === 'cli/main.ts' ? ['--max-semi-space-size=8'] : []
const child = spawn(node, ['--disable-warning=ExperimentalWarning', ...flags, join(root, program), ...rest], {
  stdio: 'inherit',
  env: { ...process.env, PATH: `${dirname(node)}:${join(modules, '.bin')}:${process.env.PATH ?? ''}` },
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1)
})

/** Installs exactly what the lock file says, once for each lock file. */
function install() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return
  process.stderr.write('Installing the packages that package-lock.json names (once) ...\n')
  const npm = process.env.npm_execpath
  // Install scripts are other people's programs; none of the packages needs one.
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const [command, argv] = npm === undefined ? ['npm', args] : [process.execPath, [npm, ...args]]
  const installed = spawnSync(command, argv, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  if (installed.status !== 0)
    fail(`npm ci failed (exit ${installed.status ?? installed.error}). Mend that, then run the command again.`)
  mkdirSync(modules, { recursive: true })
  writeFileSync(stamp, lock)
}

/** This Node where it is new enough, else the one that package.json brings as an optional package. */
function findNode() {
  const major = Number(process.versions.node.split('.')[0])
  if (major >= oldestMajor) return process.execPath
  const brought = join(modules, `node-linux-${process.arch}`, 'bin', 'node')
  if (process.platform === 'linux' && existsSync(brought)) return brought
  return fail(
    `Quietgate needs Node ${oldestMajor} or newer; this is ${process.versions.node} on ${process.platform}-${process.arch}. ` +
      'Install it from https://nodejs.org, then run the command again.',
  )
}

function fail(sentence) {
  process.stderr.write(`${sentence}\n`)
  process.exit(1)
}
