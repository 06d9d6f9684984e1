/** What a person would read in a message, in lower case, as much of it as a notice needs. */
import type { Mail, Part } from '../protocol/mime.ts'
import { parameterOf } from '../protocol/mime.ts'
import { RETURNED_TYPES, textOf } from '../protocol/returned-message.ts'
import { strictly } from './decode-field.ts'

/** Octets of a part, and parts: a server says what happened before it quotes. */
const MAX_LENGTH = 8 * 1024
const MAX_TEXTS = 3

/** The texts of the message, decoded by their charset. Empty where there is none. */
export const shownText = (mail: Mail): string => {
  const texts: string[] = []
  for (const part of mail.parts) {
    if (RETURNED_TYPES.has(part.type)) continue
    const text = textOf({
      ...part,
      body: part.body.slice(0, part.encoding === 'base64' ? 2 * MAX_LENGTH : 3 * MAX_LENGTH),
    })
    if (text !== null) texts.push(decoded(text.slice(0, MAX_LENGTH), part))
    if (texts.length === MAX_TEXTS) break
  }
  return texts.join('\n').toLowerCase().replace(BLANKS, ' ')
}

const decoded = (text: string, part: Part): string => {
  if (!BEYOND_ASCII.test(text)) return text
  // The cut may have gone through a character.
  const bytes = Buffer.from(text.slice(0, text.lastIndexOf('\n') + 1 || text.length), 'latin1')
  const charset = parameterOf(part.contentType, 'charset') ?? ''
  // Stores and gateways convert a text and leave the declaration as it was.
  const charsets = [...(text.includes('\x1b') ? ['iso-2022-jp'] : ['utf-8']), charset, 'euc-jp', 'shift_jis', 'latin1']
  for (const name of charsets) {
    const shown = strictly(bytes, name)
    if (shown !== null) return shown.replaceAll('\u2019', "'")
  }
  return text
}

/** An escape sequence of ISO-2022-JP counts: its bytes are all ASCII. */
const BEYOND_ASCII = /[\x1b\x80-\xff]/
const BLANKS = /[ \t\r\n]+/g
