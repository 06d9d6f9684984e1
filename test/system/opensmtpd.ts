import { startRooted, type MailServer, type Routes } from './rooted.ts'
import { freePort } from './server-log.ts'

/** Starts OpenSMTPD as a relay between the routes. It warns of a delay after a second. */
export async function startOpenSmtpd(routes: Routes): Promise<MailServer> {
  const port = await freePort()
  return startRooted({
    name: 'opensmtpd',
    command: ['/usr/sbin/smtpd', '-d', '-v', '-f', '/etc/smtpd.conf'],
    accounts: { opensmtpd: 10, opensmtpq: 9 },
    logFile: null,
    owned: [
      ['/var/lib/opensmtpd/empty', 'root', 0o755],
      ['/var/spool', 'root', 0o755],
      ['/var/spool/smtpd', 'root', 0o711],
      ['/var/run', 'root', 0o755],
    ],
    files: { '/etc/smtpd.conf': settingsOf(port, routes), '/etc/mailname': 'opensmtpd.partner.example\n' },
    port,
    isUp: (log) => log.some((line) => line.includes('smtp: listen on')),
  })
}

function settingsOf(port: number, routes: Routes): string {
  return [
    'bounce warn-interval 1s',
    `listen on 127.0.0.1 port ${port} hostname opensmtpd.partner.example`,
    ...[...routes].flatMap(([domain, at], i) => [
      // It connects between two addresses every five seconds only; all next hops have one address, so each gets another source.
      `action "${domain}" relay host "smtp://127.0.0.1:${at}" src 127.0.0.${i + 2}`,
      `match from any for domain "${domain}" action "${domain}"`,
    ]),
    '',
  ].join('\n')
}
