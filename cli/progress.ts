import type { Terminal } from './terminal.ts'

/** What a verb is at, on a line of the terminal that it keeps rewriting. */
export type Progress = {
  /** Shows a line of plain ASCII, if somebody is looking and the verb has been at it for more than a second. */
  readonly show: (line: string) => void
  /** Takes the line away, so that something else can be said. */
  readonly clear: () => void
}

/** `now` is in milliseconds. Nothing is shown where stderr is no terminal: in a log it would be a line a record. */
export function createProgress({ stderr }: Terminal, now: () => number = () => performance.now()): Progress {
  const isWatched = 'isTTY' in stderr && stderr.isTTY === true
  let next = now() + 1000
  let isShown = false
  return {
    show: (line) => {
      if (!isWatched || now() < next) return
      next = now() + 200
      isShown = true
      stderr.write(`\r${line}\u001b[K`)
    },
    clear: () => {
      if (isShown) stderr.write('\r\u001b[K')
      isShown = false
    },
  }
}
