/**
 * Cuts the value of an address header (RFC 5322 3.4) at its commas, as `commonHeaders` lists it: one mailbox a piece,
 * as it was written. Commas in quotes, comments and angle brackets do not count; a group gives its members.
 * One pass, bounded; what is not an address list comes back in whatever pieces its commas make.
 */
export function splitAddressList(value: string): readonly string[] {
  const pieces: string[] = []
  let piece = ''
  let closer: '"' | '>' | null = null
  let comments = 0
  for (let i = 0; i < value.length && pieces.length < mostAddresses; i += 1) {
    const char = value.charAt(i)
    const escaped = char === '\\' && (closer === '"' || comments > 0)
    const plain = closer === null && comments === 0
    if (plain && (char === ',' || char === ';' || char === ':')) {
      if (char !== ':') pieces.push(piece)
      piece = ''
      continue
    }
    if (char === '(' && closer === null) comments += 1
    else if (char === ')' && closer === null) comments = Math.max(0, comments - 1)
    else if (comments === 0) closer = closerAfter(char, closer)
    piece += escaped ? value.slice(i, i + 2) : char
    if (escaped) i += 1
  }
  return [...pieces, piece].map((text) => text.trim()).filter((text) => text !== '')
}

/** The address of one mailbox: what stands in its angle brackets, or all of it without its comments. */
export function addressIn(mailbox: string): string {
  const open = mailbox.lastIndexOf('<')
  const close = mailbox.lastIndexOf('>')
  if (open !== -1 && close > open) return mailbox.slice(open + 1, close).trim()
  return withoutComments(mailbox).trim()
}

const mostAddresses = 2000

function closerAfter(char: string, closer: '"' | '>' | null): '"' | '>' | null {
  if (closer !== null) return char === closer ? null : closer
  if (char === '"') return '"'
  return char === '<' ? '>' : null
}

function withoutComments(text: string): string {
  let depth = 0
  let kept = ''
  for (const char of text) {
    if (char === '(') depth += 1
    if (depth === 0) kept += char
    if (char === ')') depth = Math.max(0, depth - 1)
  }
  return kept
}
