import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readSendEvent } from '../../lambda/adapters/ses-send-event.ts'
import { foldedAddress, MAX_DESTINATIONS, sentLogKey } from '../../lambda/core/sent-log.ts'

const id = '0102019aa5d3c1f0-4c1a7e52-93f6-4d0e-8a57-2f6d0b1c9e34-000000'

/** An event as EventBridge hands it to a function; `mail` changes what SES says of the message. */
function sendEvent(mail: object = {}, changes: object = {}): object {
  return {
    version: '0',
    id: '6f1d6d44-5d5c-4a35-9d26-0f0f3f2b7f11',
    'detail-type': 'Email Sent',
    source: 'aws.ses',
    account: '123456789012',
    time: '2026-11-21T10:00:01Z',
    region: 'eu-west-1',
    resources: ['arn:aws:ses:eu-west-1:123456789012:configuration-set/outgoing'],
    detail: {
      eventType: 'Send',
      mail: {
        timestamp: '2026-11-21T10:00:00.250Z',
        source: 'Alice Example <alice@example.com>',
        sourceArn: 'arn:aws:ses:eu-west-1:123456789012:identity/example.com',
        sendingAccountId: '123456789012',
        messageId: id,
        destination: ['bob@example.org', '"Carol" <Carol@example.net>', 'hidden@example.org'],
        headersTruncated: false,
        headers: [
          { name: 'To', value: 'bob@example.org' },
          { name: 'Message-ID', value: '<as.supplied@example.com>' },
        ],
        commonHeaders: { to: ['bob@example.org'], messageId: '<as.supplied@example.com>' },
        tags: { 'ses:configuration-set': ['outgoing'] },
        ...mail,
      },
      send: {},
    },
    ...changes,
  }
}

const entry = {
  messageId: `${id}@eu-west-1.amazonses.com`,
  reversePath: 'alice@example.com',
  destinations: ['bob@example.org', 'Carol@example.net', 'hidden@example.org'],
  sentAt: '2026-11-21T10:00:00.250Z',
}

describe('an event of mail that SES sent', () => {
  it("is an entry with SES's own Message-ID, which replaced the one supplied, and all recipients of the envelope", () => {
    expect(readSendEvent(sendEvent())).toEqual([entry])
  })

  it('has the name of the first region as SES writes it there', () => {
    expect(readSendEvent(sendEvent({}, { region: 'us-east-1' }))).toEqual([
      { ...entry, messageId: `${id}@email.amazonses.com` },
    ])
  })

  it('is read without the fields that are not needed', () => {
    const bare = { source: undefined, headers: undefined, commonHeaders: undefined, timestamp: undefined }
    expect(
      readSendEvent(
        sendEvent({ ...bare, destination: ['bob@example.org', 7, 'nobody', 'x@exa%mple.com', 'bob@example.org'] }),
      ),
    ).toEqual([{ ...entry, reversePath: null, destinations: ['bob@example.org'], sentAt: '2026-11-21T10:00:01.000Z' }])
  })

  it('is several entries where it went to more recipients than one may have', () => {
    const destination = Array.from({ length: MAX_DESTINATIONS + 1 }, (_, i) => `r${i}@example.org`)
    const entries = readSendEvent(sendEvent({ destination }))
    expect(entries.map(({ destinations }) => destinations.length)).toEqual([MAX_DESTINATIONS, 1])
    expect(entries.flatMap(({ destinations }) => destinations)).toEqual(destination)
  })

  it.each([
    ['another event of SES', {}, { 'detail-type': 'Email Bounced' }],
    ['an event of somebody else', {}, { source: 'com.example' }],
    ['no region', {}, { region: 'example.com>' }],
    ['no id', { messageId: 'a b@c' }, {}],
    ['no recipient', { destination: [] }, {}],
    ['no time', { timestamp: 'today' }, { time: 7 }],
  ])('is none with %s', (_what, mail, changes) => {
    expect(readSendEvent(sendEvent(mail, changes))).toEqual([])
  })

  it('is read without throwing, and only into usable entries, whatever it holds', () => {
    const value = fc.oneof(fc.jsonValue(), fc.string({ unit: 'binary' }), fc.constant(undefined))
    const mail = fc.record(
      { timestamp: value, source: value, messageId: fc.oneof(value, fc.constant(id)), destination: fc.array(value) },
      { requiredKeys: [] },
    )
    const event = fc.oneof(
      value,
      fc
        .tuple(mail, fc.record({ region: value, time: value, detail: value }, { requiredKeys: [] }))
        .map(([of, changes]) => sendEvent(of, changes)),
      mail.map((of) => sendEvent(of)),
    )
    fc.assert(
      fc.property(event, (read) => {
        for (const { messageId, destinations, reversePath } of readSendEvent(read)) {
          expect(sentLogKey(messageId)).toBe(messageId)
          expect(destinations.length).toBeGreaterThan(0)
          for (const address of [...destinations, reversePath ?? 'a@b.example'])
            expect(foldedAddress(address)).not.toBeNull()
        }
      }),
      { numRuns: 2000 },
    )
  })
})
