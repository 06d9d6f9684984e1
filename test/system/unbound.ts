import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startProgram } from './program.ts'
import { freePort } from './server-log.ts'

/** Unbound, a resolver with a cache, as it stands in every other data centre. */
export type Unbound = {
  /** As the configuration takes it, `127.0.0.1:port`. */
  readonly address: string
  /** The names that it was asked for since it started, or since `clearQuestions`. */
  readonly questions: () => readonly string[]
  readonly clearQuestions: () => void
  readonly close: () => Promise<void>
}

export type UnboundOptions = {
  /** Which port of 127.0.0.1 serves which domain; `.` for all the others. */
  readonly servers: ReadonlyMap<string, number>
  /** Answers with addresses in these ranges are dropped, as a guard against DNS rebinding does. @default none */
  readonly privateAddresses?: readonly string[]
}

/** Starts one with an empty cache, and resolves when it answers. */
export async function startUnbound({ servers, privateAddresses = [] }: UnboundOptions): Promise<Unbound> {
  const folder = mkdtempSync(join(tmpdir(), 'quietgate-unbound-'))
  const port = await freePort()
  const config = join(folder, 'unbound.conf')
  writeFileSync(config, settingsOf(folder, port, servers, privateAddresses))
  const { log, close } = await startProgram({
    name: 'unbound',
    args: ['-d', '-c', config],
    folder,
    isUp: (lines) => lines.some((line) => line.includes('start of service')),
  })
  return {
    address: `127.0.0.1:${port}`,
    questions: () => log.lines().flatMap((line) => / info: 127\.0\.0\.1 (\S+)\. A IN$/.exec(line)?.[1] ?? []),
    clearQuestions: log.clear,
    close,
  }
}

function settingsOf(
  folder: string,
  port: number,
  servers: ReadonlyMap<string, number>,
  privateAddresses: readonly string[],
): string {
  const settings = [
    'server:',
    `  interface: 127.0.0.1@${port}`,
    `  port: ${port}`,
    `  directory: "${folder}"`,
    '  username: ""',
    '  chroot: ""',
    '  pidfile: ""',
    '  use-syslog: no',
    '  logfile: ""',
    '  log-queries: yes',
    '  num-threads: 1',
    '  do-ip6: no',
    // Nothing here is signed.
    '  module-config: "iterator"',
    '  do-not-query-localhost: no',
    ...privateAddresses.map((range) => `  private-address: ${range}`),
    // A stub for each: how a server fares is remembered by its domain, so that a dead one slows down no other.
    ...[...servers].flatMap(([domain, at]) => {
      // A stub is asked from the top down, and the sample zones have no root: everything else is handed on whole.
      const kind = domain === '.' ? 'forward' : 'stub'
      return [`${kind}-zone:`, `  name: "${domain}"`, `  ${kind}-addr: 127.0.0.1@${at}`]
    }),
  ]
  return `${settings.join('\n')}\n`
}
