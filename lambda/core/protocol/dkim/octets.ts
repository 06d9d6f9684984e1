/**
 * Octets as text in which each character is one octet (Latin-1), and back. A signature is made over octets, and what is
 * decoded as UTF-8 and encoded again is other octets wherever the sender wrote something else.
 */
export const textOfOctets = (octets: Uint8Array): string => {
  const parts: string[] = []
  // An argument list has a limit.
  for (let at = 0; at < octets.length; at += 8192) parts.push(String.fromCharCode(...octets.subarray(at, at + 8192)))
  return parts.join('')
}

/** A character above U+00FF loses its upper bits: this is for text that came out of `textOfOctets`. */
export const octetsOfText = (text: string): Uint8Array => {
  const octets = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) octets[i] = text.charCodeAt(i)
  return octets
}

/** Base64 with blanks in it and padding or not (RFC 6376 2.10, 3.6.1); null for anything else. */
export const octetsOfBase64 = (written: string): Uint8Array | null => {
  const bare = written.replace(/[ \t\r\n]/g, '')
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(bare)) return null
  try {
    return octetsOfText(atob(bare))
  } catch {
    // The one thing that atob says of such characters: their number is wrong.
    return null
  }
}

export const base64Of = (octets: Uint8Array): string => btoa(textOfOctets(octets))

/** Without spaces, tabs, CR and LF at both ends. `trim()` would take off U+00A0 too, which is an octet that was signed. */
export const withoutBlanksAround = (text: string): string =>
  between(text, (code) => isSpace(code) || code === 0x0d || code === 0x0a)

/** Without spaces and tabs at both ends: WSP (RFC 5234 B.1). A CR that stands alone is an octet that was signed. */
export const withoutSpacesAround = (text: string): string => between(text, isSpace)

const between = (text: string, isBlank: (code: number) => boolean): string => {
  let from = 0
  let to = text.length
  while (from < to && isBlank(text.charCodeAt(from))) from++
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--
  return text.slice(from, to)
}

const isSpace = (code: number): boolean => code === 0x20 || code === 0x09
