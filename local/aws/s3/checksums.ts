import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'

/** As the header ends: `x-amz-checksum-crc32`. */
export type ChecksumName = 'crc32' | 'crc32c' | 'crc64nvme' | 'sha1' | 'sha256'
export type Checksum = { readonly name: ChecksumName; readonly value: string }

export const CHECKSUM_NAMES: readonly ChecksumName[] = ['crc32', 'crc32c', 'crc64nvme', 'sha1', 'sha256']

/** Base64 of the big-endian checksum. Source: S3 User Guide, "Checking object integrity". */
export function checksumOf(name: ChecksumName, bytes: Uint8Array): string {
  switch (name) {
    case 'crc32':
      return base64Of32(crc32(bytes))
    case 'crc32c':
      return base64Of32(crc32c(bytes))
    case 'crc64nvme':
      return crc64nvme(bytes)
    case 'sha1':
    case 'sha256':
      return createHash(name).update(bytes).digest('base64')
  }
}

function base64Of32(value: number): string {
  const out = Buffer.alloc(4)
  out.writeUInt32BE(value >>> 0)
  return out.toString('base64')
}

/** Castagnoli's polynomial, reflected. Source: RFC 3720 appendix B.4. */
const CRC32C = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  return crc
})

function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) crc = (CRC32C[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8)
  return crc ^ 0xffffffff
}

/**
 * Rocksoft's polynomial, reflected, as two halves: a BigInt per byte would take seconds for a large mail.
 * Source: NVM Express NVM Command Set Specification, "64b CRC Definition".
 */
const [CRC64_HIGH, CRC64_LOW] = crc64Tables()

function crc64Tables(): readonly [Uint32Array, Uint32Array] {
  const high = new Uint32Array(256)
  const low = new Uint32Array(256)
  for (let byte = 0; byte < 256; byte++) {
    let crc = BigInt(byte)
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ 0x9a6c9329ac4bc9b5n : crc >> 1n
    high[byte] = Number(crc >> 32n)
    low[byte] = Number(crc & 0xffffffffn)
  }
  return [high, low]
}

function crc64nvme(bytes: Uint8Array): string {
  let high = 0xffffffff
  let low = 0xffffffff
  for (const byte of bytes) {
    const at = (low ^ byte) & 0xff
    low = ((low >>> 8) | (high << 24)) ^ (CRC64_LOW[at] ?? 0)
    high = (high >>> 8) ^ (CRC64_HIGH[at] ?? 0)
  }
  const out = Buffer.alloc(8)
  out.writeUInt32BE(~high >>> 0, 0)
  out.writeUInt32BE(~low >>> 0, 4)
  return out.toString('base64')
}
