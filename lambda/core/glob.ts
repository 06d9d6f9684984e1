/**
 * Whether `text` is matched by `glob` as a whole: `*` stands for any run of characters, `[abc]` for one of these, everything
 * else for itself.
 *
 * Only the last star is ever returned to, so that the time is bounded by the product of the two lengths, whatever a
 * sender writes; a pattern that backtracks can be made to take forever.
 */
export function matchesGlob(glob: string, text: string): boolean {
  let at = 0
  let atGlob = 0
  let star = -1
  let afterStar = 0
  while (at < text.length) {
    const step = glob[atGlob] === '*' ? null : matchOne(glob, atGlob, text[at] ?? '')
    if (glob[atGlob] === '*') {
      star = atGlob
      afterStar = at
      atGlob += 1
    } else if (step !== null) {
      at += 1
      atGlob = step
    } else if (star !== -1) {
      afterStar += 1
      at = afterStar
      atGlob = star + 1
    } else return false
  }
  while (glob[atGlob] === '*') atGlob += 1
  return atGlob === glob.length
}

/** Where the glob goes on after it matched one character; `null` when it does not match. */
function matchOne(glob: string, at: number, character: string): number | null {
  const wanted = glob[at]
  if (wanted === undefined) return null
  if (wanted !== '[') return wanted === character ? at + 1 : null
  const end = glob.indexOf(']', at + 1)
  if (end === -1) return wanted === character ? at + 1 : null
  return glob.slice(at + 1, end).includes(character) ? end + 1 : null
}
