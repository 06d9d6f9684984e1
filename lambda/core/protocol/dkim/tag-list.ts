/** Tag lists, RFC 6376 3.2: what a signature and a key record are written in. */
import { withoutBlanksAround } from './octets.ts'

/** Names are case-sensitive; values are as written, without white space around them. */
export type TagList = ReadonlyMap<string, string>

/** Far above the 14 tags that there are. */
export const MAX_TAGS = 64

/** Null where the syntax is broken, and where a tag is given twice: either could be the one that was meant. */
export const parseTagList = (text: string): TagList | null => {
  const specs = text.split(';', MAX_TAGS + 1)
  if (specs.length > MAX_TAGS) return null
  if (withoutBlanksAround(specs.at(-1) ?? '') === '') specs.pop()
  const tags = new Map<string, string>()
  for (const spec of specs) {
    const equals = spec.indexOf('=')
    const name = withoutBlanksAround(spec.slice(0, Math.max(equals, 0)))
    if (!TAG_NAME.test(name) || tags.has(name)) return null
    tags.set(name, withoutBlanksAround(spec.slice(equals + 1)))
  }
  return tags
}

/** The same text with the value of `b=` deleted, and the white space around it (RFC 6376 3.7); `bh=` stays. */
export const withoutSignatureData = (text: string): string =>
  text
    .split(';')
    .map((spec) => {
      const equals = spec.indexOf('=')
      return withoutBlanksAround(spec.slice(0, Math.max(equals, 0))) === 'b' ? spec.slice(0, equals + 1) : spec
    })
    .join(';')

/** The items of a list such as `h=`, in lower case. */
export const colonList = (value: string): readonly string[] =>
  value.split(':').map((item) => withoutBlanksAround(item).toLowerCase())

const TAG_NAME = /^[A-Za-z][A-Za-z0-9_]*$/
