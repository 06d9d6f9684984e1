import type { AddressInfo } from 'node:net'
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server'
import { openInboxFolder } from './inbox/folder.ts'
import type { InboxMessage } from './inbox/message.ts'

export type { InboxMessage } from './inbox/message.ts'

/** The server that stands behind the filter on the laptop: it takes everything, and keeps it to be looked at. */
export type Inbox = {
  readonly port: number
  /** The newest first. */
  readonly messages: () => readonly InboxMessage[]
  /** The octets as they came by SMTP; null: there is no such message, or no more. */
  readonly raw: (id: string) => Buffer | null
  /** Told of each further message, once it is kept. */
  readonly onMessage: (listener: (message: InboxMessage) => void) => void
  readonly close: () => Promise<void>
}

export type InboxOptions = {
  /** A folder `inbox` is made in it; what lies there of an earlier run is found again. */
  readonly dataDir: string
  /** The oldest go when there are more. @default 1000 messages, 200 MB */
  readonly most?: { readonly messages: number; readonly octets: number }
  /** What could not be kept. @default nobody is told */
  readonly onReport?: (sentence: string) => void
}

/** SES takes messages of up to 40 MB, and the filter adds less than a kilobyte. */
const mostOctets = 41 * 1024 * 1024

/** Listens on 127.0.0.1, on a port that is free. */
export async function createInbox({
  dataDir,
  most = { messages: 1000, octets: 200 * 1024 * 1024 },
  onReport = () => undefined,
}: InboxOptions): Promise<Inbox> {
  const folder = openInboxFolder(dataDir, most)
  const listeners: ((message: InboxMessage) => void)[] = []
  const server = new SMTPServer({
    name: 'inbox.localhost',
    banner: 'The inbox behind Quietgate',
    size: mostOctets,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    lenientAddressParsing: true,
    maxRecipients: 1000,
    closeTimeout: 1000,
    logger: false,
    onData: (stream, session, callback) => {
      readMessage(stream).then(
        (octets) => {
          if (octets === null) {
            callback(refusal(552, '5.3.4 the message is too long'))
            return
          }
          try {
            const message = folder.keep(envelopeOf(session), octets)
            listeners.forEach((listener) => listener(message))
            callback(null, `2.6.0 kept as ${message.id}`)
          } catch (error) {
            onReport(`The inbox could not keep a message: ${String(error)}`)
            callback(refusal(452, '4.3.1 the message could not be kept'))
          }
        },
        // The client has broken off.
        (error: unknown) => callback(error instanceof Error ? error : new Error(String(error))),
      )
    },
  })
  const port = await listen(server)
  server.on('error', (error) => onReport(`A connection to the inbox failed: ${error.message}`))
  return {
    port,
    messages: folder.messages,
    raw: folder.raw,
    onMessage: (listener) => void listeners.push(listener),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

function listen(server: SMTPServer): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      server.removeListener('error', reject)
      resolve((server.server.address() as AddressInfo).port)
    })
  })
}

/** Null: it is too long. What is said after DATA must be read to its end all the same. */
async function readMessage(stream: SMTPServerDataStream): Promise<Buffer | null> {
  const chunks: Buffer[] = []
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    if (!stream.sizeExceeded) chunks.push(chunk)
  }
  return stream.sizeExceeded ? null : Buffer.concat(chunks)
}

function envelopeOf({ envelope: { mailFrom, rcptTo } }: SMTPServerSession): Pick<InboxMessage, 'from' | 'to'> {
  const from = mailFrom === false || mailFrom.address === '' ? null : mailFrom.address
  return { from, to: rcptTo.map(({ address }) => address) }
}

function refusal(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode })
}
