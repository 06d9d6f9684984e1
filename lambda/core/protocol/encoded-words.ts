/** Encoded words in header fields, for showing them: RFC 2047, with the language of RFC 2231 5. */

/** Characters. A longer value is cut: it is for people to look at. */
export const MAX_DECODED_LENGTH = 16 * 1024

type Word = {
  readonly charset: string
  readonly bytes: readonly number[]
  readonly start: number
  readonly end: number
}

/**
 * Decodes every word whose charset is known and leaves the others as they stand. Words that follow one another are
 * joined before they are decoded, because many senders cut a character in two. The result is never longer than the
 * value. Control characters become spaces: a decoded line end would end the line of a log, an escape would colour a
 * terminal.
 */
export const decodeWords = (value: string): string => {
  const text = value.slice(0, MAX_DECODED_LENGTH)
  let shown = ''
  let at = 0
  for (let word = nextWord(text, 0); word !== null;) {
    const run = [word]
    let next = nextWord(text, word.end)
    // White space between two words is no text (RFC 2047 6.2).
    while (next !== null && text.slice(run.at(-1)?.end, next.start).trim() === '') {
      run.push(next)
      next = nextWord(text, next.end)
    }
    shown += text.slice(at, word.start) + decodeRun(run, text)
    at = run.at(-1)?.end ?? text.length
    word = next
  }
  return (shown + text.slice(at)).replace(CONTROL, ' ')
}

/** Finds `=?charset?encoding?text?=` at `from` or behind it. Each search stops at the next `?`, so all are linear. */
const nextWord = (text: string, from: number): Word | null => {
  for (let start = text.indexOf('=?', from); start >= 0; start = text.indexOf('=?', start + 2)) {
    CHARSET_AND_ENCODING.lastIndex = start
    const match = CHARSET_AND_ENCODING.exec(text)
    if (match === null) continue
    const open = CHARSET_AND_ENCODING.lastIndex
    const close = text.indexOf('?', open)
    if (close < 0) return null
    if (text[close + 1] !== '=') continue
    const [, charset = '', encoding = ''] = match
    const encoded = text.slice(open, close)
    const bytes = encoding.toUpperCase() === 'B' ? bytesOfBase64(encoded) : bytesOfQ(encoded)
    return { charset: charset.split('*')[0]?.toLowerCase() ?? '', bytes, start, end: close + 2 }
  }
  return null
}

const decodeRun = (run: readonly Word[], text: string): string => {
  let shown = ''
  for (let i = 0; i < run.length;) {
    const charset = run[i]?.charset ?? ''
    let end = i
    while (run[end]?.charset === charset) end++
    const words = run.slice(i, end)
    const decoder = decoderFor(charset)
    shown +=
      decoder === null
        ? text.slice(words[0]?.start, words.at(-1)?.end)
        : decoder.decode(Uint8Array.from(words.flatMap((word) => word.bytes)))
    i = end
  }
  return shown
}

const decoderFor = (charset: string): InstanceType<typeof TextDecoder> | null => {
  try {
    return new TextDecoder(charset)
  } catch {
    return null // the runtime does not know this charset
  }
}

/** RFC 2047 4.2. A `=` that no two hexadecimal digits follow stands for itself. */
const bytesOfQ = (encoded: string): number[] => {
  const bytes: number[] = []
  for (let i = 0; i < encoded.length; i++) {
    const hex = encoded[i] === '=' ? encoded.slice(i + 1, i + 3) : ''
    if (/^[0-9A-Fa-f]{2}$/.test(hex)) {
      bytes.push(parseInt(hex, 16))
      i += 2
    } else {
      const code = encoded.charCodeAt(i)
      // Only US-ASCII belongs here; anything else is shown as a question mark.
      bytes.push(encoded[i] === '_' ? 0x20 : code < 0x80 ? code : 0x3f)
    }
  }
  return bytes
}

/** RFC 4648 4; characters outside the alphabet are passed over, as RFC 2045 6.8 asks. */
const bytesOfBase64 = (encoded: string): number[] => {
  const bytes: number[] = []
  let bits = 0
  let buffer = 0
  for (const character of encoded) {
    const value = BASE64.indexOf(character)
    if (value < 0) continue
    buffer = ((buffer << 6) | value) & 0xffff
    bits += 6
    if (bits < 8) continue
    bits -= 8
    bytes.push((buffer >> bits) & 0xff)
  }
  return bytes
}

const CHARSET_AND_ENCODING = /=\?([A-Za-z0-9_.:+*-]{1,64})\?([bBqQ])\?/y
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const CONTROL = /[\x00-\x1f\x7f-\x9f\u2028\u2029]/g
