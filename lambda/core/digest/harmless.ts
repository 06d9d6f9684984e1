import { oneLine } from '../plain-text.ts'

/**
 * Words of a sender in a mail to an administrator: one line, without anything that cannot be seen, and with nothing in it that a mail
 * program makes a link of: web addresses, with or without a scheme, get a bracket in their dots. Whoever reads about a quarantined
 * message must not be one click away from what it was stopped for.
 */
export function harmlessWords(text: string, most: number): string {
  return withoutNames(withoutSchemes(text, most))
}

/**
 * The same of an address, which is read with its dots, and is no link to a page; unless what stands before its `@` is written so that a
 * mail program takes it for one.
 */
export function harmlessAddress(text: string, most: number): string {
  const shown = withoutSchemes(text, most)
  const at = shown.lastIndexOf('@')
  const local = shown.slice(0, Math.max(at, 0))
  return /^www\.|[\s"/\\]/i.test(local) ? `${withoutNames(local)}${shown.slice(at)}` : shown
}

function withoutNames(text: string): string {
  return text.replaceAll(/(?<=[\p{L}\p{N}])[.\u3002\uff0e\uff61](?=\p{L}{2})/gu, '[.]')
}

function withoutSchemes(text: string, most: number): string {
  return oneLine(text, most)
    .replaceAll(/:(?=\/\/)/g, '[:]')
    .replaceAll(/\b(mailto|tel|data|javascript):/gi, '$1[:]')
}
