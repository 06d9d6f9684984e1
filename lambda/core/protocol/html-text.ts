/** The text of an HTML part, line by line, for finding in it what a plain text would say. Latin1 in, latin1 out. */

/** Takes tags off and resolves the entities that an address or a header needs. Linear; never longer than the source. */
export const textOfHtml = (html: string): string => {
  const pieces: string[] = []
  let at = 0
  while (at < html.length) {
    const open = html.indexOf('<', at)
    if (open < 0) break
    pieces.push(html.slice(at, open).replace(SOURCE_BREAK, ' '))
    const close = html.indexOf('>', open)
    if (close < 0) return entities(pieces.join(''))
    const name = TAG.exec(html.slice(open + 1, open + 12))?.[1]?.toLowerCase() ?? ''
    if (BLOCK.has(name)) pieces.push('\n')
    else if (name === 'pre' && html[open + 1] !== '/') {
      const end = html.indexOf('</pre', close)
      pieces.push('\n', html.slice(close + 1, end < 0 ? html.length : end), '\n')
      if (end < 0) return entities(pieces.join(''))
      at = end
      continue
    }
    at = close + 1
  }
  return entities(pieces.join('') + html.slice(at).replace(SOURCE_BREAK, ' ')).replace(LINE_START, '\n')
}

const entities = (text: string): string =>
  text.replace(ENTITY, (written, name: string) => ENTITIES.get(name.toLowerCase()) ?? written)

const SOURCE_BREAK = /\r?\n/g
const LINE_START = /\n /g
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
