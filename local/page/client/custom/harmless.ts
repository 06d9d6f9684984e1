/** What a text may hold (`markdown`), or what the answer of a widget's function may (`widget`). */
type Allowed = 'markdown' | 'widget'

/*
 * CloudWatch User Guide, "Custom widgets: security": CloudWatch takes script, iframe and use out of a widget's HTML, and no JavaScript
 * runs in it. Here it is the other way round: what is not on a list goes. The page's CSP, which runs no script of a document, stands
 * behind it.
 */
const text =
  'a abbr b blockquote br caption code col colgroup dd del details div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li ' +
  'mark ol p pre q s samp section small span strong sub summary sup table tbody td tfoot th thead time tr u ul var wbr'
const forms =
  'button datalist fieldset form input label legend meter optgroup option output progress select style textarea cwdb-action'
const drawing =
  'circle clippath defs desc ellipse g line lineargradient marker mask path pattern polygon polyline radialgradient rect stop svg text ' +
  'title tspan'

const elements: Readonly<Record<Allowed, ReadonlySet<string>>> = {
  markdown: new Set(text.split(' ')),
  widget: new Set(`${text} ${forms} ${drawing}`.split(' ')),
}
/** Whatever they hold goes with them. Of others that are not allowed, only the element itself goes. */
const dropped = new Set(
  'base embed frame frameset iframe link math meta noscript object script style template use'.split(' '),
)
/** Attributes that load, run or send something, whatever their value. */
const refused = new Set('formaction formmethod formtarget srcdoc srcset ping background autofocus xml:base'.split(' '))
const addresses = new Set(['href', 'xlink:href', 'src', 'cite', 'action'])

/**
 * The HTML as nodes that can do no harm in this page. They are made by the parser, and never written out and read again, so that
 * what was looked at is what is shown.
 */
export function harmless(html: string, allowed: Allowed): DocumentFragment {
  const parsed = new DOMParser().parseFromString(html, 'text/html')
  // Of the parser's own document, where nothing loads and nothing runs: only what is clean comes into the page.
  const fragment = parsed.createDocumentFragment()
  // A style sheet in front of everything else is moved to the head by the parser.
  fragment.append(...parsed.head.childNodes, ...parsed.body.childNodes)
  for (const element of fragment.querySelectorAll('*')) clean(element, elements[allowed])
  return fragment
}

function clean(element: Element, allowed: ReadonlySet<string>): void {
  const name = element.localName.toLowerCase()
  if (!allowed.has(name)) {
    if (dropped.has(name)) element.remove()
    // Its children come later in the list of all elements, and are looked at there.
    else element.replaceWith(...element.childNodes)
    return
  }
  for (const { name: attribute, value } of [...element.attributes]) {
    if (!isHarmless(name, attribute.toLowerCase(), value)) element.removeAttribute(attribute)
  }
  if (name === 'a' && element.hasAttribute('href')) {
    element.setAttribute('rel', 'noopener noreferrer')
    element.setAttribute('target', '_blank')
  }
}

function isHarmless(element: string, attribute: string, value: string): boolean {
  if (attribute.startsWith('on') || refused.has(attribute)) return false
  // `call` or `html`: not where a form is sent to.
  if (element === 'cwdb-action' && attribute === 'action') return true
  if (!addresses.has(attribute)) return true
  const address = value.replaceAll(/[\s\p{Cc}]/gu, '').toLowerCase()
  if (attribute === 'src') return address.startsWith('data:image/')
  if (attribute === 'action') return false
  return /^(https?:|mailto:|#)/.test(address)
}
