import { oneLine } from '../plain-text.ts'

/**
 * Text of a sender in a mail to an administrator: one line, without anything that cannot be seen, and nothing in it that a mail program
 * makes a link of. Whoever reads about a quarantined message must not be one click away from what it was stopped for.
 */
export function harmless(text: string, most: number): string {
  return oneLine(text, most)
    .replaceAll('://', '[:]//')
    .replaceAll(/\b(www|mailto|tel|data|javascript)([.:])/gi, '$1[$2]')
}
