import { startRooted, type MailServer, type Routes } from './rooted.ts'
import { freePort } from './server-log.ts'

/** Starts Exim as a relay between the routes. What it cannot deliver it returns at once; it warns of a delay after a second. */
export async function startExim(routes: Routes): Promise<MailServer> {
  const port = await freePort()
  return startRooted({
    name: 'exim',
    command: ['/usr/sbin/exim4', '-bdf', '-q1s'],
    accounts: { 'Debian-exim': 10, mail: 8 },
    logFile: '/var/log/exim4/mainlog',
    owned: [
      ['/var/spool/exim4', 'Debian-exim', 0o750],
      ['/var/log/exim4', 'Debian-exim', 0o750],
      ['/var/log/exim4/mainlog', 'Debian-exim', 0o640],
      ['/run/exim4', 'Debian-exim', 0o755],
    ],
    files: { '/var/log/exim4/mainlog': '', '/etc/exim4/exim4.conf': settingsOf(port, routes) },
    port,
    isUp: (log) => log.some((line) => line.includes('daemon started')),
  })
}

function settingsOf(port: number, routes: Routes): string {
  const domains = [...routes.keys()].join(' : ')
  const hosts = [...routes].map(([domain, at]) => `${domain} 127.0.0.1::${at}`).join(' ; ')
  return [
    'primary_hostname = exim.partner.example',
    'local_interfaces = 127.0.0.1',
    `daemon_smtp_ports = ${port}`,
    'pid_file_path = /run/exim4/exim.pid',
    'log_file_path = /var/log/exim4/%slog',
    'tls_advertise_hosts =',
    'dsn_advertise_hosts = *',
    'smtputf8_advertise_hosts = *',
    'rfc1413_hosts =',
    'host_lookup =',
    'delay_warning = 1s',
    'keep_environment =',
    'acl_smtp_rcpt = accept_all',
    'acl_smtp_data = accept_all',
    'smtp_accept_max = 100',
    'message_size_limit = 1M',
    'begin acl',
    'accept_all:',
    '  accept',
    'begin routers',
    'to_the_next:',
    '  driver = manualroute',
    `  domains = ${domains}`,
    `  route_list = ${hosts}`,
    '  self = send',
    '  transport = smtp',
    'begin transports',
    'smtp:',
    '  driver = smtp',
    // Its root has no /etc/services.
    '  port = 25',
    // Else it refuses its own report about a longer line, and nobody hears of anything.
    '  message_linelength_limit = 1M',
    '  hosts_try_fastopen =',
    'begin retry',
    '* * F,1h,1s',
    '',
  ].join('\n')
}
