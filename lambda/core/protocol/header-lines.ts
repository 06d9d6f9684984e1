/**
 * A block of header fields in the middle of a text: how servers older than RFC 3464 return a message, behind a line of
 * dashes, quoted with `> `, or indented.
 */

export type InlineBlock = {
  /** Index of its first line in the text, and behind its last one. */
  readonly at: number
  readonly end: number
  /** The fields without the quotation; otherwise as they stand, line ends included. */
  readonly raw: string
  /** Names of fields, in lower case. */
  readonly names: ReadonlySet<string>
}

/** How many blocks are looked at: a text has one or two, and a flood of them says nothing more. */
export const MAX_BLOCKS = 200

/**
 * Every run of lines that are fields, if at least two of them belong to any message; one by one, for whoever has found what
 * he looks for. Each line is looked at once or, where a quotation changes, twice.
 */
export function* inlineBlocks(text: string): Iterable<InlineBlock> {
  let blocks = 0
  for (let at = 0; at < text.length && blocks < MAX_BLOCKS;) {
    const line = lineOf(text, at)
    const prefix = prefixOf(line)
    if (nameOf(line.slice(prefix.length)) === null) {
      at = after(text, at)
      continue
    }
    const block = readBlock(text, at, prefix)
    at = block.end
    if (weightOf(block) < 2) continue
    blocks++
    yield block
  }
}

/** How many of the fields that make a message are there. */
export const weightOf = ({ names }: InlineBlock): number => count(names, MESSAGE_FIELDS)

const readBlock = (text: string, at: number, prefix: string): InlineBlock => {
  const names = new Set<string>()
  const lines: string[] = []
  let end = at
  while (end < text.length) {
    const next = after(text, end)
    const line = text.slice(end, next)
    if (!line.startsWith(prefix)) break
    const own = line.slice(prefix.length)
    const first = own.charAt(0)
    if (first === ' ' || first === '\t') {
      if (lines.length === 0 || own.trim() === '') break
    } else {
      const name = nameOf(own)
      if (name === null) break
      names.add(name)
    }
    lines.push(own)
    end = next
  }
  return { at, raw: lines.join(''), names, end: Math.max(end, after(text, at)) }
}

const lineOf = (text: string, at: number): string =>
  text.slice(at, Math.min(after(text, at), at + MAX_PREFIX + MAX_NAME))

const after = (text: string, at: number): number => {
  const feed = text.indexOf('\n', at)
  return feed < 0 ? text.length : feed + 1
}

const prefixOf = (line: string): string => {
  let at = 0
  while (at < MAX_PREFIX && ' \t>|'.includes(line.charAt(at)) && at < line.length) at++
  return line.slice(0, at)
}

const nameOf = (line: string): string | null => FIELD.exec(line)?.[1]?.toLowerCase() ?? null

const count = (names: ReadonlySet<string>, among: readonly string[]): number =>
  among.reduce((sum, name) => sum + (names.has(name) ? 1 : 0), 0)

const MAX_PREFIX = 40
const MAX_NAME = 80
/** Some servers leave a blank in front of the colon. */
const FIELD = /^([A-Za-z][A-Za-z0-9_-]{0,70})[ \t]{0,4}:/
const MESSAGE_FIELDS = ['from', 'to', 'date', 'subject', 'message-id', 'received', 'return-path', 'sender', 'cc']
