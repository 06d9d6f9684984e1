import { once } from 'node:events'
import { readFileSync, watch } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'

/** What a server that runs writes into a file. */
export type ServerLog = {
  /** Everything since it started, or since `clear`. */
  readonly lines: () => readonly string[]
  readonly clear: () => void
  /** Resolves once the lines are as wanted. Rejects with the log when the server ends before that, or after a minute. */
  readonly until: (holds: (lines: readonly string[]) => boolean) => Promise<void>
  /** Nothing more will come: whoever waits gets an error. */
  readonly end: () => void
}

/** Follows the file that the server `name` logs into. It must exist. */
export function followLog(name: string, path: string): ServerLog {
  let cleared = 0
  let isOver = false
  const waiting = new Set<() => void>()
  const look = (): void => waiting.forEach((check) => check())
  const lines = (): readonly string[] => readFileSync(path, 'utf8').split('\n').slice(cleared, -1)
  const watcher = watch(path, look)
  return {
    lines,
    clear: () => {
      cleared += lines().length
    },
    end: () => {
      isOver = true
      watcher.close()
      look()
    },
    until: (holds) =>
      new Promise((resolve, reject) => {
        const settle = (): void => {
          clearTimeout(deadline)
          waiting.delete(check)
        }
        const fail = (why: string): void => {
          settle()
          reject(new Error(`${why} before it said what was waited for. Its log:\n${lines().join('\n')}`))
        }
        const check = (): void => {
          if (holds(lines())) {
            settle()
            resolve()
          } else if (isOver) fail(`${name} ended`)
        }
        const deadline = setTimeout(() => fail('A minute passed'), 60_000)
        waiting.add(check)
        check()
      }),
  }
}

/** None of the servers can be given a socket or told "any port", so a port that was free a moment ago must do. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
