import SMTPConnection from 'nodemailer/lib/smtp-connection'
import { Readable } from 'node:stream'
import { ownHeaderLines } from '../core/hand-over/header-lines.ts'
import { createFieldRemover } from '../core/hand-over/own-fields.ts'
import type { SmtpPlan } from '../core/hand-over/plan.ts'
import { judgeReply, type Reply } from '../core/hand-over/replies.ts'
import type { HandOverTarget, OutgoingMail, RecipientOutcome } from '../ports/hand-over-target.ts'
import type { MailStream } from '../ports/mail-stream.ts'

/** Gives the text of the secret, JSON with `username` and `password`; null if it could not be read. */
export type ReadCredentials = (signal: AbortSignal) => Promise<string | null>

/**
 * Hands messages to an SMTP server (RFC 5321), one connection a message. The envelope stays as it was, a null sender too; our
 * fields come on top, and below them every octet of the raw mail but those that cannot travel by SMTP: a CR or an LF alone
 * becomes CRLF. On top of a message that is released nothing comes.
 */
export function createSmtpRelay(plan: SmtpPlan, readMail: MailStream, credentials: ReadCredentials): HandOverTarget {
  return async (mail, signal) => {
    const login = plan.credentials === null ? null : await credentials(signal)
    if (plan.credentials !== null && login === null) return all(mail, 'later', 'the credentials could not be read')
    const opened = await readMail(mail.job.kept_key, signal)
    if (opened.answer === 'missing') return all(mail, 'refused', 'the raw mail is not there any more')
    if (opened.answer === 'failed') return all(mail, 'later', `the raw mail could not be read: ${opened.cause}`)
    // What is released goes out as it lies there, so that it can be compared with what was kept.
    const top = mail.job.origin === 'release' ? '' : ownHeaderLines(mail.job, mail.record)
    const content = Readable.from(below(top, opened.content), { objectMode: false })
    try {
      return await session(plan, login, mail, content, top.length + opened.octets, signal)
    } finally {
      content.destroy()
    }
  }
}

/** The secret as it must be written; null for anything else. */
export function credentialsOf(text: string): { readonly user: string; readonly pass: string } | null {
  try {
    const { username, password } = JSON.parse(text) as { readonly username?: unknown; readonly password?: unknown }
    return typeof username === 'string' && typeof password === 'string' ? { user: username, pass: password } : null
  } catch {
    return null
  }
}

async function* below(top: string, content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield Buffer.from(top, 'latin1')
  const fields = createFieldRemover()
  for await (const chunk of content) yield fields.push(chunk)
  yield fields.end()
}

type SmtpError = SMTPConnection.SMTPError & {
  readonly recipient?: string
  readonly rejectedErrors?: readonly SmtpError[]
}

async function session(
  plan: SmtpPlan,
  login: string | null,
  mail: OutgoingMail,
  content: Readable,
  size: number,
  signal: AbortSignal,
): Promise<readonly RecipientOutcome[]> {
  const connection = connectionTo(plan)
  const giveUp = (): void => connection.close()
  const isOver = (): boolean => signal.aborted
  if (isOver()) return all(mail, 'later', 'the time for this try is up')
  signal.addEventListener('abort', giveUp, { once: true })
  const to = [...new Set(mail.survivors.map((survivor) => survivor.to))]
  try {
    await step(connection, (done) => connection.connect((error) => done(error)))
    const auth = login === null ? null : credentialsOf(login)
    if (login !== null && auth === null) return all(mail, 'later', 'the secret is no JSON with username and password')
    if (auth !== null) await step(connection, (done) => connection.login(auth, (error) => done(error)))
    const envelope = { from: mail.job.mail_from ?? '', to, size, use8BitMime: true }
    const info = await step<SMTPConnection.SentMessageInfo>(connection, (done) =>
      connection.send(envelope, content, done),
    )
    connection.quit()
    return outcomesOf(mail, info.rejectedErrors ?? [], { outcome: 'taken', reply: info.response })
  } catch (error) {
    if (!(error instanceof Error)) throw error
    if (isOver()) return all(mail, 'later', 'the time for this try is up')
    const { rejectedErrors = [] } = error as SmtpError
    return outcomesOf(mail, rejectedErrors, heardFrom(error))
  } finally {
    signal.removeEventListener('abort', giveUp)
    connection.close()
  }
}

function connectionTo({ host, port, tls, ca }: SmtpPlan): SMTPConnection {
  return new SMTPConnection({
    host,
    port,
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    tls: { minVersion: 'TLSv1.2', ...(ca === null ? {} : { ca }) },
    connectionTimeout: 10_000,
    greetingTimeout: 20_000,
    // A server may take minutes to answer for the end of a message (RFC 5321 4.5.3.2.6); the worker's own time ends it earlier.
    socketTimeout: 120_000,
    logger: false,
  })
}

/** What fails between two steps comes as an event, and must not end the process; so does the end of our own patience. */
function step<T = void>(
  connection: SMTPConnection,
  begin: (done: (error?: Error | null, value?: T) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => reject(error)
    connection.on('error', fail)
    connection.on('end', () => reject(new Error('the server has closed the connection')))
    begin((error, value) => {
      if (error === undefined || error === null) resolve(value as T)
      else reject(error)
    })
  })
}

type Heard = Pick<RecipientOutcome, 'outcome' | 'reply'>

/** One for each survivor: what was said of his address, or else of the message. */
function outcomesOf(
  { survivors }: OutgoingMail,
  rejected: readonly SmtpError[],
  ofMessage: Heard,
): readonly RecipientOutcome[] {
  const byAddress = new Map(rejected.map((error) => [error.recipient ?? '', heardFrom(error)]))
  return survivors.map(({ recipient, to }) => ({ recipient, ...(byAddress.get(to) ?? ofMessage) }))
}

function heardFrom(error: SmtpError): Heard {
  const { code, command = '', responseCode } = error
  const reply = (error.response ?? error.message).slice(0, 500)
  // What the client itself finds wrong with an address, or larger than the server takes, no further try will mend.
  const isOurs = (code === 'EENVELOPE' && command === 'API') || (code === 'EMESSAGE' && responseCode === undefined)
  const outcome = isOurs ? 'refused' : judgeReply({ stage: stageOf(command), code: responseCode ?? null })
  return { outcome, reply }
}

function stageOf(command: string): Reply['stage'] {
  if (command === 'MAIL FROM') return 'mail'
  if (command === 'RCPT TO') return 'rcpt'
  return command === 'DATA' ? 'data' : 'session'
}

function all({ survivors }: OutgoingMail, outcome: 'refused' | 'later', reply: string): readonly RecipientOutcome[] {
  return survivors.map(({ recipient }) => ({ recipient, outcome, reply }))
}
