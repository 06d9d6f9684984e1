/** What the function counts that imports dropped files. Returns at once and never fails. */
export type ImportMetrics = {
  readonly applied: (counts: { readonly added: number; readonly changed: number; readonly removed: number }) => void
  /** A guard, or another import that was under way. */
  readonly refused: () => void
  readonly failed: () => void
}
