import type { AddressInfo } from 'node:net'
import { SMTPServer, type SMTPServerDataStream, type SMTPServerOptions } from 'smtp-server'
import type { Routes } from './rooted.ts'

/** The servers that a relay hands its mail to: those that do not want it, and the one that takes what it returns. */
export type NextHops = {
  readonly routes: Routes
  /**
   * The first message returned to example.com that holds the text. Rejects after 45 seconds, because a relay that returns
   * nothing does so forever.
   */
  readonly returned: (text: string) => Promise<Buffer>
  readonly close: () => Promise<void>
}

/** What a server does with mail, by the domain that stands for it. */
const behaviours = {
  'rcpt.example': { atRcpt: refusal(550, '5.1.1 no such user') },
  'data.example': { atData: refusal(554, '5.7.1 not wanted') },
  'plain.example': { atData: refusal(554, '5.7.1 not wanted'), lacks: ['8BITMIME', 'SMTPUTF8'] },
  'small.example': { atData: refusal(552, '5.3.4 too large'), size: 20_000 },
  // Without DSN (RFC 3461) the relay itself must say that it has handed the message on.
  'relayed.example': {},
  'later.example': { atRcpt: refusal(451, '4.2.1 try again later') },
} as const satisfies Readonly<Record<string, Behaviour>>

export type Destination = keyof typeof behaviours

type Behaviour = {
  readonly atRcpt?: Error
  readonly atData?: Error
  readonly lacks?: readonly ('8BITMIME' | 'SMTPUTF8')[]
  /** Octets. */
  readonly size?: number
}

/** Starts them all on ports of 127.0.0.1. */
export async function startNextHops(): Promise<NextHops> {
  const messages: Buffer[] = []
  const waiting = new Set<() => void>()
  const take = (message: Buffer): void => {
    messages.push(message)
    waiting.forEach((look) => look())
  }
  const domains = Object.entries<Behaviour>(behaviours)
  const servers = [serverOf({}, take), ...domains.map(([, behaviour]) => serverOf(behaviour, () => undefined))]
  const ports = await Promise.all(servers.map(listen))
  const names = ['example.com', ...domains.map(([domain]) => domain)]
  return {
    routes: new Map(names.map((name, i) => [name, ports[i]!])),
    returned: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = messages.find((message) => message.includes(text))
          if (found === undefined) return
          settle()
          resolve(found)
        }
        const settle = (): void => {
          clearTimeout(deadline)
          waiting.delete(look)
        }
        const deadline = setTimeout(() => {
          settle()
          reject(new Error(`Nothing that was returned within 45 s holds ${text}.`))
        }, 45_000)
        waiting.add(look)
        look()
      }),
    close: async () => {
      await Promise.all(servers.map((server) => new Promise<void>((closed) => server.close(closed))))
    },
  }
}

function serverOf({ atRcpt, atData, lacks = [], size }: Behaviour, take: (message: Buffer) => void): SMTPServer {
  const options: SMTPServerOptions = {
    name: 'mx.gone.example',
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    closeTimeout: 100,
    logger: false,
    ...(size === undefined ? {} : { size }),
    ...Object.fromEntries(lacks.map((extension) => [`hide${extension}`, true])),
    onRcptTo: (_address, _session, callback) => callback(atRcpt),
    onData: (stream, _session, callback) => {
      void read(stream).then((message) => {
        if (atData === undefined) take(message)
        callback(atData)
      })
    },
  }
  // A relay that is ended breaks off.
  return new SMTPServer(options).on('error', () => undefined)
}

async function read(stream: SMTPServerDataStream): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

function listen(server: SMTPServer): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.server.address() as AddressInfo).port))
  })
}

function refusal(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode })
}
