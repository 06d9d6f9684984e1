/** Notices as servers write them, each in the form of its kind; nobody of these people exists. */

/** Lines as SMTP carries them. */
export const mail = (...lines: readonly string[]): Buffer => Buffer.from(lines.map((line) => `${line}\r\n`).join(''))

/** The header of the message that is returned everywhere here. */
export const sentHeader: readonly string[] = [
  'Received: from desk.example.com ([192.0.2.7]) by out.example.com; Mon, 2 Nov 2026 10:00:00 +0000',
  'DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=k1; h=from:to:date;',
  ' bh=AAAA; b=BBBB',
  'From: "Alice A. Smith" <alice@example.com>',
  'To: gone@away.example',
  'Subject: The plan',
  'Date: Mon, 2 Nov 2026 10:00:00 +0000',
  'Message-ID: <plan-1@example.com>',
]

export const sentRaw = sentHeader.map((line) => `${line}\r\n`).join('')

export const returned = {
  messageId: 'plan-1@example.com',
  from: 'alice@example.com',
  to: 'gone@away.example',
  date: 'Mon, 2 Nov 2026 10:00:00 +0000',
  dkim: [{ d: 'example.com', s: 'k1' }],
  complete: true,
}

const to = 'To: alice@example.com'
const daemon = 'From: MAILER-DAEMON@away.example (Mail Delivery System)'

/** RFC 3464, with the type of the status part, of the returned part, and the content of that. */
export const report = (
  statusType = 'message/delivery-status',
  returnedType = 'message/rfc822',
  content: readonly string[] = [...sentHeader, '', 'The plan is this.'],
  ...fields: readonly string[]
): Buffer =>
  mail(
    'Return-Path: <>',
    daemon,
    to,
    'Subject: Undelivered Mail Returned to Sender',
    'MIME-Version: 1.0',
    'Content-Type: Multipart/Report; Report-Type="Delivery-Status";',
    ' boundary="edge/1"',
    '',
    '--edge/1',
    '',
    'It did not work.',
    '--edge/1',
    `Content-Type: ${statusType}`,
    '',
    'Reporting-MTA: dns; mx.away.example',
    '',
    'Action: Failed',
    'Final-Recipient: rfc822; gone@away.example',
    'Status: 5.1.1 (unknown)',
    '',
    '--edge/1',
    `Content-Type: ${returnedType}`,
    ...fields,
    '',
    ...content,
    '--edge/1--',
  )

/** A notice in plain text, as servers older than RFC 3464 write it, and some newer ones. */
const plain = (from: string, subject: string, ...lines: readonly string[]): Buffer =>
  mail(from, to, `Subject: ${subject}`, 'Return-Path: <>', '', ...lines)

const encoded = (subject: string): string => `=?utf-8?B?${Buffer.from(subject).toString('base64')}?=`

/** By server: each is nonstandard, returns `sentHeader` as it stands, and names gone@away.example. */
export const plainNotices: Readonly<Record<string, Buffer>> = {
  qmail: plain(
    'From: MAILER-DAEMON@away.example',
    'failure notice',
    'Hi. This is the qmail-send program at away.example.',
    "I'm afraid I wasn't able to deliver your message to the following addresses.",
    '',
    '<gone@away.example>:',
    'Sorry, no mailbox here by that name. (#5.1.1)',
    '',
    '--- Below this line is a copy of the message.',
    '',
    ...sentHeader,
    '',
    'The plan.',
  ),
  exim: plain(
    'From: Mail Delivery System <Mailer-Daemon@away.example>',
    'Mail delivery failed: returning message to sender',
    'This message was created automatically by mail delivery software.',
    '',
    '  gone@away.example',
    '    Unrouteable address 5.1.1',
    '',
    '------ This is a copy of the message, including all the headers. ------',
    '',
    ...sentHeader,
  ),
  sendmail: plain(
    'From: Mail Delivery Subsystem <MAILER-DAEMON@away.example>',
    'Returned mail: User unknown',
    '   ----- Transcript of session follows -----',
    '550 <gone@away.example>... 5.1.1 User unknown',
    '',
    '   ----- Unsent message follows -----',
    ...sentHeader,
    '',
    'The plan.',
  ),
  dma: plain(
    'From: MAILER-DAEMON <>',
    'Mail delivery failed',
    'Your message to the address',
    '<gone@away.example>',
    'could not be delivered: 550 5.1.1 unknown',
    '',
    'Message headers follow.',
    '',
    ...sentHeader,
  ),
  'a quotation': plain(
    'From: postmaster@away.example',
    'Undeliverable: The plan',
    'gone@away.example: 550 5.1.1 unknown',
    '',
    ...sentHeader.map((line) => `> ${line}`),
  ),
}

const sentence: Readonly<Record<string, readonly [string, string]>> = {
  English: ['Undeliverable: The plan', 'Your message could not be delivered.'],
  Swedish: ['Kunde inte levereras: Planen', 'Meddelandet kunde inte levereras.'],
  German: ['Unzustellbar: Der Plan', 'Ihre Nachricht konnte nicht zugestellt werden.'],
  French: ['Non remis : Le plan', "Votre message n'a pas pu être remis."],
  Spanish: ['No se puede entregar: El plan', 'Su mensaje no se pudo entregar.'],
  Italian: ['Non recapitabile: Il piano', 'Impossibile recapitare il messaggio.'],
  Dutch: ['Onbestelbaar: Het plan', 'Uw bericht kan niet worden bezorgd.'],
  Portuguese: ['Não é possível entregar: O plano', 'Não foi possível entregar a mensagem.'],
  Polish: ['Niedostarczona: Plan', 'Nie można dostarczyć wiadomości.'],
  Russian: ['Не удается доставить: План', 'Ваше сообщение не доставлено.'],
  Japanese: ['配信不能: 計画', 'メッセージを配信できませんでした。'],
  Chinese: ['系统退信: 计划', '您的邮件无法投递。'],
}

