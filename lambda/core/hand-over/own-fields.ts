import { ownPrefix } from './header-lines.ts'

/** Takes fields of ours out of a message that passes by in chunks of any size. */
export type FieldRemover = {
  /** What of the chunk, and of those before it, can be passed on. */
  readonly push: (chunk: Uint8Array) => Uint8Array
  /** What was held back until the end. */
  readonly end: () => Uint8Array
}

/**
 * Leaves out every field of the message's header whose name begins as ours do, with its continuation lines; every other octet
 * comes out as it went in. It looks at each octet once and holds back at most as many as the name has.
 *
 * A carriage return alone ends a line, too: whatever hands the message on by SMTP must turn it into CRLF (RFC 5321 2.3.8), and
 * what stood behind it would otherwise become a field of ours that the sender wrote. One that stands before a field which is left
 * out becomes CRLF here: it would else meet a line feed that stood behind that field, and make one line end of two. The empty
 * line would be gone, and what a sender wrote into the body would stand in the header.
 */
export function createFieldRemover(): FieldRemover {
  const state: State = { where: 'line-start', drops: false, held: [], lastWasCr: false, outEndsInCr: false }
  return {
    push: (chunk) => {
      const out: number[] = []
      let at = 0
      while (at < chunk.length && state.where !== 'body') step(state, chunk[at++] ?? 0, out)
      if (out.length === 0) return chunk.subarray(at)
      const rest = chunk.subarray(at)
      const all = new Uint8Array(out.length + rest.length)
      all.set(out)
      all.set(rest, out.length)
      return all
    },
    end: () => Uint8Array.from(state.held.splice(0)),
  }
}

type State = {
  where: 'line-start' | 'in-line' | 'body'
  /** The line that is passing, or the one that has passed, belongs to a field of ours. */
  drops: boolean
  /** The beginning of a line for as long as it may still be a name of ours. */
  readonly held: number[]
  lastWasCr: boolean
  /** The last octet that was passed on is a CR. */
  outEndsInCr: boolean
}

function step(state: State, octet: number, out: number[]): void {
  const isSecondHalf = octet === LF && state.lastWasCr
  state.lastWasCr = octet === CR
  if (state.where === 'in-line' || isSecondHalf) {
    if (!state.drops) pass(state, out, octet)
    if (isLineEnd(octet)) state.where = 'line-start'
  } else if (state.held.length === 0 && isLineEnd(octet)) {
    pass(state, out, octet)
    state.where = 'body'
  } else if (state.held.length === 0 && (octet === SPACE || octet === TAB)) {
    if (!state.drops) pass(state, out, octet)
    state.where = 'in-line'
  } else {
    inName(state, octet, out)
  }
}

function inName(state: State, octet: number, out: number[]): void {
  const lower = octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet
  state.drops = lower === prefix.charCodeAt(state.held.length)
  state.held.push(octet)
  if (state.drops && state.held.length < prefix.length) return
  if (!state.drops) pass(state, out, ...state.held)
  else if (state.outEndsInCr) pass(state, out, LF)
  state.held.length = 0
  state.where = isLineEnd(octet) ? 'line-start' : 'in-line'
}

function pass(state: State, out: number[], ...octets: readonly number[]): void {
  out.push(...octets)
  state.outEndsInCr = octets.at(-1) === CR
}

function isLineEnd(octet: number): boolean {
  return octet === CR || octet === LF
}

const CR = 0x0d
const LF = 0x0a
const SPACE = 0x20
const TAB = 0x09
const prefix = ownPrefix.toLowerCase()
