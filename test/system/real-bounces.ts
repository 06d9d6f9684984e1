import { messageOf, variants, type Variant } from './bounce-variants.ts'
import { startExim } from './exim.ts'
import { handOver, type HandOver } from './hand-over.ts'
import { servers, type Server } from './mail-server-outcomes.ts'
import { startNextHops } from './next-hops.ts'
import { startOpenSmtpd } from './opensmtpd.ts'
import { startPostfix, startPostfixBetween } from './postfix.ts'
import type { MailServer, Routes } from './rooted.ts'
import { startSendmail } from './sendmail.ts'
import { makeKey, signed, type SigningKey } from './signer.ts'

/** A message, and what a real server returned of it. */
export type RealBounce = {
  readonly sent: Buffer
  readonly bounce: Buffer
  /** Extensions that the message asked for and the server lacks. */
  readonly without: readonly string[]
}

export type RealBounces = {
  /** Rejects with what kept this server from returning this variant. */
  readonly of: (server: Server, variant: string) => Promise<RealBounce>
  /** Those that signed, as the DNS has them. */
  readonly keys: readonly SigningKey[]
}

const starts: { readonly [S in Server]: (routes: Routes) => Promise<MailServer> } = {
  postfix: startPostfixBetween,
  exim: startExim,
  opensmtpd: startOpenSmtpd,
  sendmail: startSendmail,
}

/**
 * Sends every variant through every server, all at once, and ends the servers when everything was returned or given up.
 *
 * @param now when the messages are written and signed
 */
export async function collectBounces(now: Date): Promise<RealBounces> {
  const keys = [makeKey('rsa-sha256', 'r1'), makeKey('ed25519-sha256', 'e1')]
  const hops = await startNextHops()
  const started = new Map(servers.map((server) => [server, starts[server](hops.routes)]))
  const recoder = startRecoder(started)
  const bounces = new Map(
    servers.flatMap((server) => {
      // One after another: a server that looks up the name of each client may drop one of many that come at once.
      let before: Promise<unknown> = started.get(server)!
      return variants.map((variant): [string, Promise<RealBounce>] => {
        const { sent, mail } = mailOf(variant, server, keys, now)
        const through = variant.byRecodingRelay ? recoder : started.get(server)!
        const handedOver = Promise.allSettled([before, through])
          .then(() => through)
          .then(({ port }) => handOver(port, mail))
        before = handedOver
        const returned = async (): Promise<RealBounce> => ({
          sent,
          without: await handedOver,
          bounce: await hops.returned(mail.recipient),
        })
        return [`${server} ${variant.id}`, returned()]
      })
    }),
  )
  // One server that fails says so in its own tests.
  await Promise.allSettled(bounces.values())
  const running = await Promise.allSettled([recoder, ...started.values()])
  await Promise.all(running.flatMap((one) => (one.status === 'fulfilled' ? [one.value.close()] : [])))
  await hops.close()
  return { of: (server, variant) => bounces.get(`${server} ${variant}`)!, keys }
}

function mailOf(
  variant: Variant,
  server: Server,
  keys: readonly SigningKey[],
  now: Date,
): { readonly sent: Buffer; readonly mail: HandOver } {
  const recipient = recipientOf(variant, server)
  const key = keys.find(({ algorithm }) => algorithm === variant.algorithm)!
  const message = messageOf(variant, recipient, now)
  const sent = signed(message, key, variant.canonicalization, variant.names, Math.floor(now.getTime() / 1000))
  const { mailParameters, rcptParameters } = variant
  return { sent, mail: { reversePath: 'alice@example.com', recipient, mailParameters, rcptParameters, message: sent } }
}

function recipientOf({ id, to }: Variant, server: Server): string {
  return `gone-${id}-${server}@${to}`
}

/** A Postfix that is told that the next server lacks 8BITMIME, and SMTPUTF8, which entails it (RFC 6531 3.6). */
async function startRecoder(started: ReadonlyMap<Server, Promise<MailServer>>): Promise<MailServer> {
  const recoded = variants.filter(({ byRecodingRelay }) => byRecodingRelay)
  const transports = await Promise.all(
    [...started].map(async ([server, starting]) => {
      const port = await starting.then((running) => running.port).catch(() => 0)
      return recoded.map((variant) => `{${recipientOf(variant, server)} = smtp:[127.0.0.1]:${port}}`)
    }),
  )
  return startPostfix(0, [
    `transport_maps = inline:{ ${transports.flat().join(', ')} }`,
    'smtp_discard_ehlo_keywords = 8bitmime, smtputf8',
  ])
}
