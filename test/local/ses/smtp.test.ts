import { connect } from 'node:net'

import SMTPConnection from 'nodemailer/lib/smtp-connection'
import { describe, expect, it, onTestFinished } from 'vitest'

import type { Envelope } from '../../../local/ses/envelope.ts'
import { type SmtpListenerOptions, startSmtpListener } from '../../../local/ses/smtp.ts'
import { functionOf, poolOf } from '../lambda/function-in-folder.ts'
import { filter, receiverOf, rule, store } from './receiver.ts'

const id = 'bjeaq8b6ultae1j07u2rjmh596k0k6japeqico01'
const text = 'From: anna@sender.example\r\nTo: bob@example.com\r\n\r\nHello.\r\n'

describe('the SMTP listener', () => {
  it('takes a message with its exact bytes, and answers with its id', async () => {
    const { port, taken } = await listenerOf()
    const body = 'From: a@b.example\r\nX: \xc3\xa9\r\n\r\n.\r\n..dots\r\n...\r\nand \0 and no end'
    const response = await send(
      port,
      { from: 'anna@sender.example', to: ['bob@example.com'] },
      Buffer.from(body, 'latin1'),
    )
    expect(response).toBe(`250 OK ${id}`)
    expect(taken).toEqual([
      {
        envelope: {
          clientIp: '127.0.0.1',
          clientName: null,
          helo: 'client.sender.example',
          reversePath: 'anna@sender.example',
          recipients: ['bob@example.com'],
        },
        bytes: Buffer.from(`${body}\r\n`, 'latin1'),
      },
    ])
  })

  it('leaves a bare line feed alone, and does not take it for the end of the message', async () => {
    const { port, taken } = await listenerOf()
    const body = 'Subject: x\n\nbare\r\n\n.\nstill \rthe message\r\n'
    await converse(port, ['EHLO x', 'MAIL FROM:<>', 'RCPT TO:<bob@example.com>', 'DATA', `${body}.`])
    expect(taken.map(({ bytes }) => bytes.toString())).toEqual([body])
  })

  it('takes a null sender as null', async () => {
    const { port, taken } = await listenerOf()
    await send(port, { from: '', to: ['bob@example.com'] }, text)
    expect(taken[0]?.envelope.reversePath).toBe(null)
  })

  it('refuses a recipient that no rule takes, and keeps the others of the message', async () => {
    const { port, taken } = await listenerOf()
    const lines = await converse(port, [
      'EHLO client.sender.example',
      'MAIL FROM:<anna@sender.example>',
      'RCPT TO:<nobody@other.example>',
      'RCPT TO:<bob@example.com>',
      'RCPT TO:<Eve+Tag@EXAMPLE.com>',
      'RCPT TO:<postmaster>',
      'DATA',
      `${text}.`,
    ])
    expect(lines.map((line) => line.slice(0, 9))).toEqual([
      '220 inbou',
      '250 XCLIE',
      '250 Accep',
      '550 5.1.1',
      '250 Accep',
      '250 Accep',
      '550 5.1.1',
      '354 End d',
      '250 OK bj',
    ])
    expect(taken.map(({ envelope }) => envelope.recipients)).toEqual([['bob@example.com', 'Eve+Tag@EXAMPLE.com']])
  })

  it('offers 8BITMIME, SMTPUTF8 and 40 MB, and neither AUTH nor STARTTLS', async () => {
    const { port } = await listenerOf()
    const lines = await converse(port, ['EHLO x', 'AUTH PLAIN AAAA', 'STARTTLS'], { all: true })
    const words = lines.flatMap((line) => line.slice(4).split(' ')[0] ?? [])
    expect(words).toEqual(expect.arrayContaining(['PIPELINING', '8BITMIME', 'SMTPUTF8', 'XCLIENT', 'SIZE']))
    expect(lines).toContain('250-SIZE 41943040')
    expect(words).not.toContain('AUTH')
    expect(lines.slice(-2).map((line) => line.slice(0, 3))).toEqual(['500', '500'])
  })

  it('believes XCLIENT about the address, the name and the HELO', async () => {
    const { port, taken } = await listenerOf()
    const mail = ['MAIL FROM:<anna@sender.example>', 'RCPT TO:<bob@example.com>', 'DATA', `${text}.`]
    await converse(port, ['EHLO relay', 'XCLIENT ADDR=203.0.113.9 NAME=mx.bad.example HELO=bad', 'EHLO relay', ...mail])
    await converse(port, ['EHLO relay', 'XCLIENT ADDR=IPV6:2001:db8::9 NAME=[UNAVAILABLE]', 'EHLO six', ...mail])
    await converse(port, ['EHLO relay', 'XCLIENT ADDR=203.0.113.7', 'EHLO seven', ...mail])
    expect(taken.map(({ envelope: { clientIp, clientName, helo } }) => [clientIp, clientName, helo])).toEqual([
      ['203.0.113.9', 'mx.bad.example', 'bad'],
      ['2001:db8::9', null, 'six'],
      ['203.0.113.7', 'reverse-of-203.0.113.7.example', 'seven'],
    ])
  })

  it('knows an internationalised recipient in both of its forms, by its A-label', async () => {
    const { port, taken } = await listenerOf()
    for (const address of ['anna@xn--bcher-kva.example', 'anna@bücher.example', 'jürgen@BÜCHER.example']) {
      await converse(port, ['EHLO x', 'MAIL FROM:<> SMTPUTF8', `RCPT TO:<${address}>`, 'DATA', `${text}.`])
    }
    expect(taken.map(({ envelope }) => envelope.recipients)).toEqual([
      ['anna@xn--bcher-kva.example'],
      ['anna@xn--bcher-kva.example'],
      ['jürgen@xn--bcher-kva.example'],
    ])
  })

  it('refuses what is over 40 MB, declared or not', async () => {
    const { port, taken } = await listenerOf()
    const declared = await converse(port, ['EHLO x', 'MAIL FROM:<a@b.example> SIZE=41943041'])
    const big = Buffer.alloc(40 * 1024 * 1024 + 100, `${'x'.repeat(76)}\r\n`)
    const envelope = { from: 'a@b.example', to: ['bob@example.com'], use8BitMime: true }
    await expect(send(port, envelope, big)).rejects.toThrow(
      '552 Error: message exceeds fixed maximum message size 41943040',
    )
    expect([declared.at(-1)?.slice(0, 3), taken]).toEqual(['552', []])
  })

  it('leaves the message with the client when it cannot be taken', async () => {
    const reports: string[] = []
    const { port } = await listenerOf({
      accept: () => Promise.reject(new Error('no room')),
      onReport: (sentence) => reports.push(sentence),
    })
    await expect(send(port, { from: '', to: ['bob@example.com'] }, text)).rejects.toThrow('451 4.3.0')
    expect(reports).toEqual(['a message was not taken: no room'])
  })

  it('says in one sentence that its port is taken, and how to choose another', async () => {
    const { port } = await listenerOf()
    expect(await startSmtpListener({ ...options, port, portOption: '--smtp-port' })).toEqual({
      answer: 'refused',
      sentence: `port ${port} for SMTP is taken by another program: end that program, or choose another port with --smtp-port`,
    })
  })
})

