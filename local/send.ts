import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import SMTPConnection from 'nodemailer/lib/smtp-connection'

/** A message to hand to the listener, with the client that it shall seem to come from. */
export type Outgoing = {
  readonly reversePath: string | null
  readonly recipients: readonly string[]
  /** The bytes that follow DATA. */
  readonly message: Buffer
  readonly clientIp: string
  readonly helo: string
}

export type Sent =
  | { readonly answer: 'accepted'; readonly reply: string; readonly refused: readonly string[] }
  | { readonly answer: 'refused'; readonly reply: string }

/** Hands a message to the listener on 127.0.0.1 over SMTP. Rejects when nobody listens. */
export async function send(port: number, { clientIp, helo, ...outgoing }: Outgoing): Promise<Sent> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  await stateClient(socket, clientIp, helo)
  const connection = new SMTPConnection({ connection: socket, name: helo, ignoreTLS: true, socketTimeout: 120_000 })
  try {
    await new Promise<void>((resolve, reject) => {
      connection.once('error', reject)
      connection.connect(() => resolve())
    })
    return await deliver(connection, outgoing)
  } finally {
    connection.close()
  }
}

type Connection = InstanceType<typeof SMTPConnection>

function deliver(
  connection: Connection,
  { reversePath, recipients, message }: Omit<Outgoing, 'clientIp' | 'helo'>,
): Promise<Sent> {
  const envelope = { from: reversePath ?? '', to: [...recipients], use8BitMime: true }
  return new Promise((resolve, reject) => {
    connection.send(envelope, message, (error, info) => {
      if (error === null) {
        resolve({ answer: 'accepted', reply: info.response, refused: info.rejected })
      } else if (typeof error.response === 'string') resolve({ answer: 'refused', reply: error.response })
      else reject(error)
    })
  })
}

/**
 * States the client's address by XCLIENT (Postfix, XCLIENT_README), which no library here speaks, and leaves the socket
 * where a client finds it: with the greeting to be read. The server greets anew after XCLIENT.
 */
async function stateClient(socket: Socket, clientIp: string, helo: string): Promise<void> {
  await reply(socket, '220')
  socket.write(`EHLO ${helo}\r\n`)
  await reply(socket, '250')
  const address = clientIp.includes(':') ? `IPV6:${clientIp}` : clientIp
  socket.write(`XCLIENT ADDR=${address} NAME=[UNAVAILABLE] HELO=${helo}\r\n`)
  // The new greeting is left unread, for the connection that takes over.
  await once(socket, 'readable')
}

/** Reads one reply of SMTP (RFC 5321 4.2), lines and all. */
async function reply(socket: Socket, expected: string): Promise<void> {
  let text = ''
  for (;;) {
    const chunk = socket.read() as Buffer | null
    if (chunk === null) {
      await once(socket, 'readable')
      continue
    }
    text += chunk.toString('latin1')
    if (!/(^|\n)\d{3} [^\n]*\n$/.test(text)) continue
    if (text.startsWith(expected)) return
    throw new Error(`The SMTP listener answered "${text.trim()}" where ${expected} was expected.`)
  }
}
