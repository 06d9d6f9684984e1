import type { BounceVerdict } from '../../lambda/core/judgement.ts'
import { variants } from './bounce-variants.ts'

/** What is expected of real servers. test/system/mail-servers.test.ts holds it against them; docs/mail-servers.md shows it. */
export const servers = ['postfix', 'exim', 'opensmtpd', 'sendmail'] as const

export type Server = (typeof servers)[number]

export type Outcome = {
  readonly verdict: BounceVerdict
  /** Extensions that the variant asks for, and that the server does not offer: it got the message without them. */
  readonly without: readonly string[]
}

/** Everything that is not authentic, and why it cannot be. */
const unproven: Readonly<Record<string, readonly Server[]>> = {
  // A signed Bcc is gone from what comes back.
  bcc: ['postfix', 'opensmtpd', 'sendmail'],
  // A space goes into the word, and no way to undo it is tried.
  'long-field': ['postfix', 'sendmail'],
  // Written anew, with quotes.
  dotted: ['sendmail'],
  // Folded anew, which is another octet sequence.
  'folded-simple': ['sendmail'],
}

const lacking: Readonly<Record<string, readonly Server[]>> = { smtputf8: ['opensmtpd', 'sendmail'] }

export function outcomeOf(server: Server, variant: string): Outcome {
  return {
    verdict: unproven[variant]?.includes(server) === true ? 'unverified' : 'authentic',
    without: lacking[variant]?.includes(server) === true ? ['SMTPUTF8'] : [],
  }
}

/** How a server returns a message. */
export type ReturnForm = {
  /** The type of the whole report. */
  readonly report: string
  /** The type of the part that returns the message: of a small one, of a large one, after RET=HDRS, in notices. */
  readonly small: string
  readonly large: string
  readonly headersOnly: string
  readonly delayed: string
  readonly relayed: string
  /** `Action:` of the two notices (RFC 3464 2.3.3). */
  readonly delayedAction: string
  readonly relayedAction: string
  /** Fields that stand above the message as it was sent. */
  readonly puts: readonly string[]
  /** `field (variant)`: fields that were sent and do not come back, and those that come back in other octets. */
  readonly drops: readonly string[]
  readonly rewrites: readonly string[]
  /** `field (variant)`: fields that come back at the end and were not sent. */
  readonly appends: readonly string[]
}

const message = 'message/rfc822'
const headers = 'text/rfc822-headers'

export const returnForms: { readonly [S in Server]: ReturnForm } = {
  postfix: {
    report: 'multipart/report',
    small: message,
    large: headers,
    headersOnly: headers,
    delayed: headers,
    relayed: headers,
    delayedAction: 'delayed',
    relayedAction: 'relayed',
    puts: ['return-path', 'received'],
    drops: ['bcc (bcc)'],
    rewrites: ['subject (long-field)'],
    appends: [],
  },
  exim: {
    report: 'multipart/report',
    small: message,
    large: headers,
    headersOnly: headers,
    delayed: headers,
    relayed: headers,
    delayedAction: 'delayed',
    relayedAction: 'delivered',
    puts: ['return-path', 'received'],
    drops: [],
    rewrites: [],
    appends: ['large', 'long-field', 'long-line'].map((variant) => `x-exim-dsn-information (${variant})`),
  },
  opensmtpd: {
    report: 'multipart/mixed',
    small: headers,
    large: headers,
    headersOnly: headers,
    delayed: headers,
    relayed: headers,
    delayedAction: 'delayed',
    relayedAction: 'relayed',
    puts: ['received'],
    drops: ['bcc (bcc)'],
    rewrites: [],
    appends: [],
  },
  sendmail: {
    report: 'multipart/report',
    small: message,
    large: message,
    headersOnly: headers,
    delayed: message,
    relayed: headers,
    delayedAction: 'delayed',
    relayedAction: 'relayed',
    puts: ['return-path', 'received'],
    drops: ['bcc (bcc)'],
    rewrites: ['from (dotted)', 'subject (long-field)', 'to (folded)', 'to (folded-simple)'],
    appends: [],
  },
}

const names: { readonly [S in Server]: string } = {
  postfix: 'Postfix 3.7',
  exim: 'Exim 4.96',
  opensmtpd: 'OpenSMTPD 6.8',
  sendmail: 'sendmail 8.17',
}

/** The tables of docs/mail-servers.md, by the name of the mark that they stand under. */
export function tables(): Readonly<Record<string, readonly string[]>> {
  const head = (first: string): readonly string[] => [
    row([first, ...servers.map((server) => names[server])]),
    row(['---', ...servers.map(() => '---')]),
  ]
  const forms = Object.keys(formRows) as readonly (keyof ReturnForm)[]
  return {
    outcomes: [
      ...head('variant'),
      ...variants.map(({ id, title }) =>
        row([`${title} (\`${id}\`)`, ...servers.map((server) => cellOf(outcomeOf(server, id)))]),
      ),
    ],
    forms: [
      ...head(''),
      ...forms.map((form) => row([formRows[form], ...servers.map((server) => textOf(returnForms[server][form]))])),
    ],
  }
}

const formRows: { readonly [F in keyof ReturnForm]: string } = {
  report: 'report',
  small: 'returns',
  large: 'of a large message',
  headersOnly: 'after RET=HDRS',
  delayed: 'in a delayed notice',
  relayed: 'in a relayed notice',
  delayedAction: 'action of a delayed notice',
  relayedAction: 'action of a relayed notice',
  puts: 'puts on top',
  drops: 'drops (variant)',
  rewrites: 'rewrites (variant)',
  appends: 'appends (variant)',
}

function cellOf({ verdict, without }: Outcome): string {
  return without.length === 0 ? verdict : `${verdict} (sent without ${without.join(', ')})`
}

function textOf(form: string | readonly string[]): string {
  return typeof form === 'string' ? form : form.length === 0 ? 'nothing' : form.join(', ')
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}
