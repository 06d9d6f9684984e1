import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A port in front of a server that can be shut, opened again, and made slow. */
export type Door = {
  readonly port: number
  /** Nobody listens any more, and who is inside is cut off. */
  readonly shut: () => Promise<void>
  readonly open: () => Promise<void>
  /** Milliseconds that everything takes that the server says. */
  delayMs: number
  /** How many have come in since it was opened first. */
  readonly visitors: () => number
}

export async function startDoor(toPort: number): Promise<Door> {
  const inside = new Set<Socket>()
  const door = { delayMs: 0 }
  let visitors = 0
  const server = createServer((socket) => {
    visitors++
    const { delayMs } = door
    const behind = connect(toPort, '127.0.0.1')
    for (const one of [socket, behind]) {
      inside.add(one)
      one.on('error', () => one.destroy()).on('close', () => inside.delete(one))
    }
    socket.on('close', () => behind.destroy())
    behind.on('close', () => socket.end())
    socket.pipe(behind)
    behind.on('data', (chunk: Buffer) => {
      if (delayMs === 0) socket.write(chunk)
      else setTimeout(() => socket.writable && socket.write(chunk), delayMs)
    })
  })
  const listen = async (port: number): Promise<void> => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  }
  await listen(0)
  const { port } = server.address() as AddressInfo
  return Object.assign(door, {
    port,
    open: () => (server.listening ? Promise.resolve() : listen(port)),
    shut: async () => {
      if (!server.listening) return
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of inside) socket.destroy()
      await closed
    },
    visitors: () => visitors,
  })
}
