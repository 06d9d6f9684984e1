import { describe, expect, it } from 'vitest'
import { recipientsMeant, type ReleaseQuery } from '../../../lambda/core/release/query.ts'
import type { Reason } from '../../../lambda/core/reasons.ts'
import { mail, monday, stopped, to } from '../trace/builders.ts'

const listed: Reason = {
  code: 'zone-listed',
  zone: 'bl.example',
  operator: 'Example List',
  return_codes: ['127.0.0.2'],
  weight: 4,
}
const byLists: Reason = { code: 'dnsxl-stopped', score: 4, threshold: 3, operators: ['Example List', 'Second'] }
const alice = 'alice@example.com'

function asked(changes: Partial<ReleaseQuery>): ReleaseQuery {
  return { zone: null, reason: null, sender: null, recipient: null, client: null, ...monday, ...changes }
}

describe('what a query for many messages means', () => {
  const byZone = mail([to(alice, { action: 'quarantine' })], {
    reasons: [listed, byLists],
    mail_from: 'offers@spammer.example',
    header_from: 'offers@spammer.example',
    client_ip: '203.0.113.66',
  })

  it.each([
    [{ zone: 'bl.example' }, [alice]],
    [{ zone: 'BL.example.' }, [alice]],
    [{ zone: 'bl2.example' }, []],
    [{ reason: 'dnsxl-stopped' }, [alice]],
    [{ reason: 'spam-found' }, []],
    [{ sender: 'spammer.example' }, [alice]],
    [{ sender: 'partner.example' }, []],
    [{ recipient: 'example.com' }, [alice]],
    [{ recipient: 'bob@example.com' }, []],
    [{ client: '203.0.113.66' }, [alice]],
    [{ client: '203.0.113.0/24' }, [alice]],
    [{ client: '203.0.113.6' }, []],
    [{ client: '198.51.100.0/24' }, []],
    [{ zone: 'bl.example', sender: 'partner.example' }, []],
    [{ zone: 'bl.example', from: '2026-11-16T10:00:00.001Z' }, []],
    [{ zone: 'bl.example', until: '2026-11-16T10:00:00.000Z' }, []],
  ] as const)('%j: %j', (query, recipients) => {
    expect(recipientsMeant(asked(query), byZone)).toEqual(recipients)
  })

  it('is not mail that a list named, and that was stopped for another reason', () => {
    const spam = stopped('quarantine', { code: 'spam-found' })
    const both = { ...spam, reasons: [listed, ...spam.reasons] }
    expect(recipientsMeant(asked({ zone: 'bl.example' }), both)).toEqual([])
    expect(recipientsMeant(asked({ reason: 'spam-found' }), both)).toEqual([alice])
  })

  it('is no recipient who is unknown whatever the list says, and none who got the message', () => {
    const unknown: Reason = { code: 'recipient-unknown', address: 'nobody@example.com' }
    const mixed = mail(
      [
        to(alice, { action: 'quarantine' }),
        to('nobody@example.com', { action: 'discard', answer: 'unknown', reasons: [unknown] }),
        to('postmaster@example.com'),
      ],
      { reasons: [listed, byLists, unknown] },
    )
    expect(recipientsMeant(asked({ zone: 'bl.example' }), mixed)).toEqual([alice])
    expect(recipientsMeant(asked({ reason: 'recipient-unknown' }), mixed)).toEqual(['nobody@example.com'])
  })

  it('is nothing of a client that is not known', () => {
    const unknown = Object.fromEntries(Object.entries(byZone).filter(([name]) => name !== 'client_ip'))
    expect(recipientsMeant(asked({ client: '0.0.0.0/0' }), unknown as typeof byZone)).toEqual([])
  })
})
