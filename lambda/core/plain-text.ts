/**
 * Text of a sender as it can be shown: what steers a terminal, turns the direction of writing or cannot be seen is a replacement
 * character. Line feeds stay.
 */
export function shown(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu, (character) => (character === '\n' ? '\n' : '\ufffd'))
}

/** The same in one line: whatever ends a line is a replacement character, too; what is longer than `most` UTF-16 units is cut. */
export function oneLine(text: string, most: number): string {
  const cut = text.length > most ? `${text.slice(0, most - 3)}...` : text
  return shown(cut).replaceAll(/[\n\u2028\u2029]/g, '\ufffd')
}
