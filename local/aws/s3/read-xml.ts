export type XmlElement = {
  /** Without its namespace prefix. */
  readonly name: string
  readonly children: readonly XmlElement[]
  /** The text directly inside, references replaced. */
  readonly text: string
}

type Open = { name: string; children: XmlElement[]; text: string }

const DEEPEST = 16
// 1,000 keys to delete make 2,001 elements, each with a version id 3,001.
const MOST_ELEMENTS = 20_000
const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/**
 * Reads the small XML that S3 requests carry: elements, text, references, CDATA, comments. Attributes are skipped. Null for
 * anything else, a document type above all: entities of one's own are how XML parsers are blown up.
 * Linear in the text, and bounded in depth and elements.
 */
export function readXml(text: string): XmlElement | null {
  const root: Open = { name: '', children: [], text: '' }
  const open: Open[] = [root]
  let elements = 0
  let at = 0
  while (at < text.length) {
    const inner = open[open.length - 1]
    if (!inner) return null
    const tag = text.indexOf('<', at)
    const words = unescapeText(text.slice(at, tag < 0 ? undefined : tag))
    if (words === null) return null
    inner.text += words
    if (tag < 0) break
    const passed = passedOver(text, tag)
    if (passed !== null) {
      if (passed.next < 0) return null
      inner.text += passed.text
      at = passed.next
      continue
    }
    const end = endOfTag(text, tag)
    if (end < 0 || text[tag + 1] === '!' || ++elements > MOST_ELEMENTS * 2) return null
    at = end + 1
    if (!enterOrLeave(text.slice(tag + 1, end), open)) return null
  }
  return open.length === 1 ? onlyChild(root) : null
}

export function childrenOf(element: XmlElement, name: string): readonly XmlElement[] {
  return element.children.filter((child) => child.name === name)
}

/** The text of the first child of that name; null where there is none. */
export function childText(element: XmlElement, name: string): string | null {
  return element.children.find((child) => child.name === name)?.text ?? null
}

function onlyChild({ children, text }: Open): XmlElement | null {
  const [only, ...others] = children
  return only && others.length === 0 && text.trim() === '' ? only : null
}

/** A declaration, a comment or CDATA at `tag`; null where it is an ordinary tag. `next` is -1 where it never ends. */
function passedOver(text: string, tag: number): { readonly text: string; readonly next: number } | null {
  const pass = (opening: string, closing: string, keep: boolean) => {
    if (!text.startsWith(opening, tag)) return null
    const end = text.indexOf(closing, tag + opening.length)
    return {
      text: keep && end >= 0 ? text.slice(tag + opening.length, end) : '',
      next: end < 0 ? -1 : end + closing.length,
    }
  }
  return pass('<?', '?>', false) ?? pass('<!--', '-->', false) ?? pass('<![CDATA[', ']]>', true)
}

/** The index of the `>` that ends a tag: one inside a quoted attribute does not. */
function endOfTag(text: string, tag: number): number {
  let quote = ''
  for (let i = tag + 1; i < text.length; i++) {
    const character = text.charAt(i)
    if (quote !== '') {
      if (character === quote) quote = ''
    } else if (character === '"' || character === "'") quote = character
    else if (character === '>') return i
    else if (character === '<') return -1
  }
  return -1
}

function enterOrLeave(tag: string, open: Open[]): boolean {
  const closing = tag.startsWith('/')
  const name = localName(closing ? tag.slice(1) : tag)
  if (name === '') return false
  if (closing) {
    const left = open.pop()
    if (left?.name !== name || open.length === 0) return false
    return true
  }
  const entered: Open = { name, children: [], text: '' }
  open[open.length - 1]?.children.push(entered)
  if (tag.endsWith('/')) return true
  open.push(entered)
  return open.length <= DEEPEST
}

function localName(tag: string): string {
  let end = 0
  while (end < tag.length && !' \t\r\n/'.includes(tag.charAt(end))) end++
  const name = tag.slice(0, end)
  return name.slice(name.indexOf(':') + 1)
}

/** Null for a reference that is not known. */
function unescapeText(text: string): string | null {
  let out = ''
  let at = 0
  for (;;) {
    const start = text.indexOf('&', at)
    if (start < 0) return out + text.slice(at)
    // The longest reference is &#x10FFFF; and the bound keeps a text of ampersands linear.
    const end = text.slice(start, start + 12).indexOf(';')
    const character = end < 0 ? null : characterOf(text.slice(start + 1, start + end))
    if (character === null) return null
    out += text.slice(at, start) + character
    at = start + end + 1
  }
}

function characterOf(reference: string): string | null {
  if (Object.hasOwn(NAMED, reference)) return NAMED[reference] ?? null
  if (!/^#(?:x[0-9a-fA-F]+|[0-9]+)$/.test(reference)) return null
  const code = reference[1] === 'x' ? Number.parseInt(reference.slice(2), 16) : Number(reference.slice(1))
  return code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : null
}
