import MailComposer from 'nodemailer/lib/mail-composer'
import { eicar, report, sentBy } from '../samples.ts'
import { signedHeader } from '../samples/signed-header.ts'
import type { Outgoing } from '../send.ts'
import type { SendForm, SendRequest } from './api.ts'

/** A client that no list of the samples knows. */
const defaultHelo = 'mail.partner.example'

/** The message that somebody asks to be sent, with its envelope. */
export async function composed(request: SendRequest): Promise<Outgoing> {
  const { from, to, clientIp, helo = defaultHelo } = request
  const reversePath = from === '' ? null : from
  const envelope = { recipients: to, clientIp, helo }
  if ('raw' in request) return { ...envelope, reversePath, message: Buffer.from(request.raw, 'base64') }
  const kind = request.kind ?? 'plain'
  if (kind !== 'bounce' && kind !== 'backscatter') return { ...envelope, reversePath, message: await letter(request) }
  // A report goes to whom the returned message seems to be of, and never has a sender (RFC 3464 2).
  const [bounced = ''] = to
  const returned = sentBy(bounced)
  // A line break in a subject would be another field.
  const subject = request.subject.replaceAll(/[\r\n]+/g, ' ').trim()
  const message = report(
    bounced,
    kind === 'bounce' ? signedHeader(returned, new Date()) : returned,
    subject === '' ? undefined : subject,
  )
  return { ...envelope, reversePath: null, message }
}

function letter({ from, to, subject, body, kind }: SendForm): Promise<Buffer> {
  const text = kind === 'eicar' ? `${body}\r\n${eicar()}\r\n` : body
  const composer = new MailComposer({
    from: from === null || from === '' ? 'MAILER-DAEMON@partner.example' : from,
    to: [...to],
    subject,
    ...(kind === 'html' ? { html: body } : { text }),
  })
  return composer.compile().build()
}
