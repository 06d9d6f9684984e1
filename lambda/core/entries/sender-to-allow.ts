import type { DecisionRecord } from '../record.ts'

/** Whom an allow entry would be about, and whether it would have counted for this message. */
export type SenderToAllow = { readonly address: string; readonly isProven: boolean }

/**
 * The address that a check of SES stands behind, since an allow entry counts only for proven mail (core/rules/entries.ts); else the
 * one that people see. Null: the message has no sender.
 */
export function senderToAllow({
  header_from,
  mail_from,
  scans,
}: Pick<DecisionRecord, 'header_from' | 'mail_from' | 'scans'>): SenderToAllow | null {
  if (header_from !== undefined && scans.dmarc === 'pass') return { address: header_from, isProven: true }
  if (mail_from !== undefined && scans.spf === 'pass') return { address: mail_from, isProven: true }
  const address = header_from ?? mail_from
  return address === undefined ? null : { address, isProven: false }
}
