import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'

/** What a program left behind. The output is bytes as latin1: SMTP and mail are older than any other reading. */
export type Ran = { readonly exitCode: number | null; readonly stdout: string; readonly stderr: string }

export type RunOptions = {
  readonly input?: Buffer
  readonly env?: NodeJS.ProcessEnv
}

/** A server's programs that test/system/install.sh unpacked, and what they need in their environment to start from there. */
export type UnpackedProgram = { readonly folder: string; readonly env: NodeJS.ProcessEnv }

/** Runs a program to its end. Rejects only when it cannot be started. */
export function run(program: string, args: readonly string[], { input, env }: RunOptions = {}): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] })
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
    child.on('error', reject)
    // A program that ends before it has read everything says why on standard error.
    child.stdin.on('error', () => undefined)
    child.on('close', (exitCode) =>
      resolve({
        exitCode,
        stdout: Buffer.concat(stdout).toString('latin1'),
        stderr: Buffer.concat(stderr).toString('latin1'),
      }),
    )
    child.stdin.end(input)
  })
}

/** The path of a program that a package installs. Throws a sentence that says what to run when it is missing. */
export function installed(program: string): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const found = folders.map((folder) => join(folder, program)).find((path) => existsSync(path))
  if (found === undefined) throw new Error(missing(program))
  return found
}

/**
 * A server that is unpacked and not installed. Throws a sentence that says what to run when it is missing.
 *
 * @param libraries folders of its own libraries, below the one that it is unpacked into
 */
export function unpacked(name: string, libraries: readonly string[] = []): UnpackedProgram {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache')
  const folder = join(cache, 'quietgate-system', name)
  if (!existsSync(join(folder, '.packages'))) throw new Error(missing(name))
  const found = ['lib', 'usr/lib'].flatMap((path) => [join(folder, path), ...multiarchFolders(join(folder, path))])
  const paths = [...libraries.map((path) => join(folder, path)), ...found]
  return { folder, env: { LD_LIBRARY_PATH: paths.join(delimiter) } }
}

/** Debian keeps libraries in a folder of the architecture, such as x86_64-linux-gnu. */
function multiarchFolders(path: string): readonly string[] {
  if (!existsSync(path)) return []
  return readdirSync(path)
    .filter((name) => name.includes('-linux-gnu'))
    .map((name) => join(path, name))
}

function missing(program: string): string {
  return `${program} is not on this machine: run test/system/install.sh as root, then the system tests again.`
}
