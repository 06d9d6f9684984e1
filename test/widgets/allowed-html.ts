import type { DefaultTreeAdapterTypes } from 'parse5'
import { elementsIn, textOf } from '../core/widget/text-of.ts'

/**
 * What a page of a widget may be made of. CloudWatch User Guide, custom widgets: most HTML tags and CSS are shown, JavaScript is
 * taken out "or other known security vulnerabilities", for example `<iframe>` and `<use>` ("Security and JavaScript"), and
 * `<cwdb-action>` has the attributes action, confirmation, display, endpoint and event ("Interactivity"). This list is narrower: what is
 * on it needs nobody to clean it.
 */
export const allowed: Readonly<Record<string, readonly string[]>> = {
  style: [],
  div: ['class', 'role', 'aria-label', 'tabindex'],
  span: ['class'],
  h3: ['class'],
  p: ['class', 'role'],
  ul: [],
  li: [],
  strong: [],
  code: [],
  pre: ['tabindex'],
  table: ['class'],
  caption: [],
  thead: [],
  tbody: [],
  tr: [],
  th: ['scope'],
  td: ['class'],
  // Without an address: nothing is sent anywhere but by a button's call.
  form: [],
  label: [],
  input: ['type', 'name', 'value', 'placeholder', 'maxlength', 'size', 'required'],
  select: ['name'],
  option: ['value', 'selected'],
  button: ['type', 'class'],
  a: ['href', 'rel', 'target'],
  br: [],
  'cwdb-action': ['action', 'display', 'endpoint', 'confirmation'],
}

type Element = DefaultTreeAdapterTypes.Element

/** What of a page must not be shown, a sentence each. */
export function problemsIn(html: string): readonly string[] {
  const elements = elementsIn(html)
  return [
    ...elements.flatMap(unknownIn),
    ...elements.flatMap(linkProblem),
    ...elements.flatMap(actionProblem),
    ...elements.flatMap(tableProblem),
    ...elements.flatMap(fieldProblem),
    ...elements.flatMap(styleProblem),
  ]
}

function unknownIn({ tagName, attrs }: Element): readonly string[] {
  const names = allowed[tagName]
  if (names === undefined) return [`<${tagName}> is not allowed`]
  return attrs.filter(({ name }) => !names.includes(name)).map(({ name }) => `${name} of <${tagName}> is not allowed`)
}

function linkProblem({ tagName, attrs }: Element): readonly string[] {
  const href = attrs.find(({ name }) => name === 'href')?.value
  if (tagName !== 'a' || href?.startsWith('https://') === true) return []
  return [`a link leads to ${href ?? 'nowhere, and has no keyboard'}`]
}

/** It acts on the element before it, which a keyboard must reach; what it tells the function is JSON. */
function actionProblem({ tagName, attrs, parentNode, childNodes }: Element): readonly string[] {
  if (tagName !== 'cwdb-action') return []
  const attribute = (name: string): string | undefined => attrs.find((one) => one.name === name)?.value
  const siblings = parentNode === null ? [] : parentNode.childNodes.filter((node) => 'tagName' in node)
  const before = siblings[siblings.findIndex((node) => node.childNodes === childNodes) - 1]
  const problems = [
    ...(before?.tagName === 'button' ? [] : ['a cwdb-action does not follow a button']),
    ...(attribute('action') === 'call' ? [] : ['a cwdb-action does not call']),
    ...(/^arn:aws[a-z-]*:lambda:/.test(attribute('endpoint') ?? '') ? [] : ['a cwdb-action has no function']),
  ]
  const parameters = JSON.parse(childNodes.map((node) => ('value' in node ? node.value : '<')).join('')) as unknown
  return typeof parameters === 'object' ? problems : [...problems, 'a cwdb-action has no JSON']
}

function tableProblem(element: Element): readonly string[] {
  if (element.tagName !== 'table') return []
  const [first] = element.childNodes.filter((node) => 'tagName' in node)
  const captioned = first?.tagName === 'caption' && textOf(first) !== ''
  const heads = elementsOf(element).filter(({ tagName }) => tagName === 'th')
  const scoped = heads.every(({ attrs }) => attrs.some(({ name }) => name === 'scope'))
  return [...(captioned ? [] : ['a table has no caption']), ...(scoped ? [] : ['a head of a table has no scope'])]
}

function fieldProblem({ tagName, parentNode }: Element): readonly string[] {
  if (tagName !== 'input' && tagName !== 'select') return []
  const labelled = parentNode !== null && 'tagName' in parentNode && parentNode.tagName === 'label'
  return labelled ? [] : [`<${tagName}> has no label`]
}

/** Nothing comes from elsewhere, and no rule reaches beyond the widget. */
function styleProblem(element: Element): readonly string[] {
  if (element.tagName !== 'style') return []
  const css = textOf(element)
  const selectors = css.split('}').flatMap((rule) => rule.split('{', 1)[0]?.split(',') ?? [])
  const beyond = selectors.filter((one) => one.trim() !== '' && !one.trim().startsWith('.qg'))
  return [
    ...(/url\(|@import|expression|javascript/i.test(css) ? ['the style fetches something'] : []),
    ...beyond.map((selector) => `the selector ${selector.trim()} reaches beyond the widget`),
  ]
}

function elementsOf({ childNodes }: { readonly childNodes: Element['childNodes'] }): readonly Element[] {
  return childNodes.flatMap((node) => ('tagName' in node ? [node, ...elementsOf(node)] : []))
}
