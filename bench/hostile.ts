import { generateKeyPairSync } from 'node:crypto'
import Table from 'cli-table3'
import { nodeCrypto } from '../lambda/adapters/node-crypto.ts'
import { verifySignatures } from '../lambda/core/protocol/dkim-headers.ts'
import { keyNamesOf, readSignatures } from '../lambda/core/protocol/dkim/own-signatures.ts'
import { HEADER_BOUNDS } from '../lambda/core/protocol/header.ts'
import { MIME_BOUNDS } from '../lambda/core/protocol/mime.ts'
import { readReport } from '../lambda/core/read-report.ts'
import { headers, messages, type Shape } from './hostile/shapes.ts'

/**
 * `node bench/hostile.ts`: each hostile shape at an eighth, a quarter, a half and the whole of what is read, and how much
 * longer the whole takes than the half. 2 is linear, 4 would be a square.
 */
export type Growth = {
  readonly name: string
  /** Milliseconds for n, 2n, 4n and 8n octets; 8n is the bound of what is read. */
  readonly ms: readonly number[]
  /** Of the last two; a half that takes less than a millisecond counts as one, for there the collector of garbage decides. */
  readonly ratio: number
}

export function measureGrowth(onShape: (name: string) => void): readonly Growth[] {
  const measured = (shape: Shape, bound: number, read: (bytes: Buffer) => void): Growth => {
    onShape(shape.name)
    const ms = [8, 4, 2, 1].map((part) => fastest(Buffer.from(shape.make(bound / part), 'latin1'), read))
    return { name: shape.name, ms, ratio: ms[3]! / Math.max(ms[2]!, 1) }
  }
  return [
    ...messages.map((shape) => measured(shape, MIME_BOUNDS.maxLength, readReport)),
    ...headers.map((shape) => measured(shape, HEADER_BOUNDS.maxLength, verify)),
  ]
}

/** Other programs use the machine too: the fastest of some is the one that they disturbed least. */
function fastest(bytes: Buffer, read: (bytes: Buffer) => void): number {
  let best = Infinity
  for (let i = 0; i < 6; i++) {
    const start = performance.now()
    read(bytes)
    best = Math.min(best, performance.now() - start)
  }
  return best
}

const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const record = `v=DKIM1; p=${publicKey.export({ format: 'der', type: 'spki' }).toString('base64')}`

function verify(header: Buffer): void {
  const domains = ['shop.example']
  const returned = readSignatures(header, { domains, selectors: [] })
  const keys = new Map(keyNamesOf(returned).map((name) => [name, { answer: 'records', records: [[record]] } as const]))
  verifySignatures(returned, { domains, keys, crypto: nodeCrypto, now: 0, maxAge: 1 })
}

if (import.meta.main) {
  const table = new Table({
    head: ['shape', '1/8', '1/4', '1/2', 'whole, ms', 'whole : half'],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [] },
  })
  for (const { name, ms, ratio } of measureGrowth(() => undefined))
    table.push([name, ...ms.map((each) => each.toFixed(2)), ratio.toFixed(1)])
  process.stdout.write(`${table.toString()}\n`)
}
