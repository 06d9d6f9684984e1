import { shown } from '../../local/report.ts'

/**
 * Text of a sender as one column of one line: what could end the line or begin a column is shown as a replacement character, and so is all
 * that could steer a terminal; what is longer than `most` UTF-16 units is cut.
 */
export function oneLine(text: string, most: number): string {
  const cut = text.length > most ? `${text.slice(0, most - 3)}...` : text
  return shown(cut).replaceAll(/[\n\u2028\u2029]/g, '\ufffd')
}
