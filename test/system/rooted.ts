import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { installed, run, unpacked } from './programs.ts'
import { followLog } from './server-log.ts'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

/** A mail server of its own: configuration, accounts, queue and port are nobody else's. */
export type MailServer = {
  /** Where it listens on 127.0.0.1. */
  readonly port: number
  /** Everything that it has logged. */
  readonly log: () => readonly string[]
  readonly close: () => Promise<void>
}

/** Which port of 127.0.0.1 takes the mail for a domain; the server takes mail for no other. */
export type Routes = ReadonlyMap<string, number>

export type RootedProgram = {
  /** The name that install.sh unpacked it under. */
  readonly name: string
  /** The program and its arguments; it stays in the foreground. */
  readonly command: readonly string[]
  /** The file in the root that it logs into; null if that is its standard output. */
  readonly logFile: string | null
  /** Accounts that it wants, by name; they have a number each, the account of the machine that has the same one stays out. */
  readonly accounts: Readonly<Record<string, number>>
  /** Folders and files in the root, each with the account that owns it, and its mode. */
  readonly owned: readonly (readonly [path: string, account: string, mode: number])[]
  /** Paths in the root, with what stands there. */
  readonly files: Readonly<Record<string, string>>
  /** The port that the configuration names. */
  readonly port: number
  readonly isUp: (log: readonly string[]) => boolean
}

/**
 * Starts a server with a folder as its root, so that the paths and accounts that are compiled into it exist. Needs root, and
 * no more than a plain container leaves to it: chroot and mknod. Everything goes away with `close`.
 */
export async function startRooted(program: RootedProgram): Promise<MailServer> {
  const folder = mkdtempSync(join(tmpdir(), `quietgate-${program.name}-`))
  await makeRoot(folder, program)
  const output = join(folder, 'output')
  const logDescriptor = openSync(output, 'a')
  const server = spawn(installed('chroot'), [join(folder, 'root'), ...program.command], {
    env: { PATH: '/usr/sbin:/usr/bin', HOME: '/' },
    stdio: ['ignore', logDescriptor, logDescriptor],
  })
  closeSync(logDescriptor)
  const log = followLog(program.name, program.logFile === null ? output : join(folder, 'root', program.logFile))
  const ended = once(server, 'exit').finally(log.end)
  const close = async (): Promise<void> => {
    server.kill('SIGTERM')
    await ended
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  try {
    await log.until(program.isUp)
    await listens(program.port)
  } catch (error) {
    await close()
    throw error
  }
  return { port: program.port, log: log.lines, close }
}

/** Some say that they are up a moment before they listen. Rejects after ten seconds. */
async function listens(port: number): Promise<void> {
  const deadline = AbortSignal.timeout(10_000)
  for (;;) {
    const socket = connect(port, '127.0.0.1')
    const refused = await once(socket, 'connect').then(
      () => null,
      (error: unknown) => error,
    )
    socket.destroy()
    if (refused === null) return
    if (deadline.aborted) throw refused as Error
    await delay(20)
  }
}

async function makeRoot(folder: string, { name, accounts, owned, files }: RootedProgram): Promise<void> {
  // Its unprivileged processes must reach their queue.
  chmodSync(folder, 0o755)
  const root = join(folder, 'root')
  await must('cp', '-a', unpacked(name).folder, root)
  mkdirSync(join(root, 'dev'))
  await must('mknod', '-m', '666', join(root, 'dev/null'), 'c', '1', '3')
  await must('mknod', '-m', '666', join(root, 'dev/urandom'), 'c', '1', '9')
  const all = { root: 0, ...accounts }
  const lines = Object.entries(all).map(([account, id]) => [
    `${account}:x:${id}:${id}::/:/bin/false\n`,
    `${account}:x:${id}:\n`,
  ])
  const standing = {
    '/etc/passwd': lines.map(([user]) => user).join(''),
    '/etc/group': lines.map(([, group]) => group).join(''),
    '/etc/hosts': '127.0.0.1 localhost\n',
    '/etc/resolv.conf': 'lookup file\n',
    '/etc/nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files\n',
  }
  for (const [path, text] of Object.entries({ ...standing, ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  for (const [path, account, mode] of [['/tmp', 'root', 0o1777] as const, ...owned]) {
    if (!existsSync(join(root, path))) mkdirSync(join(root, path), { recursive: true })
    chownSync(join(root, path), all[account as keyof typeof all], all[account as keyof typeof all])
    chmodSync(join(root, path), mode)
  }
}

async function must(program: string, ...args: readonly string[]): Promise<void> {
  const { exitCode, stderr } = await run(installed(program), args)
  if (exitCode !== 0) throw new Error(`${program} ${args.join(' ')} failed: ${stderr}`)
}
