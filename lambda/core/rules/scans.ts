import type { ScanStatus } from '../message.ts'
import type { Finding, Reason, Rule } from '../reasons.ts'

/**
 * Heeds what SES itself found.
 *
 * SPF or DKIM failing alone never stops mail: forwarding breaks both for honest senders, and the widely copied "drop spam"
 * function that stops on either of them loses their mail. A scan that did not take place says nothing.
 */
export const scans: Rule = ({ message: { scans, fromField } }, policy) => [
  ...(scans.virus === 'fail' ? [finding('virus', policy.scans.virus, { code: 'virus-found' })] : []),
  ...(scans.spam === 'fail' ? [finding('scans', policy.scans.spam, { code: 'spam-found' })] : []),
  ...(scans.dmarc === 'fail' && scans.dmarcPolicy === 'reject'
    ? [finding('scans', policy.scans.dmarcReject, { code: 'dmarc-reject', from_field: fromField })]
    : []),
  ...missing('virus', scans.virus),
  ...missing('spam', scans.spam),
]

function missing(scan: 'spam' | 'virus', status: ScanStatus): readonly Finding[] {
  if (status === 'pass' || status === 'fail' || status === 'gray') return []
  return [finding('scans', 'deliver', { code: 'scan-missing', scan, status })]
}

function finding(by: Finding['by'], effect: Finding['effect'], reason: Reason): Finding {
  return { by, effect, recipient: null, reason }
}
