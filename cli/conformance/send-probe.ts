import SMTPConnection from 'nodemailer/lib/smtp-connection'
import type { Answered, Probe, Refusal } from './lab.ts'

/** Hands a probe to a server by SMTP, as a stranger would: no login, TLS where the server offers it. Never rejects. */
export async function sendProbe(
  server: { readonly host: string; readonly port: number },
  probe: Probe,
): Promise<Answered> {
  const connection = new SMTPConnection({
    host: server.host,
    port: server.port,
    name: probe.helo,
    opportunisticTLS: true,
    connectionTimeout: 20_000,
    socketTimeout: 60_000,
  })
  try {
    await new Promise<void>((resolve, reject) => {
      connection.once('error', reject)
      connection.connect(() => resolve())
    })
    return await deliver(connection, probe)
  } catch (error) {
    return { answer: 'unreachable', why: `${server.host}:${server.port}: ${(error as Error).message}` }
  } finally {
    connection.close()
  }
}

type Failed = Error & {
  readonly recipient?: string
  readonly response?: string
  readonly rejectedErrors?: readonly Failed[]
}

function deliver(
  connection: InstanceType<typeof SMTPConnection>,
  { reversePath, recipients, message }: Probe,
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    connection.send({ from: reversePath ?? '', to: [...recipients] }, Buffer.from(message), (error, info) => {
      if (error === null) {
        resolve({ answer: 'taken', refused: refusalsIn(info.rejectedErrors ?? []) })
        return
      }
      const { rejectedErrors, response } = error as Failed
      if (rejectedErrors === undefined && response === undefined) reject(error)
      else resolve({ answer: 'refused', refused: refusalsIn(rejectedErrors ?? [error]) })
    })
  })
}

function refusalsIn(errors: readonly Failed[]): readonly Refusal[] {
  return errors.map(({ recipient = '', response = '' }) => ({ recipient, reply: response }))
}
