/** Puts chunks of text together to lines. Linear, and it never keeps more than the longest line. */

export type Line = {
  /** From 1. */
  readonly number: number
  readonly text: string
  /** Longer than a line may be: `text` is its beginning. */
  readonly tooLong: boolean
}

export type LineSplitter = {
  readonly push: (chunk: string) => readonly Line[]
  /** What stands behind the last line end; null: nothing. */
  readonly end: () => Line | null
}

/** Characters. An address has some hundreds; a row of an export with all its columns some thousands. */
export const longestLine = 256 * 1024

export function createLineSplitter(longest = longestLine): LineSplitter {
  let pieces: string[] = []
  let length = 0
  let tooLong = false
  let number = 0
  const keep = (piece: string): void => {
    const room = longest - length
    if (piece.length > room) tooLong = true
    if (room > 0 && piece !== '') pieces.push(piece.slice(0, room))
    length += Math.min(piece.length, Math.max(0, room))
  }
  const take = (): Line => {
    number += 1
    const text = pieces.join('')
    const line = { number, text: text.endsWith('\r') ? text.slice(0, -1) : text, tooLong }
    pieces = []
    length = 0
    tooLong = false
    return line
  }
  return {
    push: (chunk) => {
      const lines: Line[] = []
      let from = 0
      for (let at = chunk.indexOf('\n'); at !== -1; at = chunk.indexOf('\n', from)) {
        keep(chunk.slice(from, at))
        lines.push(take())
        from = at + 1
      }
      keep(chunk.slice(from))
      return lines
    },
    end: () => (length === 0 && !tooLong ? null : take()),
  }
}
