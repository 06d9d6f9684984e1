/** What the function counts that feeds the sent log. Returns at once and never fails. */
export type SentLogMetrics = {
  readonly added: (counts: { readonly written: number; readonly failed: number }) => void
  /** An event that said nothing of a message that was sent: SES writes it in a form that is not known here. */
  readonly unread: () => void
}
