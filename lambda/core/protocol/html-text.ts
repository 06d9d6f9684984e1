/** The text of an HTML part, line by line, for finding in it what a plain text would say. Latin1 in, latin1 out. */

/** Takes tags off and resolves the entities that an address or a header needs. Linear; never longer than the source. */
export const textOfHtml = (html: string): string => {
  const pieces: string[] = []
  let inPre = false
  for (let at = 0; at < html.length;) {
    const open = html.indexOf('<', at)
    const text = html.slice(at, open < 0 ? html.length : open)
    // Outside of <pre> a line ends where a tag says so. Blanks stay: they may be the folding of a field.
    const line = !inPre && pieces.at(-1) === '\n' ? text.replace(LEADING_BREAK, '') : text
    const shown = inPre ? line : line.replace(SOURCE_BREAK, ' ')
    if (shown !== '') pieces.push(shown)
    const tag = open < 0 ? null : tagAt(html, open)
    if (tag === null) break
    if (tag.shown !== '') pieces.push(tag.shown)
    if (tag.name === 'pre') inPre = html[open + 1] !== '/'
    at = tag.end
  }
  return entities(pieces.join(''))
}

type Tag = { readonly name: string; readonly shown: string; readonly end: number }

/** Null: it never closes, and a browser shows nothing behind it. */
const tagAt = (html: string, open: number): Tag | null => {
  if (html.startsWith('<!--', open)) {
    const end = html.indexOf('-->', open + 4)
    return end < 0 ? null : { name: '', shown: '', end: end + 3 }
  }
  // Servers that put a text into HTML without looking at it leave the brackets of addresses as they are.
  if (ADDRESS.test(html.slice(open, open + MAX_ADDRESS))) return { name: '', shown: '<', end: open + 1 }
  const close = html.indexOf('>', open)
  if (close < 0) return null
  const name = TAG.exec(html.slice(open + 1, open + 12))?.[1]?.toLowerCase() ?? ''
  const end = HIDDEN.has(name) && html[open + 1] !== '/' ? endTagAt(html, close, name) : close + 1
  return end === null ? null : { name, shown: BLOCK.has(name) ? '\n' : '', end }
}

/** Where `</name` stands, in any case. */
const endTagAt = (html: string, from: number, name: string): number | null => {
  for (let at = html.indexOf('</', from); at >= 0; at = html.indexOf('</', at + 2)) {
    if (html.slice(at + 2, at + 2 + name.length).toLowerCase() === name) return at
  }
  return null
}

const entities = (text: string): string =>
  text.replace(ENTITY, (written, name: string) => ENTITIES.get(name.toLowerCase()) ?? written)

const SOURCE_BREAK = /\r?\n/g
const LEADING_BREAK = /^\r?\n/
const HIDDEN: ReadonlySet<string> = new Set(['style', 'script'])
/** A bracket, the longest local part (RFC 5321 4.5.3.1.1), an at sign: no tag has a name like that. */
const MAX_ADDRESS = 66
const ADDRESS = /^<[^\s<>@"':/]{1,64}@/
const TAG = /^\/?([A-Za-z0-9]{1,10})/
const BLOCK: ReadonlySet<string> = new Set([
  'br',
  'p',
  'div',
  'tr',
  'li',
  'table',
  'h1',
  'h2',
  'h3',
  'h4',
  'hr',
  'body',
  'title',
  'blockquote',
  'pre',
])
const ENTITY = /&(lt|gt|amp|quot|nbsp|#39|#43|#64|#60|#62|#160|#32);/gi
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['nbsp', ' '],
  ['#39', "'"],
  ['#43', '+'],
  ['#64', '@'],
  ['#60', '<'],
  ['#62', '>'],
  ['#160', ' '],
  ['#32', ' '],
])
