import { format, resolveConfig } from 'prettier'

/** A file of docs/, by its name. */
export type Page = { readonly name: string; readonly text: string }

/** The page as the formatter wants it, so that formatting never makes it differ from what is generated. */
export async function pageOf(name: string, lines: readonly string[]): Promise<Page> {
  const options = await resolveConfig(import.meta.filename)
  return { name, text: await format([...lines, ''].join('\n'), { ...options, parser: 'markdown' }) }
}

/** Text that stands for itself, also in a table. Inside a word an underscore is one already. */
export function literal(text: string): string {
  return text.replaceAll(/[\\`*[\]<>|~#]|(?<!\w)_|_(?!\w)/g, (character) => `\\${character}`)
}
