/**
 * IP addresses as text: RFC 4291 2.2 (forms of IPv6), RFC 5952 (the one to write), RFC 4632 (CIDR), and the IANA
 * special-purpose registries (RFC 6890).
 *
 * Strict on purpose: `0x7f.1`, `127.1` and `010.0.0.1` are addresses for a browser and for inet_aton, and three
 * different ones at that. Here they are none.
 */

/** 4 or 16 bytes. An IPv4-mapped IPv6 address (RFC 4291 2.5.5.2) is the IPv4 address that it carries. */
export type Ip = { readonly kind: 'v4' | 'v6'; readonly bytes: readonly number[] }

/** `length` is the number of leading bits that count: 0 to 32, or 0 to 128. */
export type Cidr = { readonly ip: Ip; readonly length: number }

/** The longest address in text, `ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255`; anything longer is not looked at. */
export const MAX_IP_LENGTH = 45

export const parseIp = (text: string): Ip | null => {
  if (text.length > MAX_IP_LENGTH) return null
  if (!text.includes(':')) {
    const bytes = bytesOfV4(text)
    return bytes && { kind: 'v4', bytes }
  }
  const bytes = bytesOfV6(text)
  if (bytes === null) return null
  return isMapped(bytes) ? { kind: 'v4', bytes: bytes.slice(12) } : { kind: 'v6', bytes }
}

/** Dotted quads for IPv4, RFC 5952 for IPv6. */
export const writeIp = ({ kind, bytes }: Ip): string => (kind === 'v4' ? bytes.join('.') : writeV6(bytes))

/** The one way to write `text`, so that addresses compare as strings; null if it is no address. */
export const canonicalIp = (text: string): string | null => {
  const ip = parseIp(text)
  return ip && writeIp(ip)
}

/** `192.0.2.0/24`, or one address. Bits behind the prefix are ignored. */
export const parseCidr = (text: string): Cidr | null => {
  const slash = text.indexOf('/')
  const written = slash < 0 ? text : text.slice(0, slash)
  const ip = parseIp(written)
  if (ip === null) return null
  const bits = ip.bytes.length * 8
  if (slash < 0) return { ip, length: bits }
  const digits = text.slice(slash + 1)
  if (!/^(0|[1-9]\d{0,2})$/.test(digits)) return null
  // ::ffff:10.0.0.0/104 counts its bits from the front of the IPv6 address that it was written as.
  const length = Number(digits) - (ip.kind === 'v4' && written.includes(':') ? 96 : 0)
  return length < 0 || length > bits ? null : { ip, length }
}

/** The same prefix with all bits behind it zero: one network has one form. */
export const networkOf = ({ ip, length }: Cidr): Cidr => {
  const bytes = ip.bytes.map((byte, i) => byte & (0xff00 >> Math.min(Math.max(length - i * 8, 0), 8)) & 0xff)
  return { ip: { kind: ip.kind, bytes }, length }
}

/** The address in its canonical form, and always a length. */
export const writeCidr = ({ ip, length }: Cidr): string => `${writeIp(ip)}/${length}`

/** False as well when either of the two cannot be read: what was not understood matches nothing. */
export const inCidr = (ip: string, cidr: string): boolean => {
  const address = parseIp(ip)
  const range = parseCidr(cidr)
  return address !== null && range !== null && within(address, range)
}

/** The family by which an address is asked for: an IPv4-mapped address is IPv4. */
export const familyOf = (ip: string): 'ipv4' | 'ipv6' => (parseIp(ip)?.kind === 'v6' ? 'ipv6' : 'ipv4')

/**
 * Whether it makes sense to ask the world about this address: false for private, loopback, link-local, shared
 * (CGNAT), multicast and reserved ones, and for text that is no address.
 *
 * The documentation ranges (RFC 5737, RFC 3849, RFC 9637) count as public although nobody routes them. No real client
 * has such an address, and every sample, test and example needs clients that are nobody's.
 */
export const isPublic = (text: string): boolean => {
  const ip = parseIp(text)
  if (ip === null) return false
  if (ip.kind === 'v4') return !NOT_PUBLIC_V4.some((range) => within(ip, range))
  return GLOBAL_V6.some((range) => within(ip, range)) && !NOT_PUBLIC_V6.some((range) => within(ip, range))
}

const cidrs = (...texts: readonly string[]): readonly Cidr[] =>
  texts.map(parseCidr).filter((range): range is Cidr => range !== null)

const within = (address: Ip, { ip, length }: Cidr): boolean =>
  address.kind === ip.kind &&
  ip.bytes.every((byte, i) => {
    const bits = Math.min(Math.max(length - i * 8, 0), 8)
    return byte >> (8 - bits) === (address.bytes[i] ?? 0) >> (8 - bits)
  })

const bytesOfV4 = (text: string): number[] | null => {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part))) return null
  const bytes = parts.map(Number)
  return bytes.every((byte) => byte <= 255) ? bytes : null
}

const bytesOfV6 = (text: string): number[] | null => {
  const halves = text.split('::')
  if (halves.length > 2) return null
  const front = bytesOfGroups(halves[0] ?? '', halves.length === 1)
  const back = halves.length === 1 ? [] : bytesOfGroups(halves[1] ?? '', true)
  if (front === null || back === null) return null
  const gap = 16 - front.length - back.length
  // `::` stands for at least one group of zeros (RFC 4291 2.2).
  if (halves.length === 1 ? gap !== 0 : gap < 2) return null
  return [...front, ...Array.from({ length: gap }, () => 0), ...back]
}

/** An IPv4 tail is allowed only at the very end of the address. */
const bytesOfGroups = (text: string, atEnd: boolean): number[] | null => {
  if (text === '') return []
  const bytes: number[] = []
  const groups = text.split(':')
  for (const [i, group] of groups.entries()) {
    const v4 = atEnd && i === groups.length - 1 && group.includes('.') ? bytesOfV4(group) : null
    if (v4 !== null) bytes.push(...v4)
    else if (/^[0-9A-Fa-f]{1,4}$/.test(group)) bytes.push(parseInt(group, 16) >> 8, parseInt(group, 16) & 255)
    else return null
  }
  return bytes
}

const isMapped = (bytes: readonly number[]): boolean =>
  bytes.every((byte, i) => i >= 12 || byte === (i === 10 || i === 11 ? 255 : 0))

const writeV6 = (bytes: readonly number[]): string => {
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[i * 2] ?? 0) << 8) | (bytes[i * 2 + 1] ?? 0))
  // RFC 5952 4.2: the longest run of two or more zero groups, the first of equals.
  let start = -1
  let longest = 1
  for (let i = 0; i < 8; i++) {
    let length = 0
    while (groups[i + length] === 0) length++
    if (length > longest) [start, longest] = [i, length]
  }
  const hex = groups.map((group) => group.toString(16))
  if (start < 0) return hex.join(':')
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + longest).join(':')}`
}

const NOT_PUBLIC_V4 = cidrs(
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '224.0.0.0/4',
  '240.0.0.0/4',
)
const GLOBAL_V6 = cidrs('2000::/3')
const NOT_PUBLIC_V6 = cidrs('2001::/23')
