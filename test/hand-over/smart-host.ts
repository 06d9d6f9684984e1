import type { AddressInfo } from 'node:net'
import { SMTPServer, type SMTPServerDataStream, type SMTPServerOptions } from 'smtp-server'

/** A message that the server took. */
export type TakenMail = {
  /** Null for `MAIL FROM:<>`. */
  readonly from: string | null
  readonly to: readonly string[]
  readonly octets: Buffer
  readonly secure: boolean
  readonly user: string | null
}

/** A server that takes mail on 127.0.0.1, and says no where it is told to. */
export type SmartHost = {
  readonly port: number
  readonly taken: readonly TakenMail[]
  /** Resolves when it has taken so many messages. */
  readonly has: (count: number) => Promise<void>
  /** What it says to a step; null: it takes it. */
  answer: Answers
  readonly close: () => Promise<void>
}

export type Answers = {
  readonly mail?: (from: string) => string | null
  readonly rcpt?: (to: string) => string | null
  readonly data?: () => string | null
}

/** @param options such as `secure`, `key` and `cert`; without a key it offers no TLS */
export async function startSmartHost(options: SMTPServerOptions = {}, port = 0): Promise<SmartHost> {
  const taken: TakenMail[] = []
  const waiting = new Set<() => void>()
  const host = { answer: {} as Answers }
  const server = new SMTPServer({
    name: 'mx.office.example',
    disabledCommands: [...(options.key === undefined ? ['STARTTLS'] : []), ...(options.onAuth ? [] : ['AUTH'])],
    disableReverseLookup: true,
    authOptional: options.onAuth === undefined,
    closeTimeout: 50,
    logger: false,
    lenientAddressParsing: true,
    onMailFrom: ({ address }, _session, callback) => callback(refusal(host.answer.mail?.(address))),
    onRcptTo: ({ address }, _session, callback) => callback(refusal(host.answer.rcpt?.(address))),
    onData: (stream, session, callback) => {
      read(stream).then((octets) => {
        const no = refusal(host.answer.data?.())
        const { mailFrom, rcptTo } = session.envelope
        const from = mailFrom === false || mailFrom.address === '' ? null : mailFrom.address
        const to = rcptTo.map(({ address }) => address)
        const user = typeof session.user === 'string' ? session.user : null
        if (no === null) taken.push({ from, to, octets, secure: session.secure, user })
        waiting.forEach((look) => look())
        callback(no)
        // A client that breaks off is what some tests are about.
      }, callback)
    },
    ...options,
  }).on('error', () => undefined)
  await new Promise<void>((resolve) => void server.listen(port, '127.0.0.1', resolve))
  return Object.assign(host, {
    port: (server.server.address() as AddressInfo).port,
    taken,
    has: (count: number) =>
      new Promise<void>((resolve) => {
        const look = (): void => {
          if (taken.length < count) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      }),
    close: () => new Promise<void>((resolve) => server.close(resolve)),
  })
}

/** Of `451 4.2.1 later`. */
function refusal(text: string | null | undefined): (Error & { readonly responseCode: number }) | null {
  if (text === null || text === undefined) return null
  return Object.assign(new Error(text.slice(4)), { responseCode: Number(text.slice(0, 3)) })
}

async function read(stream: SMTPServerDataStream): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}
