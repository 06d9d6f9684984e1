/** Already escaped: only `element` and `document` make it. */
export type Xml = { readonly xml: string }

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/'

/** One element; null or undefined content leaves it out, so that an optional field needs no condition. */
export function element(
  name: string,
  content: string | number | boolean | Xml | readonly Xml[] | null | undefined,
): Xml {
  if (content === null || content === undefined) return { xml: '' }
  if (typeof content === 'object')
    return { xml: `<${name}>${'xml' in content ? content.xml : content.map(({ xml }) => xml).join('')}</${name}>` }
  return { xml: `<${name}>${escapeText(String(content))}</${name}>` }
}

export function textNode(text: string): Xml {
  return { xml: escapeText(text) }
}

export function document(name: string, content: readonly Xml[]): string {
  const inner = content.map(({ xml }) => xml).join('')
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${name} xmlns="${NAMESPACE}">${inner}</${name}>`
}

/** S3's errors have no namespace. */
export function errorDocument(content: readonly Xml[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element('Error', content).xml}`
}

/** A key may hold control characters; S3 writes them as references, which XML 1.0 forbids and its clients accept. */
function escapeText(text: string): string {
  return text.replace(
    /[&<>"\u0000-\u001f]/g,
    (character) => NAMED[character] ?? `&#x${character.charCodeAt(0).toString(16)};`,
  )
}

const NAMED: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
