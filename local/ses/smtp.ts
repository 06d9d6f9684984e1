import type { AddressInfo } from 'node:net'
import { domainToASCII } from 'node:url'

import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server'

import { assumedBehaviour, type SmtpReply } from './behaviour.ts'
import { type Envelope, oneLine } from './envelope.ts'
import { acceptsRecipient, type ReceiptRuleSet } from './rules.ts'

export type SmtpListenerOptions = {
  readonly ruleSet: ReceiptRuleSet
  /** Takes a message in and says its id; called when DATA is over. */
  readonly accept: (envelope: Envelope, message: Buffer) => Promise<{ readonly messageId: string }>
  /** 0 for any free port. */
  readonly port: number
  /** The option that changes the port, named in the sentence about a port that is taken. */
  readonly portOption: string
  readonly region: string
  /** The reverse DNS, for a client that did not state a name. @default no client has a name */
  readonly reverseName?: (ip: string) => Promise<string | null>
  /** What a recipient hears that no rule takes. @default as it is assumed */
  readonly unmatchedReply?: SmtpReply
  /** Failures of connections. @default dropped */
  readonly onReport?: (sentence: string) => void
}

export type SmtpListener =
  | { readonly answer: 'listening'; readonly port: number; readonly close: () => Promise<void> }
  | { readonly answer: 'refused'; readonly sentence: string }

/** SES takes messages up to 40 MB. */
const mostBytes = 40 * 1024 * 1024

/**
 * Listens for mail on 127.0.0.1 as SES's inbound endpoint does: a recipient that no rule takes is refused, and a
 * message is answered for before its rules run, so that nothing a rule does can be heard by the client.
 *
 * Bytes are kept, bare line feeds included, with one exception that is the server library's: two dots after a bare line
 * feed lose one, as after CRLF. Addresses arrive with their domain as A-labels, whichever form the client used.
 *
 * XCLIENT (of Postfix) is taken from anybody, for a client on the same machine that states another address.
 * Which reply SES gives to an unknown recipient was found in no document: `behaviour.ts` has what is assumed.
 */
export async function startSmtpListener(options: SmtpListenerOptions): Promise<SmtpListener> {
  const server = new SMTPServer({
    name: `inbound-smtp.${options.region}.amazonaws.com`,
    banner: 'Quietgate, in the place of Amazon SES',
    size: mostBytes,
    rejectOversized: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    useXClient: true,
    lenientAddressParsing: true,
    maxRecipients: 1000,
    closeTimeout: 1000,
    logger: false,
    onRcptTo: ({ address }, _session, callback) => {
      const isTaken = acceptsRecipient(options.ruleSet, asLookedUp(address))
      const { code, text } = options.unmatchedReply ?? assumedBehaviour.unmatchedReply
      callback(isTaken ? null : refusal(code, text))
    },
    onData: (stream, session, callback) => {
      take(stream, session, options).then(
        (messageId) => callback(null, messageId === null ? undefined : `OK ${messageId}`),
        (error: unknown) => {
          // The client keeps the message; whoever runs the stack hears why.
          options.onReport?.(`a message was not taken: ${error instanceof Error ? error.message : String(error)}`)
          callback(refusal(451, '4.3.0 the message could not be taken, try again'))
        },
      )
    },
  })
  return listen(server, options)
}

function listen(server: SMTPServer, options: SmtpListenerOptions): Promise<SmtpListener> {
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      resolve({ answer: 'refused', sentence: why(error, options) }),
    )
    server.listen(options.port, '127.0.0.1', () => {
      server.removeAllListeners('error')
      // A client that breaks off is no reason for the listener to fall.
      server.on('error', (error) => options.onReport?.(`an SMTP connection failed: ${error.message}`))
      const { port } = server.server.address() as AddressInfo
      const close = (): Promise<void> => new Promise((closed) => server.close(closed))
      resolve({ answer: 'listening', port, close })
    })
  })
}

function why(error: NodeJS.ErrnoException, { port, portOption }: SmtpListenerOptions): string {
  if (error.code === 'EADDRINUSE') {
    return `port ${port} for SMTP is taken by another program: end that program, or choose another port with ${portOption}`
  }
  if (error.code === 'EACCES') {
    return `port ${port} for SMTP may not be used by this user: choose one above 1023 with ${portOption}`
  }
  return `SMTP cannot listen on port ${port} (${error.message}): choose another port with ${portOption}`
}

/** The id, or null for a message that is too long, which the server refuses by itself. */
async function take(
  stream: SMTPServerDataStream,
  session: SMTPServerSession,
  options: SmtpListenerOptions,
): Promise<string | null> {
  const chunks: Buffer[] = []
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    if (!stream.sizeExceeded) chunks.push(chunk)
  }
  if (stream.sizeExceeded) return null
  const envelope = await envelopeOf(session, options)
  return (await options.accept(envelope, Buffer.concat(chunks))).messageId
}

async function envelopeOf(session: SMTPServerSession, { reverseName }: SmtpListenerOptions): Promise<Envelope> {
  const { mailFrom, rcptTo } = session.envelope
  const reversePath = mailFrom === false ? '' : mailFrom.address
  const clientIp = session.remoteAddress.replace(/^::ffff:/i, '')
  const stated = session.xClient.has('NAME') ? session.xClient.get('NAME') : undefined
  const clientName = stated === undefined ? ((await reverseName?.(clientIp)) ?? null) : stated
  const helo = session.xClient.get('HELO')
  return {
    clientIp,
    clientName: typeof clientName === 'string' && clientName !== '' ? oneLine(clientName) : null,
    helo: oneLine(typeof helo === 'string' && helo !== '' ? helo : session.hostNameAppearsAs),
    reversePath: reversePath === '' ? null : asLookedUp(reversePath),
    recipients: rcptTo.map(({ address }) => asLookedUp(address)),
  }
}

/** The server turns A-labels into U-labels. Back again: an address travels as it is looked up. */
function asLookedUp(address: string): string {
  const at = address.lastIndexOf('@')
  const domain = address.slice(at + 1)
  if (/^[\x20-\x7e]*$/.test(domain)) return address
  return `${address.slice(0, at + 1)}${(/^[\p{L}\p{M}\p{N}._-]{1,255}$/u.test(domain) && domainToASCII(domain)) || domain}`
}

function refusal(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode })
}
