import { parseFragment, type DefaultTreeAdapterTypes } from 'parse5'

type Node = DefaultTreeAdapterTypes.ChildNode
type Element = DefaultTreeAdapterTypes.Element

/** The tables of a page as somebody reads them: the caption, then the rows, cell by cell. */
export function tablesIn(html: string): Readonly<Record<string, readonly (readonly string[])[]>> {
  const tables = elementsIn(html).filter(({ tagName }) => tagName === 'table')
  return Object.fromEntries(
    tables.map((table) => {
      const inside = below(table)
      const caption = inside.find(({ tagName }) => tagName === 'caption')
      const rows = inside.filter(({ tagName }) => tagName === 'tr')
      const cells = rows.map((row) => below(row).filter(({ tagName }) => tagName === 'td' || tagName === 'th'))
      return [caption === undefined ? '' : textOf(caption), cells.map((row) => row.map(textOf))]
    }),
  )
}

/** The texts of all elements of a class. */
export function textsOf(html: string, className: string): readonly string[] {
  const has = ({ attrs }: Element): boolean =>
    attrs.some(({ name, value }) => name === 'class' && value.split(' ').includes(className))
  return elementsIn(html).filter(has).map(textOf)
}

/** Every element with its attributes' names: what a sender's text must never change. */
export function shapeOf(html: string): readonly string[] {
  return elementsIn(html).map(({ tagName, attrs }) => [tagName, ...attrs.map(({ name }) => name)].join(' '))
}

export function elementsIn(html: string): readonly Element[] {
  return below(parseFragment(html))
}

export function textOf(node: Node): string {
  return 'value' in node
    ? node.value
    : 'childNodes' in node
      ? node.childNodes.map(textOf).join('').replaceAll(/\s+/g, ' ').trim()
      : ''
}

function below({ childNodes }: { readonly childNodes: readonly Node[] }): readonly Element[] {
  return childNodes.flatMap((node) => ('tagName' in node ? [node, ...below(node)] : []))
}
