import type { Socket as UdpSocket } from 'node:dgram'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import type { AddressInfo, Server, Socket } from 'node:net'
import { createServer } from 'node:net'
import type { DnsAnswer } from './answers.ts'
import { nameOf } from './records.ts'
import type { DnsName, DnsRecord } from './records.ts'
import type { DnsQuery, Received } from './wire.ts'
import { MAX_TCP_SIZE, readQuery, udpSizeOf, writeResponse } from './wire.ts'
import type { Zones, ZonesOptions } from './zones.ts'
import { createZones } from './zones.ts'

/** A question that came over the network. `at` in milliseconds since 1970. */
export type AskedQuestion = {
  readonly name: DnsName
  readonly type: string
  readonly transport: 'udp' | 'tcp'
  readonly at: number
}

export type DnsServer = Zones & {
  /** The same for UDP and TCP. */
  readonly port: number
  /** `127.0.0.1:port`, as node:dns takes its servers. */
  readonly address: string
  /** In the order in which they came; of a long-running server only the last ones. */
  readonly questions: () => readonly AskedQuestion[]
  readonly clearQuestions: () => void
  /** Closes both sockets and every connection; a slow answer that is still due is dropped. */
  readonly close: () => Promise<void>
}

export type DnsServerOptions = ZonesOptions & {
  readonly records: Iterable<DnsRecord>
  /** @default 0, which is any that is free */
  readonly port?: number
}

/**
 * Starts a DNS server on 127.0.0.1, UDP and TCP. Rejects with node's error (`EADDRINUSE`, `EACCES`) if the port cannot
 * be had.
 */
export const startDnsServer = async (options: DnsServerOptions): Promise<DnsServer> => {
  const zones = createZones(options.records, options)
  const log = createQuestionLog()
  const due = new Set<NodeJS.Timeout>()
  const connections = new Set<Socket>()
  const sendLater = (send: () => void, ms: number) => {
    const timer = setTimeout(() => {
      due.delete(timer)
      send()
    }, ms)
    due.add(timer)
  }
  const respond: Respond = (message, transport, send) => {
    const received = readQuery(message)
    if (received.kind === 'refused') send(received.response)
    if (received.kind !== 'query') return received.kind
    const { query } = received
    log.add({ name: nameOf(query.name), type: query.type, transport, at: Date.now() })
    const reply = zones.reply(query.name, query.type)
    if (reply.kind === 'silence') return received.kind
    const response = responseOf(query, reply.answer, transport)
    if (reply.afterMs === 0) send(response)
    else sendLater(() => send(response), reply.afterMs)
    return received.kind
  }
  const { tcp, udp, port } = await listen(options.port ?? 0)
  udp.on('message', (message, { address, port: asker }) => {
    // The asker may be gone by now; node then reports that its port is closed.
    respond(message, 'udp', (response) => udp.send(response, asker, address, () => undefined))
  })
  tcp.on('connection', (socket) => {
    connections.add(socket)
    socket.on('close', () => connections.delete(socket))
    serveConnection(socket, respond)
  })
  return {
    ...zones,
    port,
    address: `127.0.0.1:${port}`,
    questions: log.all,
    clearQuestions: log.clear,
    close: async () => {
      for (const timer of due) clearTimeout(timer)
      for (const socket of connections) socket.destroy()
      await Promise.all([new Promise((done) => tcp.close(done)), new Promise<void>((done) => udp.close(done))])
    },
  }
}

type Respond = (message: Buffer, transport: 'udp' | 'tcp', send: (response: Buffer) => void) => Received['kind']

const MAX_QUESTIONS = 100_000
const TCP_IDLE_MS = 10_000
const PORT_ATTEMPTS = 20

const createQuestionLog = () => {
  let questions: AskedQuestion[] = []
  return {
    add: (question: AskedQuestion): void => {
      if (questions.length >= 2 * MAX_QUESTIONS) questions = questions.slice(-MAX_QUESTIONS)
      questions.push(question)
    },
    all: (): readonly AskedQuestion[] => questions.slice(-MAX_QUESTIONS),
    clear: (): void => {
      questions = []
    },
  }
}

const responseOf = (query: DnsQuery, answer: DnsAnswer, transport: 'udp' | 'tcp'): Buffer => {
  if (transport === 'udp') return writeResponse(query, answer, udpSizeOf(query))
  const response = writeResponse(query, answer, MAX_TCP_SIZE)
  // There is nothing larger to turn to after TCP: a cut answer would read as "no data".
  const isCut = (response.readUInt8(2) & 2) !== 0
  return isCut ? writeResponse(query, { rcode: 'SERVFAIL', answers: [], authorities: [] }, MAX_TCP_SIZE) : response
}

/** The port that TCP is given need not be free for UDP: another one is tried, unless the port was asked for. */
const listen = async (wanted: number): Promise<{ tcp: Server; udp: UdpSocket; port: number }> => {
  for (let attempt = 1; ; attempt++) {
    const tcp = createServer()
    tcp.listen(wanted, '127.0.0.1')
    await once(tcp, 'listening')
    const { port } = tcp.address() as AddressInfo
    const udp = createSocket('udp4')
    try {
      udp.bind(port, '127.0.0.1')
      await once(udp, 'listening')
      return { tcp, udp, port }
    } catch (error) {
      tcp.close()
      udp.close()
      if (wanted !== 0 || attempt === PORT_ATTEMPTS) throw error
    }
  }
}

/** Messages with their length before them (RFC 1035 4.2.2), any number on one connection. */
const serveConnection = (socket: Socket, respond: Respond): void => {
  let pending = Buffer.alloc(0)
  socket.setTimeout(TCP_IDLE_MS, () => socket.destroy())
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk) => {
    pending = Buffer.concat([pending, chunk])
    while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
      const end = 2 + pending.readUInt16BE(0)
      const message = pending.subarray(2, end)
      pending = pending.subarray(end)
      if (respond(message, 'tcp', (response) => sendFramed(socket, response)) === 'ignored') socket.destroy()
    }
  })
}

const sendFramed = (socket: Socket, response: Buffer): void => {
  if (socket.destroyed) return
  const length = Buffer.alloc(2)
  length.writeUInt16BE(response.length)
  socket.write(Buffer.concat([length, response]))
}
