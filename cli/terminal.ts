import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { shown } from '../lambda/core/plain-text.ts'

/**
 * Where a verb speaks: what was asked for goes to `stdout`, what is said beside it to `stderr`. There are no colours, so
 * that NO_COLOR needs no care.
 */
export type Terminal = {
  readonly stdout: Writable
  readonly stderr: Writable
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * Writes a line of one or more columns, with tabs between them. Waits for a reader that is slower than the table, instead
 * of keeping all of it in memory.
 */
export function print({ stdout }: Terminal, ...columns: readonly string[]): Promise<void> {
  return write(stdout, `${columns.map(shown).join('\t')}\n`)
}

/**
 * Writes one JSON object a line, for programs. Somebody may look at it on a terminal all the same: what would steer that is written as
 * an escape, which is the same text to whoever reads JSON (RFC 8259 7).
 */
export function printJson({ stdout }: Terminal, value: unknown): Promise<void> {
  return write(stdout, `${JSON.stringify(value).replaceAll(/[\p{Cc}\p{Cf}\p{Co}\u2028\u2029]/gu, escapes)}\n`)
}

/** Says something to the person, beside the data. */
export function say({ stderr }: Terminal, ...sentences: readonly string[]): void {
  for (const sentence of sentences) stderr.write(`${shown(sentence)}\n`)
}

/** Writes text as it is, and waits for a reader that is slower. */
export async function write(stream: Writable, text: string): Promise<void> {
  if (!stream.write(text)) await once(stream, 'drain')
}

function escapes(character: string): string {
  const units = Array.from({ length: character.length }, (_, i) => character.charCodeAt(i))
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')
}
