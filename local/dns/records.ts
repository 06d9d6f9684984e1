/**
 * A DNS name as it is kept and compared: lower case, labels joined by dots, no final dot; '' is the root
 * (RFC 4343: comparison ignores the case of ASCII letters).
 */
export type DnsName = string

export type AddressRecord = { readonly type: 'A' | 'AAAA'; readonly data: string }
/** The data is a name in the case it was written in, without its final dot. */
export type NameRecord = { readonly type: 'CNAME' | 'NS' | 'PTR'; readonly data: string }
export type MxRecord = {
  readonly type: 'MX'
  readonly data: { readonly preference: number; readonly exchange: string }
}
/** One string per character-string, one character per octet, as node:dns gives them. At most 255 octets each. */
export type TxtRecord = { readonly type: 'TXT'; readonly data: readonly string[] }
export type SoaRecord = { readonly type: 'SOA'; readonly data: SoaData }

/** RFC 1035 3.3.13. Times in seconds. `minimum` bounds how long a negative answer may be kept (RFC 2308 4). */
export type SoaData = {
  readonly mname: string
  /** A mailbox as a name; a dot of its local part is written `\.`. */
  readonly rname: string
  readonly serial: number
  readonly refresh: number
  readonly retry: number
  readonly expire: number
  readonly minimum: number
}

export type RecordData = AddressRecord | NameRecord | MxRecord | TxtRecord | SoaRecord
export type RecordType = RecordData['type']

/** One resource record of class IN. `ttl` in seconds. */
export type DnsRecord = RecordData & { readonly name: DnsName; readonly ttl: number }

/** Seconds: RFC 2181 8 gives a TTL 31 bits. */
export const MAX_TTL = 2_147_483_647

export const RECORD_TYPES: readonly RecordType[] = ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'PTR', 'SOA', 'TXT']

/** The form in which names are compared. Says nothing about whether the name is well formed. */
export const nameOf = (text: string): DnsName => {
  const lower = text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
  return lower.endsWith('.') ? lower.slice(0, -1) : lower
}

/** The name without its first label; null above the root. */
export const parentOf = (name: DnsName): DnsName | null => {
  if (name === '') return null
  const dot = name.indexOf('.')
  return dot === -1 ? '' : name.slice(dot + 1)
}

/** True for the zone's own name and every name under it. */
export const isWithin = (name: DnsName, zone: DnsName): boolean =>
  zone === '' || name === zone || name.endsWith(`.${zone}`)

/**
 * True if the name fits the wire: labels of 1 to 63 octets, 255 in all with the length octets (RFC 1035 2.3.4).
 * Any visible ASCII character may stand in a label (RFC 2181 11) except those that a master file gives a meaning.
 */
export const isWellFormed = (name: string): boolean => {
  const bare = name.endsWith('.') ? name.slice(0, -1) : name
  if (bare === '') return true
  return bare.length <= 253 && /^[!#-'*-:<-?A-[\]-~]+$/.test(bare) && bare.split('.').every(isLabel)
}

const isLabel = (label: string): boolean => label.length >= 1 && label.length <= 63