describe('mail in by SMTP, with a function run as Lambda runs it', () => {
  it('is answered for before the function has, and the function sees the address that XCLIENT stated', async () => {
    const code = `export const handler = async ({ Records: [{ ses }] }) => ({
      disposition: 'STOP_RULE_SET',
      recipients: ses.receipt.recipients,
      received: ses.mail.headers.find(({ name }) => name === 'Received').value,
    })`
    let open = (): void => undefined
    const gate = new Promise<void>((resolve) => (open = resolve))
    const pool = poolOf(functionOf(code))
    const { receiver } = receiverOf(
      [rule('filter', [store, filter]), rule('later', [store])],
      {},
      {
        invokeFunction: async (_arn, event, { timeout }) => {
          await gate
          return pool.invoke(event, { timeout })
        },
        onReceived: (received) => results.push(received),
      },
    )
    const results: unknown[] = []
    const { port } = await listenerOf({ accept: receiver.accept })
    const mail = ['MAIL FROM:<>', 'RCPT TO:<bob@example.com>', 'RCPT TO:<eve@example.com>', 'DATA', `${text}.`]
    const lines = await converse(port, [
      'EHLO relay',
      'XCLIENT ADDR=203.0.113.9 NAME=mx.bad.example HELO=bad.example',
      'EHLO relay',
      ...mail,
    ])
    expect([lines.at(-1), results]).toEqual([`250 OK ${id}`, []])
    open()
    await receiver.idle()
    expect(results).toMatchObject([
      {
        disposition: 'STOP_RULE_SET',
        storedAt: [{ bucketName: 'mail', key: `raw/${id}` }],
        rulesNotRun: ['later'],
        rules: [
          {
            actions: [
              {},
              {
                invocations: [
                  {
                    payload: {
                      recipients: ['bob@example.com', 'eve@example.com'],
                      received: expect.stringContaining(
                        'from bad.example (mx.bad.example [203.0.113.9]) by inbound-smtp.eu-west-1.amazonaws.com',
                      ) as unknown,
                    },
                  },
                ],
              },
            ],
          },
        ],
      },
    ])
  })

  it('stays accepted when the function never succeeds: the raw message is stored, and the end is told', async () => {
    const pool = poolOf(functionOf('throw new Error("broken bundle")'))
    const { receiver, reports, asked } = receiverOf(
      [rule('filter', [store, filter])],
      {},
      {
        invokeFunction: (_arn, event, { timeout }) => pool.invoke(event, { timeout }),
      },
    )
    const { port } = await listenerOf({ accept: receiver.accept })
    const response = await send(port, { from: '', to: ['bob@example.com'] }, text)
    await receiver.idle()
    expect([response, asked.length, reports.map(({ kind }) => kind)]).toEqual([
      `250 OK ${id}`,
      1,
      ['retrying', 'retrying', 'expired'],
    ])
    expect(reports.at(-1)?.sentence).toMatch(/after 36 hours: Error: broken bundle$/)
  })
})

