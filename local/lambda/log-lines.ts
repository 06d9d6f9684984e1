import { StringDecoder } from 'node:string_decoder'

/** CloudWatch Logs refuses a longer event; a line that never ends must not fill the memory of the laptop. */
const longestLine = 256 * 1024

export type LineSplitter = {
  readonly write: (chunk: Buffer) => void
  /** Hands over a last line that had no line break. */
  readonly end: () => void
}

/** Cuts a stream of bytes into lines, without their line breaks. A line over 256 KB comes in pieces. */
export function splitLines(onLine: (line: string) => void): LineSplitter {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  const cut = (line: string): string => {
    let from = 0
    for (; line.length - from > longestLine; from += longestLine) onLine(line.slice(from, from + longestLine))
    return line.slice(from)
  }
  const take = (text: string): void => {
    let from = 0
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', from)) {
      const line = rest + text.slice(from, at)
      rest = ''
      from = at + 1
      onLine(cut(line.endsWith('\r') ? line.slice(0, -1) : line))
    }
    rest = cut(rest + text.slice(from))
  }
  return {
    write: (chunk) => take(decoder.write(chunk)),
    end: () => {
      take(decoder.end())
      if (rest !== '') onLine(rest)
      rest = ''
    },
  }
}
