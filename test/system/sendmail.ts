import { startRooted, type MailServer, type Routes } from './rooted.ts'
import { freePort } from './server-log.ts'

/** Starts sendmail as a relay between the routes. It looks at its queue each second, and warns of a delay after one. */
export async function startSendmail(routes: Routes): Promise<MailServer> {
  const port = await freePort()
  return startRooted({
    name: 'sendmail',
    // Its log is syslog's. To its output it writes what is debugged: of its daemon (15), a little.
    command: ['/usr/libexec/sendmail/sendmail', '-bD', '-q1s', '-C', '/etc/mail/sendmail.cf', '-d15.1'],
    accounts: { mail: 8 },
    logFile: null,
    owned: [
      ['/var/spool/mqueue', 'root', 0o700],
      ['/var/run/sendmail/mta', 'root', 0o755],
      ['/etc/mail', 'root', 0o755],
      ['/etc/mail/sendmail.cf', 'root', 0o644],
    ],
    files: { '/etc/mail/sendmail.cf': settingsOf(port, routes), '/etc/mail/service.switch': 'hosts files\n' },
    port,
    isUp: (log) => log.some((line) => line.startsWith('getrequests:') && line.includes(' socket ')),
  })
}

/** The language of sendmail.cf: tabs part the sides of a rule. What Debian's m4 would make for a relay, and no more. */
function settingsOf(port: number, routes: Routes): string {
  const sinks = [...routes].map(([domain, at], i) => ({ domain, at, name: `next${i}` }))
  return [
    'V10/Berkeley',
    'Djsendmail.partner.example',
    'DnMAILER-DAEMON',
    'O QueueDirectory=/var/spool/mqueue',
    `O DaemonPortOptions=Name=MTA, Addr=127.0.0.1, Port=${port}`,
    'O DeliveryMode=background',
    'O SendMimeErrors=True',
    'O EightBitMode=pass8',
    'O MaxHeadersLength=1000000',
    'O MinQueueAge=1s',
    'O Timeout.queuewarn=1s',
    'O Timeout.hoststatus=0s',
    'O Timeout.ident=0s',
    // It stops listening on a busy machine, and a test machine is one.
    'O QueueLA=1000',
    'O RefuseLA=1000',
    'O DefaultUser=8:8',
    'O SmtpGreetingMessage=$j ESMTP',
    'O PrivacyOptions=public',
    'O ServiceSwitchFile=/etc/mail/service.switch',
    'O TempFileMode=0600',
    'Troot',
    'H?P?Return-Path: <$g>',
    'HReceived: $?sfrom $s $.$?_($?s$|from $.$_)\n\t$.by $j ($v/$Z)$?r with $r$. id $i$?u\n\tfor $u; $|;\n\t$.$b',
    'H?D?Date: $a',
    'H?F?From: $?x$x <$g>$|$g$.',
    'H?M?Message-Id: <$t.$i@$j>',
    'Scanonify=3',
    'R$@\t$@ <@>',
    'R$* < > $*\t$@ <@>',
    'R$* < $+ > $*\t$: $2',
    'R$+ @ $+\t$@ $1 <@ $2>',
    'Sparse=0',
    'R<@>\t$#local $: <>',
    ...sinks.map(({ domain, name }) => `R$+ <@ ${domain}>\t$#${name} $@ [127.0.0.1] $: $1 @ ${domain}`),
    'R$*\t$#error $@ 5.1.2 $: "550 no route"',
    'Sfinal=4',
    'R$* <@>\t$@',
    'R$+ <@ $+>\t$@ $1 @ $2',
    'Mlocal, P=/bin/false, F=lsDFMAw5:/|@q, T=DNS/RFC822/X-Unix, A=false',
    'Mprog, P=/bin/false, F=lsDFMoqe, T=X-Unix/X-Unix/X-Unix, A=false',
    ...sinks.map(({ at, name }) => `M${name}, P=[IPC], F=mDFMuXa, E=\\r\\n, L=990, T=DNS/RFC822/SMTP, A=TCP $h ${at}`),
    '',
  ].join('\n')
}
