import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run, unpacked, type Ran, type RunOptions } from './programs.ts'
import type { Routes } from './rooted.ts'
import { followLog, freePort } from './server-log.ts'

/** A Postfix of its own: configuration, queue and ports are nobody else's. */
export type Postfix = {
  /** Where its SMTP server listens on 127.0.0.1. */
  readonly port: number
  /** Everything that it has logged since it started, or since `clearLog`. */
  readonly log: () => readonly string[]
  readonly clearLog: () => void
  /** Resolves when its log says of this many messages that they have left its queue, delivered or returned. */
  readonly removed: (count: number) => Promise<void>
  /** The ids of the messages in its queue, whatever state they are in. */
  readonly queue: () => Promise<readonly string[]>
  /** Its `sendmail`: puts a message into the queue as a program on the same machine does. */
  readonly sendmail: (args: readonly string[], message: Buffer) => Promise<Ran>
  /** Its load generator, against its own SMTP server. */
  readonly smtpSource: (...args: readonly string[]) => Promise<Ran>
  readonly close: () => Promise<void>
}

/**
 * Starts Postfix as a relay that hands all mail to 127.0.0.1:`relayPort`, and resolves when it is up.
 *
 * It starts as root and gives its processes to accounts that every Debian has (uucp, mail), so that no account must be
 * made for it.
 *
 * @param settings more lines of main.cf
 */
export async function startPostfix(relayPort: number, settings: readonly string[] = []): Promise<Postfix> {
  const { folder: programs, env } = unpacked('postfix', ['usr/lib/postfix'])
  const folder = mkdtempSync(join(tmpdir(), 'quietgate-postfix-'))
  // Postfix's unprivileged processes must reach their queue.
  chmodSync(folder, 0o755)
  const config = join(folder, 'config')
  const port = await freePort()
  mkdirSync(config)
  mkdirSync(join(folder, 'queue'))
  writeFileSync(join(config, 'main.cf'), `${settingsOf(programs, folder, relayPort)}${lines(...settings)}`)
  writeFileSync(join(config, 'master.cf'), servicesOf(port))
  const command = (name: string, args: readonly string[], options: RunOptions = {}): Promise<Ran> =>
    run(join(programs, 'usr/sbin', name), args, { ...options, env })
  const checked = await command('postfix', ['-c', config, 'check'])
  // It gives its reasons to a terminal only, and the folder stays for whoever looks there.
  if (checked.exitCode !== 0)
    throw new Error(`Postfix refuses its configuration: "postfix -c ${config} check" says why.`)
  const logFile = join(folder, 'log')
  // Not a pipe: Node's are sockets, and no process can open its standard output anew if that is a socket.
  const logDescriptor = openSync(logFile, 'a')
  const master = spawn(join(programs, 'usr/lib/postfix/sbin/master'), ['-s', '-c', config], {
    env: { ...process.env, ...env },
    stdio: ['ignore', logDescriptor, 'inherit'],
  })
  closeSync(logDescriptor)
  const log = followLog('Postfix', logFile)
  const ended = once(master, 'exit').finally(log.end)
  const close = async (): Promise<void> => {
    master.kill('SIGTERM')
    await ended
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await log.until((lines) => lines.some((line) => line.includes('daemon started')))
  } catch (error) {
    // Nothing that a test has started outlives it.
    await close()
    throw error
  }
  return {
    port,
    log: log.lines,
    clearLog: log.clear,
    removed: (count) => log.until((lines) => lines.filter((line) => line.endsWith(': removed')).length >= count),
    queue: async () => {
      const { stdout } = await command('postqueue', ['-c', config, '-j'])
      const entries = stdout.split('\n').filter((line) => line !== '')
      return entries.map((line) => (JSON.parse(line) as { readonly queue_id: string }).queue_id)
    },
    sendmail: (args, message) => command('sendmail', ['-C', config, ...args], { input: message }),
    smtpSource: (...args) => command('smtp-source', [...args, `127.0.0.1:${port}`]),
    close,
  }
}

/** As the other relays start: between the routes, and it warns of a delay after a second. */
export function startPostfixBetween(routes: Routes): Promise<Postfix> {
  const transports = [...routes].map(([domain, port]) => `{${domain} = smtp:[127.0.0.1]:${port}}`)
  return startPostfix(routes.get('example.com') ?? 0, [
    `transport_maps = inline:{ ${transports.join(', ')} }`,
    'delay_warning_time = 1s',
    'queue_run_delay = 1s',
    'minimal_backoff_time = 1s',
  ])
}

function settingsOf(programs: string, folder: string, relayPort: number): string {
  return lines(
    'compatibility_level = 3.7',
    `command_directory = ${programs}/usr/sbin`,
    `daemon_directory = ${programs}/usr/lib/postfix/sbin`,
    `shlib_directory = ${programs}/usr/lib/postfix`,
    `meta_directory = ${programs}/etc/postfix`,
    `sendmail_path = ${programs}/usr/sbin/sendmail`,
    `queue_directory = ${folder}/queue`,
    `data_directory = ${folder}/data`,
    'mail_owner = uucp',
    'setgid_group = mail',
    // Its libraries are where no linker looks, and Postfix clears the environment of whatever it starts.
    'import_environment = LD_LIBRARY_PATH MAIL_CONFIG LANG=C',
    'export_environment = LD_LIBRARY_PATH MAIL_CONFIG LANG=C',
    'maillog_file = /dev/stdout',
    'inet_interfaces = 127.0.0.1',
    'inet_protocols = ipv4',
    'mynetworks = 127.0.0.0/8',
    'myhostname = relay.partner.example',
    'mydestination =',
    'alias_maps =',
    `relayhost = [127.0.0.1]:${relayPort}`,
    'smtputf8_enable = yes',
  )
}

/** No service runs in a chroot, and nothing but SMTP listens. */
function servicesOf(port: number): string {
  const internal = [
    'pickup unix n - n 60 1 pickup',
    'cleanup unix n - n - 0 cleanup',
    'qmgr unix n - n 300 1 qmgr',
    'rewrite unix - - n - - trivial-rewrite',
    'bounce unix - - n - 0 bounce',
    'defer unix - - n - 0 bounce',
    'trace unix - - n - 0 bounce',
    'flush unix n - n 1000? 0 flush',
    'proxymap unix - - n - - proxymap',
    'smtp unix - - n - - smtp',
    'showq unix n - n - - showq',
    'error unix - - n - - error',
    'retry unix - - n - - error',
    'anvil unix - - n - 1 anvil',
    'scache unix - - n - 1 scache',
    'tlsmgr unix - - n 1000? 1 tlsmgr',
    'postlog unix-dgram n - n - 1 postlogd',
  ]
  return lines(`127.0.0.1:${port} inet n - n - - smtpd`, ...internal)
}

function lines(...text: readonly string[]): string {
  return `${text.join('\n')}\n`
}
