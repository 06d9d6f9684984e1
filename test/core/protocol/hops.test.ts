import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lastExternalHop, MAX_HOPS } from '../../../lambda/core/protocol/hops.ts'

const relay = { kind: 'client', ip: '198.51.100.9', helo: 'relay.example.com' } as const
const relays = ['198.51.100.0/24', '2001:db8:9::/48']
const found = (...received: readonly string[]) => {
  const hop = lastExternalHop(relay, received, relays)
  return hop.kind === 'client' ? hop.ip : hop.why
}

const stranger =
  'from mx.stranger.example (mx.stranger.example [203.0.113.5]) by relay.example.com (Postfix) with ESMTPS id 1 for <a@example.com>; Sat, 21 Nov 2026 10:00:00 +0000'

describe('lastExternalHop', () => {
  it('is the client itself where no relay is trusted, or the client is none of them', () => {
    expect(lastExternalHop(relay, [stranger], [])).toBe(relay)
    const other = { ...relay, ip: '203.0.113.1' }
    expect(lastExternalHop(other, [stranger], relays)).toBe(other)
    const unknown = { kind: 'unknown', why: 'disagree' } as const
    expect(lastExternalHop(unknown, [stranger], relays)).toBe(unknown)
  })

  it.each<readonly [name: string, expected: string, ...received: readonly string[]]>([
    ['the host that the relay took the message from', '203.0.113.5', stranger],
    [
      'a host that gives its address for a name',
      '203.0.113.7',
      'from [203.0.113.7] (unknown [203.0.113.7]) by relay.example.com with SMTP id 1; x',
    ],
    ['an IPv6 address', '2001:db8:66::66', 'from x (x [IPv6:2001:db8:66::66]) by relay.example.com with ESMTP; x'],
    [
      'an address that qmail writes in round brackets',
      '203.0.113.8',
      'from x (HELO y) (203.0.113.8) by relay.example.com with SMTP; x',
    ],
    [
      'the end of a chain of relays',
      '203.0.113.5',
      'from inner.example.com (inner.example.com [198.51.100.10]) by relay.example.com with ESMTP; x',
      stranger.replace('by relay', 'by inner'),
    ],
    [
      'the client behind a filter on the relay itself',
      '203.0.113.5',
      'from localhost (localhost [127.0.0.1]) by relay.example.com (Postfix) with ESMTP id 2; x',
      stranger,
    ],
    [
      'the client behind a private network',
      '203.0.113.5',
      'from inner.example.com (inner [10.0.0.7]) by relay.example.com with ESMTP; x',
      stranger.replace('by relay', 'by inner'),
    ],
  ])('finds %s', (_name, expected, ...received) => {
    expect(found(...received)).toBe(expected)
  })

  it.each<readonly [name: string, expected: string, ...received: readonly string[]]>([
    ['nobody, where the trace ends', 'no-external-hop'],
    [
      'nobody, where the trace ends inside',
      'no-external-hop',
      'from a (a [198.51.100.20]) by relay.example.com with ESMTP; x',
    ],
    [
      'nobody, behind an authenticated submission',
      'authenticated-submission',
      'from laptop (home [203.0.113.50]) by relay.example.com with ESMTPSA id 1; x',
    ],
    [
      'nobody, behind an authenticated submission over LMTP',
      'authenticated-submission',
      'from laptop (home [203.0.113.50]) by relay.example.com with LMTPA; x',
    ],
    [
      'nobody, behind an authenticated submission in SMTPUTF8',
      'authenticated-submission',
      'from laptop (home [203.0.113.50]) by relay.example.com with UTF8SMTPSA; x',
    ],
    [
      'nobody, behind what Exim and others write for it',
      'authenticated-submission',
      'from laptop (home [203.0.113.50]) (authenticated bits=0) by relay.example.com with ESMTP; x',
    ],
    [
      'nobody, where a line was not written by the relay',
      'relay-unconfirmed',
      stranger.replace('by relay.example.com', 'by mx.forged.example'),
    ],
    ['nobody, where a line cannot be read', 'hop-unreadable', 'by relay.example.com (Postfix, from userid 0) id 1; x'],
    ['nobody, where a line has no address', 'hop-unreadable', 'from x by relay.example.com with SMTP; x'],
    ['nobody, where a line is too long to be one', 'hop-unreadable', `${stranger}${' '.repeat(3000)}`],
  ])('finds %s', (_name, expected, ...received) => {
    expect(found(...received)).toBe(expected)
  })

  it('is not deceived by brackets and words in the HELO', () => {
    const line =
      'from by (with [192.0.2.66]) (mx.stranger.example [203.0.113.5]) by relay.example.com with ESMTP id 1; x'
    expect(['192.0.2.66', '203.0.113.5', 'hop-unreadable', 'relay-unconfirmed']).toContain(found(line))
    expect(found('from x by relay.example.com with ESMTP ([203.0.113.66]) by other with SMTP; x')).toBe(
      'hop-unreadable',
    )
  })

  it('never throws, and reads no more lines than it says', () => {
    const word = fc.constantFrom(
      'from',
      'by',
      'with',
      'ESMTPSA',
      '(',
      ')',
      '[',
      ']',
      '203.0.113.5',
      'relay.example.com',
      ';',
      '"',
      '\\',
      ' ',
    )
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.string(),
            fc.array(word).map((words) => words.join(' ')),
          ),
          { maxLength: 5 },
        ),
        (received) => {
          expect(['client', 'unknown']).toContain(lastExternalHop(relay, received, relays).kind)
        },
      ),
      { numRuns: 1000 },
    )
    const loop = Array.from(
      { length: MAX_HOPS },
      () => 'from relay.example.com (r [198.51.100.9]) by relay.example.com with ESMTP; x',
    )
    expect(found(...loop, stranger)).toBe('no-external-hop')
  })
})
