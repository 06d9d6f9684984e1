import { badRow, cutAt, type LineReader } from './line-reader.ts'

/** An address a line; `#` begins a comment, and `@domain` is a catch-all. */
export function createPlainReader(): LineReader {
  return {
    line: ({ number, text, tooLong }) => {
      if (tooLong) return [badRow(number, text, 'a shorter line')]
      const address = withoutComment(text).trim()
      if (address === '') return []
      return [{ line: number, address, kind: address.startsWith('@') ? 'catch-all' : 'mailbox', target: null }]
    },
    end: (unfinished) => ({ rows: [], cut: cutAt(unfinished) }),
  }
}

/** `#` may stand in a local part: only behind a blank, or at the front, does it begin a comment. */
function withoutComment(text: string): string {
  if (text.trimStart().startsWith('#')) return ''
  const at = Math.min(...[' #', '\t#'].map((mark) => text.indexOf(mark)).filter((index) => index !== -1), text.length)
  return text.slice(0, at)
}
