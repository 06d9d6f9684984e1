/**
 * Keys in the names of zones. Some lists give every customer names of their own, `KEY.zen.dq.spamhaus.net`; whoever reads
 * such a name can ask in the customer's place. In a configuration stands `{dqs}` where the key will be.
 */

/** `{dqs}`: a label by itself. */
const PLACEHOLDER = /^\{([a-z][a-z0-9-]{0,19})\}$/

/** Characters of a text in which keys are looked for; what is longer is cut off there. */
const LONGEST_TEXT = 1000

/** The names of the keys that a zone's name asks for, each once. */
export function keysIn(zone: string): readonly string[] {
  return [...new Set(zone.split('.').flatMap((label) => PLACEHOLDER.exec(label)?.[1] ?? []))]
}

export function isPlaceholder(label: string): boolean {
  return PLACEHOLDER.test(label)
}

/** Whether a key's name can stand in braces in a zone's name. */
export function isKeyName(name: string): boolean {
  return isPlaceholder(`{${name}}`)
}

/**
 * Whether a label is a key, as far as anybody can tell: Spamhaus's have 26 letters and digits (Spamhaus, Data Query
 * Service, Access and Authentication). `rest` is what follows the label: there a Spamhaus name has nothing else.
 */
export function looksLikeKey(label: string, rest: string): boolean {
  if (isPlaceholder(label)) return false
  if (/^[a-z-]+\.dq\.spamhaus\.net$/i.test(rest)) return true
  return /^[a-z0-9]{26}$/i.test(label) && /\d/.test(label)
}

/** The text with everything in it that may be a key taken out: for errors, which end in logs and tickets. */
export function withoutKeys(text: string): string {
  return text
    .slice(0, LONGEST_TEXT)
    .replaceAll(/(?<![a-z0-9-])[a-z0-9-]{1,63}(?=\.[a-z-]{1,20}\.dq\.spamhaus\.net)/gi, '***')
    .replaceAll(/(?<![a-z0-9])[a-z0-9]{24,64}(?![a-z0-9])/gi, (run) =>
      run.length === 26 || /\d/.test(run) ? '***' : run,
    )
}
