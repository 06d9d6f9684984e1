import type { CutShort } from '../core/directory-import/guards.ts'

/** How the reading of a source ended. */
export type ReadEnd =
  | { readonly kind: 'read'; readonly cut: CutShort | null }
  /** What was read before is not to be used either. */
  | { readonly kind: 'unreadable'; readonly line: number | null; readonly sentence: string }

export function unreadable(line: number | null, sentence: string): ReadEnd {
  return { kind: 'unreadable', line, sentence }
}