const options: SmtpListenerOptions = {
  region: 'eu-west-1',
  port: 0,
  portOption: '--port',
  ruleSet: { name: 'set', rules: [rule('filter', [], { recipients: ['example.com', 'bücher.example'] })] },
  accept: () => Promise.resolve({ messageId: id }),
  reverseName: (ip) => Promise.resolve(ip === '127.0.0.1' ? null : `reverse-of-${ip}.example`),
}

async function listenerOf(more: Partial<SmtpListenerOptions> = {}) {
  const taken: { envelope: Envelope; bytes: Buffer }[] = []
  const accept: SmtpListenerOptions['accept'] = (envelope, bytes) => {
    taken.push({ envelope, bytes })
    return Promise.resolve({ messageId: id })
  }
  const listener = await startSmtpListener({ ...options, accept, ...more })
  if (listener.answer === 'refused') throw new Error(listener.sentence)
  onTestFinished(() => listener.close())
  return { port: listener.port, taken }
}

/** Sends as nodemailer does. Resolves with the reply to DATA, rejects with the refusal. */
function send(port: number, envelope: { from: string; to: string[] }, message: string | Buffer): Promise<string> {
  const connection = new SMTPConnection({ port, host: '127.0.0.1', name: 'client.sender.example', ignoreTLS: true })
  return new Promise((resolve, reject) => {
    connection.on('error', reject)
    connection.connect(() => {
      connection.send(envelope, message, (error, info) => {
        connection.quit()
        if (error) reject(error)
        else resolve(info.response)
      })
    })
  })
}

/** Speaks SMTP line by line. Gives the last line of every reply, the greeting first, or with `all` every line. */
function converse(port: number, commands: readonly string[], { all = false } = {}): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    const waiting = [...commands]
    const lines: string[] = []
    let rest = ''
    socket.setEncoding('utf8')
    socket.on('error', reject)
    socket.on('close', () => resolve(lines))
    socket.on('data', (chunk: string) => {
      const heard = (rest + chunk).split('\r\n')
      rest = heard.pop() ?? ''
      for (const line of heard) {
        const isLast = line.charAt(3) === ' '
        if (all || isLast) lines.push(line)
        if (!isLast) continue
        const command = waiting.shift()
        if (command === undefined) socket.end()
        else socket.write(`${command}\r\n`)
      }
    })
  })
}
