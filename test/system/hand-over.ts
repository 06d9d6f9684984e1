import { connect, type Socket } from 'node:net'

export type HandOver = {
  readonly reversePath: string
  readonly recipient: string
  /** Parameters of MAIL FROM and RCPT TO (`RET=HDRS`, `NOTIFY=SUCCESS`); each is said only to a server that offers its extension. */
  readonly mailParameters: readonly Parameter[]
  readonly rcptParameters: readonly Parameter[]
  /** Lines end in CRLF. */
  readonly message: Buffer
}

export type Parameter = 'BODY=8BITMIME' | 'SMTPUTF8' | 'RET=HDRS' | 'NOTIFY=SUCCESS,FAILURE'

const extensionOf: { readonly [P in Parameter]: string } = {
  'BODY=8BITMIME': '8BITMIME',
  SMTPUTF8: 'SMTPUTF8',
  'RET=HDRS': 'DSN',
  'NOTIFY=SUCCESS,FAILURE': 'DSN',
}

/**
 * Hands one message to the server on 127.0.0.1, octet by octet as it is: no client library leaves 8-bit headers and long lines
 * alone. Answers the extensions that it needed and that the server lacks; rejects when the server refuses the message.
 */
export async function handOver(port: number, mail: HandOver): Promise<readonly string[]> {
  const socket = connect(port, '127.0.0.1')
  socket.setTimeout(30_000, () => socket.destroy(new Error('the server said nothing for 30 s')))
  const said = replies(socket)
  const say = async (line: string | Buffer, expected: RegExp): Promise<string> => {
    if (line.length > 0) socket.write(line)
    const reply = await said().catch((error: unknown) => String(error))
    const told = line.length === 0 ? 'a connection' : line.toString('latin1').slice(0, 100)
    if (!expected.test(reply)) throw new Error(`${told} was answered: ${reply}`)
    return reply
  }
  try {
    await say('', /^220/)
    const greeting = await say('EHLO desk.example.com\r\n', /^250/)
    const offered = greeting.split('\n').map((line) => line.slice(4).trim().split(' ')[0]!.toUpperCase())
    const parametersOf = (parameters: readonly Parameter[]): string =>
      parameters
        .filter((parameter) => offered.includes(extensionOf[parameter]))
        .map((parameter) => ` ${parameter}`)
        .join('')
    await say(`MAIL FROM:<${mail.reversePath}>${parametersOf(mail.mailParameters)}\r\n`, /^250/)
    await say(`RCPT TO:<${mail.recipient}>${parametersOf(mail.rcptParameters)}\r\n`, /^250/)
    await say('DATA\r\n', /^354/)
    const stuffed = mail.message.toString('latin1').replaceAll(/^\./gm, '..')
    await say(Buffer.from(`${stuffed}.\r\n`, 'latin1'), /^250/)
    await say('QUIT\r\n', /^221/)
    const needed = [...mail.mailParameters, ...mail.rcptParameters].map((parameter) => extensionOf[parameter])
    return [...new Set(needed)].filter((extension) => !offered.includes(extension))
  } finally {
    socket.destroy()
  }
}

/** Each call resolves with the next whole reply. */
function replies(socket: Socket): () => Promise<string> {
  const chunks = socket.setEncoding('latin1')[Symbol.asyncIterator]() as AsyncIterator<string, undefined>
  let text = ''
  return async () => {
    for (;;) {
      const end = /^\d{3}(?: .*)?\r\n/m.exec(text)
      if (end !== null) {
        const reply = text.slice(0, end.index + end[0].length)
        text = text.slice(reply.length)
        return reply
      }
      const chunk = await chunks.next()
      if (chunk.done === true) return '(the server hung up)'
      text += chunk.value
    }
  }
}
