import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { unpacked } from './programs.ts'
import { followLog, type ServerLog } from './server-log.ts'

export type ProgramOptions = {
  /** Its Debian package, and its name in usr/sbin. */
  readonly name: string
  readonly args: readonly string[]
  /** Where its log is written; gone when it is closed. */
  readonly folder: string
  /** Whether the log says that it answers. */
  readonly isUp: (lines: readonly string[]) => boolean
}

export type Program = {
  readonly log: ServerLog
  readonly signal: (name: 'SIGHUP') => void
  readonly close: () => Promise<void>
}

/** Starts a server that stays in the foreground, and resolves when it answers. */
export async function startProgram({ name, args, folder, isUp }: ProgramOptions): Promise<Program> {
  const { folder: programs, env } = unpacked(name)
  const logFile = join(folder, 'log')
  const logDescriptor = openSync(logFile, 'a')
  const server = spawn(join(programs, 'usr/sbin', name), args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', logDescriptor, logDescriptor],
  })
  closeSync(logDescriptor)
  const log = followLog(name, logFile)
  const ended = once(server, 'exit').finally(log.end)
  const close = async (): Promise<void> => {
    server.kill('SIGTERM')
    await ended
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await log.until(isUp)
  } catch (error) {
    // Nothing that a test has started outlives it.
    await close()
    throw error
  }
  return { log, signal: (signal) => void server.kill(signal), close }
}
