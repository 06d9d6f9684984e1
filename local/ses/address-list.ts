/**
 * Cuts the value of an address header (RFC 5322 3.4) at its commas, as `commonHeaders` lists it: one mailbox a piece,
 * as it was written. Commas in quotes, comments and angle brackets do not count; a group gives its members.
 * One pass, bounded; what is not an address list comes back in whatever pieces its commas make.
 */
export function splitAddressList(value: string): readonly string[] {
  const pieces: string[] = []
  let piece = ''
  let inside: Inside = { closer: null, comments: 0 }
  for (let i = 0; i < value.length && pieces.length < mostAddresses; i += 1) {
    const char = value.charAt(i)
    const plain = inside.closer === null && inside.comments === 0
    if (plain && ',;:'.includes(char)) {
      // What stands before a colon is the name of a group.
      if (char !== ':') pieces.push(piece)
      piece = ''
    } else if (char === '\\' && (inside.closer === '"' || inside.comments > 0)) {
      piece += value.slice(i, i + 2)
      i += 1
    } else {
      inside = insideAfter(char, inside)
      piece += char
    }
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

/** What must still come before a comma counts: the character that closes, and how many comments. */
type Inside = { readonly closer: '"' | '>' | null; readonly comments: number }

function insideAfter(char: string, inside: Inside): Inside {
  const { closer, comments } = inside
  if (closer !== null) return char === closer ? { closer: null, comments } : inside
  if (char === '(') return { closer, comments: comments + 1 }
  if (char === ')') return { closer, comments: Math.max(0, comments - 1) }
  if (comments > 0) return inside
  if (char === '"') return { closer: '"', comments }
  return char === '<' ? { closer: '>', comments } : inside
}

function withoutComments(text: string): string {
  let depth = 0
  let kept = ''
  for (let i = 0; i < text.length; i += 1) {
    const char = text.charAt(i)
    if (char === '(') depth += 1
    if (depth === 0) kept += char
    else if (char === '\\') i += 1
    if (char === ')') depth = Math.max(0, depth - 1)
  }
  return kept
}
