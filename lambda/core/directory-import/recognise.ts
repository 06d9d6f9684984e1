/** Which kind of file a source is, by its first lines. */

export type Format = 'csv' | 'json-lines' | 'ldif' | 'postfix-virtual' | 'postfix-aliases' | 'plain'

export const formats: readonly Format[] = ['csv', 'json-lines', 'ldif', 'postfix-virtual', 'postfix-aliases', 'plain']

/** What a source begins with. More is not looked at, and not kept. */
export const bytesToRecognise = 64 * 1024

/** Null: it is none that is known. `head`: the beginning of the source, cut anywhere. */
export function recogniseFormat(head: string): Format | null {
  const lines = head.split('\n', mostLines).map((line) => line.trim())
  const told = lines.filter((line) => line !== '' && !line.startsWith('#'))
  const [first] = told
  // Nothing but comments is an empty list, which a guard refuses.
  if (first === undefined) return 'plain'
  if (first.startsWith('{')) return 'json-lines'
  if (/^(version:\s{0,8}\d|dn::?\s)/i.test(first)) return 'ldif'
  if (told.every(isAddress)) return 'plain'
  if (isHeader(first)) return 'csv'
  if (/^[^\s:@,;]{1,200}\s{0,20}:/.test(first)) return 'postfix-aliases'
  if (/^[^\s,;]{1,1000}\s{1,1000}\S/.test(first)) return 'postfix-virtual'
  return first.includes('@') && !/[,;\t]/.test(first) ? 'plain' : null
}

/** The character that separates the columns: the one that the header row has most of. */
export function delimiterOf(header: string): string {
  const count = (character: string): number => header.split(character).length
  return [';', '\t'].reduce((best, other) => (count(other) > count(best) ? other : best), ',')
}

const mostLines = 50

function isAddress(line: string): boolean {
  return line.includes('@') && !/[\s,;:{]/.test(line)
}

/** A header row names columns; an address in it would be a row. */
function isHeader(line: string): boolean {
  return /[,;\t]/.test(line)
    ? !line.includes('@')
    : /^"?[\w -]{0,40}(mail|address|user principal name)[\w -]{0,40}"?$/i.test(line)
}
