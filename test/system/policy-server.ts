import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'

/** Answers Postfix's questions about recipients (SMTPD_POLICY_README), and can change its mind while Postfix runs. */
export type PolicyServer = {
  readonly port: number
  /** What is said of a recipient: `451 4.2.1 later`; null: nothing speaks against it. */
  answer: (recipient: string) => string | null
  readonly close: () => void
}

export async function startPolicyServer(): Promise<PolicyServer> {
  const policy: { answer: PolicyServer['answer'] } = { answer: () => null }
  const server = createServer((socket) => {
    let text = ''
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const recipient = /^recipient=(.*)$/m.exec(text.slice(0, end))?.[1] ?? ''
        text = text.slice(end + 2)
        socket.write(`action=${policy.answer(recipient) ?? 'DUNNO'}\n\n`)
      }
    })
    socket.on('error', () => socket.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = (): void => void server.close()
  return Object.assign(policy, { port: (server.address() as AddressInfo).port, close })
}
