import { describe, expect, it } from 'vitest'
import { decide } from '../../../lambda/core/decide.ts'
import type { Scans } from '../../../lambda/core/message.ts'
import type { ScansPolicy } from '../../../lambda/core/policy.ts'
import { mailboxes } from '../../../local/memory/recipient-directory.ts'
import { factsOf, messageOf, policyOf } from '../../builders.ts'

function judged(scans: Partial<Scans>, policy: Partial<ScansPolicy> = {}) {
  const chosen = policyOf({ scans: { ...policyOf().scans, ...policy } })
  const message = messageOf({ scans: { ...messageOf().scans, ...scans } })
  const { action, reasons } = decide(factsOf(message, chosen, mailboxes('alice@example.com')), chosen)
  return [action, reasons]
}

describe('scans', () => {
  it('quarantines what SES found a virus in', () => {
    expect(judged({ virus: 'fail' })).toEqual(['quarantine', [{ code: 'virus-found' }]])
  })

  it('records spam, and stops it only where the operator says so', () => {
    expect(judged({ spam: 'fail' })).toEqual(['deliver', [{ code: 'spam-found' }]])
    expect(judged({ spam: 'fail' }, { spam: 'quarantine' })[0]).toBe('quarantine')
  })

  it('never stops mail because SPF or DKIM alone failed: forwarding breaks both', () => {
    expect(judged({ spf: 'fail', dkim: 'fail' }, { spam: 'discard', dmarcReject: 'discard' })).toEqual(['deliver', []])
  })

  it('heeds a DMARC failure only where the From domain asks to reject', () => {
    const reason = { code: 'dmarc-reject', from_field: 'bob@partner.example' }
    expect(judged({ dmarc: 'fail', dmarcPolicy: 'reject' }, { dmarcReject: 'quarantine' })).toEqual([
      'quarantine',
      [reason],
    ])
    expect(judged({ dmarc: 'fail', dmarcPolicy: 'quarantine' }, { dmarcReject: 'quarantine' })).toEqual(['deliver', []])
  })

  it.each(['processing-failed', 'disabled', 'unrecognised', 'absent'] as const)(
    'says that a scan is missing when its status is %s, and does not hold it against the message',
    (status) => {
      expect(judged({ virus: status })).toEqual(['deliver', [{ code: 'scan-missing', scan: 'virus', status }]])
    },
  )
})