/** One a language, from a server whose name says nothing, in base64. */
export const languages: Readonly<Record<string, Buffer>> = Object.fromEntries(
  Object.entries(sentence).map(([language, [subject, text]]) => [
    language,
    mail(
      'Return-Path: <>',
      'From: notices@away.example',
      to,
      `Subject: ${encoded(subject)}`,
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: base64',
      '',
      Buffer.from(`${text}\r\n\r\n${sentRaw}`).toString('base64'),
    ),
  ]),
)

const person = 'From: Bob <bob@partner.example>'

/** What is no bounce, and what it is. */
export const others: Readonly<Record<string, readonly [kind: string, message: Buffer]>> = {
  'an ordinary message': ['none', mail(person, to, 'Subject: Lunch', '', 'At noon?')],
  'a list post about bounces': [
    'none',
    mail(
      person,
      'To: list@lists.example',
      'Subject: Undelivered Mail Returned to Sender',
      'List-Id: <list.lists.example>',
      '',
      'My mail could not be delivered: 550 5.1.1 unknown',
      '',
      ...sentHeader,
    ),
  ],
  'a forwarded notice': [
    'none',
    mail(
      person,
      to,
      'Subject: Fwd: Undelivered Mail Returned to Sender',
      'Content-Type: multipart/mixed; boundary=f',
      '',
      '--f',
      '',
      'Could not be delivered, why?',
      '--f',
      'Content-Type: message/rfc822',
      '',
      ...report().toString().split('\r\n'),
      '--f--',
    ),
  ],
  'a person who asks about a notice, with it attached': [
    'none',
    mail(
      person,
      to,
      'Subject: Undelivered mail',
      'Content-Type: multipart/mixed; boundary=f',
      '',
      '--f',
      '',
      'Could not be delivered, why?',
      '--f',
      'Content-Type: message/rfc822',
      '',
      daemon,
      'Message-ID: <9@away.example>',
      'Date: Mon, 2 Nov 2026 10:00:00 +0000',
      '',
      'x',
      '--f--',
    ),
  ],
  'an answer that quotes a notice': [
    'none',
    mail(
      person,
      to,
      'Subject: Re: failure notice',
      'In-Reply-To: <1@example.com>',
      '',
      '> could not be delivered',
      ...sentHeader.map((line) => `> ${line}`),
    ),
  ],
  'an answer with what was sent attached': [
    'none',
    mail(
      person,
      to,
      'Subject: Re: Undelivered mail',
      'In-Reply-To: <1@example.com>',
      'Content-Type: multipart/mixed; boundary=f',
      '',
      '--f',
      '',
      'It could not be delivered.',
      '--f',
      'Content-Type: message/rfc822',
      '',
      ...sentHeader,
      '',
      'x',
      '--f--',
    ),
  ],
  'a TLS report': [
    'none',
    mail(
      'Return-Path: <>',
      'From: tls@partner.example',
      to,
      'Subject: Report Domain: example.com',
      'Content-Type: multipart/report; report-type=tlsrpt; boundary=t',
      '',
      '--t',
      '',
      'x',
      '--t--',
    ),
  ],
  'a DMARC report': [
    'none',
    mail(
      'Return-Path: <>',
      'From: dmarc@partner.example',
      to,
      'Subject: Report Domain: example.com Submitter: partner.example',
      'Content-Type: application/gzip',
      'Content-Transfer-Encoding: base64',
      '',
      'H4sIAAAA',
    ),
  ],
  'a calendar reply': [
    'none',
    mail(
      'Return-Path: <>',
      person,
      to,
      'Subject: Undeliverable meeting',
      'Content-Type: text/calendar; method=REPLY',
      '',
      'BEGIN:VCALENDAR',
    ),
  ],
  'a meeting forward notification': [
    'none',
    mail(
      'Return-Path: <>',
      person,
      to,
      'Subject: Meeting Forward Notification: Plan',
      '',
      'Your meeting was forwarded.',
    ),
  ],
  'a read receipt about a notice': [
    'mdn',
    mail(
      'Return-Path: <>',
      person,
      to,
      'Subject: Not read: Undeliverable: x',
      'Content-Type: multipart/report; report-type=disposition-notification; boundary=m',
      '',
      '--m',
      '',
      'x',
      '--m--',
    ),
  ],
  'a feedback report': [
    'feedback-report',
    mail(
      'From: fbl@partner.example',
      to,
      'Subject: complaint',
      'Content-Type: multipart/report; report-type=feedback-report; boundary=a',
      '',
      '--a',
      'Content-Type: message/feedback-report',
      '',
      'Feedback-Type: abuse',
      '--a--',
    ),
  ],
  'a vacation reply that quotes': [
    'auto-reply',
    mail(
      'Return-Path: <>',
      person,
      to,
      'Subject: Automatic reply: The plan',
      'Auto-Submitted: auto-replied',
      '',
      'I am away.',
      '',
      '-----Original Message-----',
      ...sentHeader,
    ),
  ],
  'a challenge': [
    'challenge',
    mail(
      'Return-Path: <>',
      person,
      to,
      'Subject: Re: The plan',
      'Auto-Submitted: auto-replied',
      '',
      'Please confirm your message: follow this link.',
    ),
  ],
}
