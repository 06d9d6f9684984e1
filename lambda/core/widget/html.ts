import { shown } from '../plain-text.ts'

/** HTML that is safe to show. Only `html` makes it, so that no text of a sender can become markup. */
export type Html = { readonly html: string }

export type Shown = Html | string | number | null | readonly Shown[]

/**
 * What stands between the values is markup of ours; every value that is not made by `html` itself is text, in an element and in a
 * quoted attribute alike. Null shows nothing, and a list its members one after another.
 */
export function html(markup: TemplateStringsArray, ...values: readonly Shown[]): Html {
  return { html: markup.map((part, at) => part + textOf(values[at] ?? null)).join('') }
}

function textOf(value: Shown): string {
  if (value === null) return ''
  if (isList(value)) return value.map(textOf).join('')
  return typeof value === 'object' ? value.html : escaped(String(value))
}

/** `Array.isArray` does not know read-only lists. */
function isList(value: Shown): value is readonly Shown[] {
  return Array.isArray(value)
}

function escaped(text: string): string {
  return shown(text).replaceAll(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`)
}
