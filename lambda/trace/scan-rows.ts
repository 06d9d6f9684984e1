import { readRow } from '../core/compaction/row.ts'
import type { DecisionRecord } from '../core/record.ts'
import { RecordsInterrupted } from '../ports/record-objects.ts'

/**
 * Hands over every record whose line the anchor is found in, and all without an anchor. Returns the number of lines. Lines are searched
 * as Latin-1, which costs a copy and no decoding, and only those that are hit become JSON. A chunk and a line are held at a time.
 */
export async function scanRows(
  octets: AsyncIterable<Uint8Array>,
  anchor: RegExp | null,
  onRecord: (record: DecisionRecord | null) => void,
): Promise<number> {
  let carry = ''
  let lines = 0
  for await (const chunk of octets) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    lines += countLines(bytes)
    const text = carry + bytes.toString('latin1')
    const end = text.lastIndexOf('\n')
    carry = text.slice(end + 1)
    if (carry.length > longestRow) throw new RecordsInterrupted('reading a row', `more than ${longestRow} octets`)
    if (end !== -1) scanText(text.slice(0, end), anchor, onRecord)
  }
  if (carry !== '') scanText(carry, anchor, onRecord)
  return lines + (carry === '' ? 0 : 1)
}

const longestRow = 16 * 1024 * 1024

function countLines(bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(0x0a); at !== -1; at = bytes.indexOf(0x0a, at + 1)) count += 1
  return count
}

function scanText(text: string, anchor: RegExp | null, onRecord: (record: DecisionRecord | null) => void): void {
  let at = 0
  while (at < text.length) {
    if (anchor !== null) {
      anchor.lastIndex = at
      const hit = anchor.exec(text)
      if (hit === null) return
      at = hit.index
    }
    const start = at === 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1
    const newline = text.indexOf('\n', at)
    const end = newline === -1 ? text.length : newline
    if (end > start) onRecord(readRow(Buffer.from(text.slice(start, end), 'latin1').toString('utf8')))
    at = end + 1
  }
}
