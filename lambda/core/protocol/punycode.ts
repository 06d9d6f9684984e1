/**
 * Punycode, RFC 3492: a label of Unicode characters as letters, digits and hyphens, and back. Without the `xn--`.
 *
 * Both directions take time that grows with the square of the label, so both refuse what no label of the DNS can hold
 * (63 octets, RFC 1035 2.3.4): a 10 KB label costs nothing.
 */

/** Code points to encode, or octets to decode. */
export const MAX_PUNYCODE_LENGTH = 63

// RFC 3492 5.
const BASE = 36
const T_MIN = 1
const T_MAX = 26
const SKEW = 38
const DAMP = 700
const INITIAL_BIAS = 72
const INITIAL_N = 0x80
const MAX_CODE_POINT = 0x10ffff

/** Null if the label is too long to have an encoding. RFC 3492 6.3. */
export const encodePunycode = (label: string): string | null => {
  const points = Array.from(label, (character) => character.codePointAt(0) ?? 0)
  if (points.length > MAX_PUNYCODE_LENGTH) return null
  const basic = points.filter((point) => point < INITIAL_N)
  let output = String.fromCodePoint(...basic) + (basic.length > 0 ? '-' : '')
  let n = INITIAL_N
  let delta = 0
  let bias = INITIAL_BIAS
  for (let handled = basic.length; handled < points.length;) {
    const next = Math.min(...points.filter((point) => point >= n))
    delta += (next - n) * (handled + 1)
    n = next
    for (const point of points) {
      if (point < n) delta++
      if (point !== n) continue
      output += encodeInteger(delta, bias)
      bias = adapt(delta, handled + 1, handled === basic.length)
      delta = 0
      handled++
    }
    delta++
    n++
  }
  return output
}

/** Null if the text is no encoding of anything. RFC 3492 6.2. */
export const decodePunycode = (text: string): string | null => {
  if (text.length > MAX_PUNYCODE_LENGTH || !/^[A-Za-z0-9-]*$/.test(text)) return null
  const basicLength = Math.max(text.lastIndexOf('-'), 0)
  const points = Array.from(text.slice(0, basicLength), (character) => character.charCodeAt(0))
  let n = INITIAL_N
  let i = 0
  let bias = INITIAL_BIAS
  for (let at = basicLength > 0 ? basicLength + 1 : 0; at < text.length;) {
    const integer = decodeInteger(text, at, bias)
    if (integer === null) return null
    at = integer.end
    const length = points.length + 1
    bias = adapt(integer.delta, length, points.length === basicLength)
    i += integer.delta
    n += Math.floor(i / length)
    i %= length
    // A surrogate is half a character: it would make text that cannot be written as UTF-8.
    if (n > MAX_CODE_POINT || (n >= 0xd800 && n <= 0xdfff)) return null
    points.splice(i++, 0, n)
  }
  return String.fromCodePoint(...points)
}

/** RFC 3492 6.1. */
const adapt = (delta: number, points: number, first: boolean): number => {
  let rest = Math.floor(delta / (first ? DAMP : 2))
  rest += Math.floor(rest / points)
  let k = 0
  for (; rest > ((BASE - T_MIN) * T_MAX) / 2; k += BASE) rest = Math.floor(rest / (BASE - T_MIN))
  return k + Math.floor(((BASE - T_MIN + 1) * rest) / (rest + SKEW))
}

const threshold = (k: number, bias: number): number => Math.min(Math.max(k - bias, T_MIN), T_MAX)

const encodeInteger = (delta: number, bias: number): string => {
  let digits = ''
  let rest = delta
  for (let k = BASE; ; k += BASE) {
    const t = threshold(k, bias)
    if (rest < t) return digits + digitOf(rest)
    digits += digitOf(t + ((rest - t) % (BASE - t)))
    rest = Math.floor((rest - t) / (BASE - t))
  }
}

const decodeInteger = (text: string, start: number, bias: number): { delta: number; end: number } | null => {
  let delta = 0
  let weight = 1
  for (let k = BASE, at = start; at < text.length; k += BASE) {
    const digit = valueOf(text.charCodeAt(at++))
    if (digit === null) return null
    delta += digit * weight
    if (!Number.isSafeInteger(delta)) return null
    const t = threshold(k, bias)
    if (digit < t) return { delta, end: at }
    weight *= BASE - t
  }
  return null
}

/** 0 to 25 are a to z, 26 to 35 are 0 to 9. */
const digitOf = (value: number): string => String.fromCharCode(value < 26 ? value + 97 : value + 22)

const valueOf = (code: number): number | null => {
  if (code >= 48 && code <= 57) return code - 22
  const letter = (code | 32) - 97
  return letter >= 0 && letter < 26 ? letter : null
}
