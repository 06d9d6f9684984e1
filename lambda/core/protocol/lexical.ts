/** The lexical tokens that header fields and addresses share: RFC 5322 3.2.1 (quoted pairs), 3.2.2, 3.2.4. */

/** The index behind the quoted string that opens at `at`; null if it never closes. */
export const endOfQuotedString = (text: string, at: number): number | null => {
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === '"') return i + 1
  }
  return null
}

/** The index behind the comment that opens at `at`, comments inside it included; null if it never closes. */
export const endOfComment = (text: string, at: number): number | null => {
  let depth = 0
  for (let i = at; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === '(') depth++
    else if (text[i] === ')' && --depth === 0) return i + 1
  }
  return null
}
