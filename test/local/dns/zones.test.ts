import { describe, expect, it } from 'vitest'
import type { DnsFault } from '../../../local/dns/faults.ts'
import type { DnsRecord } from '../../../local/dns/records.ts'
import { parseZoneFile } from '../../../local/dns/zone-file.ts'
import type { ZonesOptions } from '../../../local/dns/zones.ts'
import { createZones } from '../../../local/dns/zones.ts'

const read = (text: string): readonly DnsRecord[] => {
  const zone = parseZoneFile(`$TTL 300\n${text}`, 'test.zone')
  return zone.kind === 'records' ? zone.records : []
}

const make = (text: string, options?: ZonesOptions) => {
  const zones = createZones(read(text), options)
  /** The answer in short: the code, the records that were found, and the zone that says no. */
  const ask = (name: string, type = 'A') => {
    const reply = zones.reply(name, type)
    if (reply.kind === 'silence') return 'silence'
    const { rcode, answers, authorities } = reply.answer
    const found = answers.map((record) => `${record.name} ${record.type} ${JSON.stringify(record.data)}`)
    const soa = authorities.map((record) => `SOA ${record.name} ${record.ttl}`)
    return [reply.afterMs === 0 ? rcode : `${rcode} after ${reply.afterMs}`, ...found, ...soa].join(' | ')
  }
  return { zones, ask }
}

const BL = '$ORIGIN bl.example.\n@ SOA ns h 1 1h 1h 1h 60\n2.0.0.127 A 127.0.0.2\n TXT listed\n'

describe('zones in memory', () => {
  it('tells a name that does not exist from one without such data, each with the SOA and its negative TTL', () => {
    const { ask } = make(BL)
    expect(ask('2.0.0.127.BL.example.')).toBe('NOERROR | 2.0.0.127.bl.example A "127.0.0.2"')
    expect(ask('2.0.0.127.bl.example', 'AAAA')).toBe('NOERROR | SOA bl.example 60')
    expect(ask('3.0.0.127.bl.example')).toBe('NXDOMAIN | SOA bl.example 60')
    expect(ask('under.2.0.0.127.bl.example')).toBe('NXDOMAIN | SOA bl.example 60')
  })

  it('knows that the names above a record exist (RFC 8020 2, RFC 4592 2.2.2)', () => {
    const { ask } = make(BL)
    expect(ask('127.bl.example')).toBe('NOERROR | SOA bl.example 60')
    expect(ask('0.127.bl.example')).toBe('NOERROR | SOA bl.example 60')
  })

  it('answers a question of any type with all that there is', () => {
    expect(make(BL).ask('2.0.0.127.bl.example', 'any')).toBe(
      'NOERROR | 2.0.0.127.bl.example A "127.0.0.2" | 2.0.0.127.bl.example TXT ["listed"]',
    )
  })

  // The zone and the answers of RFC 4592 2.2.1.
  it.each([
    ['host3.example', 'MX', 'NOERROR | host3.example MX {"preference":10,"exchange":"host1.example"}'],
    ['host3.example', 'A', 'NOERROR | SOA example 60'],
    ['foo.bar.example', 'TXT', 'NOERROR | foo.bar.example TXT ["this is a wildcard"]'],
    ['host1.example', 'MX', 'NOERROR | SOA example 60'],
    ['sub.*.example', 'MX', 'NOERROR | SOA example 60'],
    ['_telnet._tcp.host1.example', 'A', 'NXDOMAIN | SOA example 60'],
    ['ghost.*.example', 'MX', 'NXDOMAIN | SOA example 60'],
    ['*.example', 'TXT', 'NOERROR | *.example TXT ["this is a wildcard"]'],
  ])('answers %s %s with a wildcard only under its closest encloser', (name, type, expected) => {
    const { ask } = make(`$ORIGIN example.
@ SOA ns h 1 1h 1h 1h 60
* TXT "this is a wildcard"
* MX 10 host1
sub.* TXT "this is not a wildcard"
host1 A 192.0.2.1
_ssh._tcp.host1 TXT x
_ssh._tcp.host2 TXT x
subdel NS ns.example.com.`)
    expect(ask(name, type)).toBe(expected)
  })

  it('follows aliases, also one that a wildcard makes, and answers as their last name does (RFC 6604 3)', () => {
    const { ask } = make(
      `${BL}a CNAME b\nb CNAME 2.0.0.127.BL.example.\n*.w CNAME b\ngone CNAME nowhere\nout CNAME x.test.\nempty CNAME 127\n`,
    )
    expect(ask('a.bl.example')).toBe(
      'NOERROR | a.bl.example CNAME "b.bl.example" | b.bl.example CNAME "2.0.0.127.BL.example" | 2.0.0.127.bl.example A "127.0.0.2"',
    )
    expect(ask('x.w.bl.example', 'TXT')).toContain('| x.w.bl.example CNAME "b.bl.example" |')
    expect(ask('a.bl.example', 'CNAME')).toBe('NOERROR | a.bl.example CNAME "b.bl.example"')
    expect(ask('gone.bl.example')).toBe('NXDOMAIN | gone.bl.example CNAME "nowhere.bl.example" | SOA bl.example 60')
    expect(ask('out.bl.example')).toBe('NXDOMAIN | out.bl.example CNAME "x.test"')
    expect(ask('empty.bl.example')).toBe('NOERROR | empty.bl.example CNAME "127.bl.example" | SOA bl.example 60')
  })

  it('answers SERVFAIL for a circle of aliases', () => {
    expect(make(`${BL}a CNAME b\nb CNAME a\n`).ask('a.bl.example')).toBe('SERVFAIL')
  })

  it('answers NXDOMAIN outside of its zones, or REFUSED where that was chosen', () => {
    expect(make(BL).ask('a.test')).toBe('NXDOMAIN')
    expect(make(BL, { outside: 'REFUSED' }).ask('a.test')).toBe('REFUSED')
    expect(make(BL, { outside: 'REFUSED' }).ask('a.bl.example')).toBe('NXDOMAIN | SOA bl.example 60')
  })

  it('takes more records, each only once, the later SOA in place of the earlier', () => {
    const { zones, ask } = make(BL)
    zones.addRecords(read('$ORIGIN bl.example.\n2.0.0.127 A 127.0.0.2\n A 127.0.0.4\n@ SOA ns h 2 1h 1h 1h 30\n'))
    expect(ask('2.0.0.127.bl.example')).toBe(
      'NOERROR | 2.0.0.127.bl.example A "127.0.0.2" | 2.0.0.127.bl.example A "127.0.0.4"',
    )
    expect(ask('none.bl.example')).toBe('NXDOMAIN | SOA bl.example 30')
  })

  it('forgets a zone with the names above its records, and nothing beside it', () => {
    const { zones, ask } = make(`${BL}$ORIGIN nobl.example.\na A 127.0.0.2\n`)
    zones.removeZone('bl.example.')
    expect(ask('2.0.0.127.bl.example')).toBe('NXDOMAIN')
    expect(ask('127.bl.example')).toBe('NXDOMAIN')
    expect(ask('a.nobl.example')).toBe('NOERROR | a.nobl.example A "127.0.0.2"')
  })
})

describe('a zone that fails on purpose', () => {
  it.each<[DnsFault, string, string, string]>([
    [{ kind: 'silent' }, 'silence', 'silence', 'silence'],
    [
      { kind: 'slow', ms: 700 },
      'NOERROR after 700 | 2.0.0.127.bl.example A "127.0.0.2"',
      'NXDOMAIN after 700 | SOA bl.example 60',
      'NOERROR after 700 | SOA bl.example 60',
    ],
    [{ kind: 'servfail' }, 'SERVFAIL', 'SERVFAIL', 'SERVFAIL'],
    [{ kind: 'refused' }, 'REFUSED', 'REFUSED', 'REFUSED'],
    [
      { kind: 'lists-everything', address: '127.0.0.2' },
      'NOERROR | 2.0.0.127.bl.example A "127.0.0.2"',
      'NOERROR | 1.0.0.127.bl.example A "127.0.0.2"',
      'NOERROR | SOA bl.example 60',
    ],
    [
      { kind: 'parked', address: '203.0.113.80' },
      'NOERROR | 2.0.0.127.bl.example A "203.0.113.80"',
      'NOERROR | 1.0.0.127.bl.example A "203.0.113.80"',
      'NOERROR | bl.example A "203.0.113.80"',
    ],
    [
      { kind: 'error-code', address: '127.255.255.254' },
      'NOERROR | 2.0.0.127.bl.example A "127.255.255.254"',
      'NOERROR | 1.0.0.127.bl.example A "127.255.255.254"',
      'NOERROR | SOA bl.example 60',
    ],
    [{ kind: 'empty' }, 'NXDOMAIN | SOA bl.example 60', 'NXDOMAIN | SOA bl.example 60', 'NOERROR | SOA bl.example 60'],
  ])('%j: for a listed address, one that is not, and the zone itself', (fault, listed, unlisted, apex) => {
    const { zones, ask } = make(BL)
    zones.setFault('BL.example.', fault)
    expect([ask('2.0.0.127.bl.example'), ask('1.0.0.127.bl.example'), ask('bl.example')]).toEqual([
      listed,
      unlisted,
      apex,
    ])
  })

  it('leaves zones beside it alone, lets the longest suffix count, and recovers', () => {
    const { zones, ask } = make(`${BL}$ORIGIN nobl.example.\na A 127.0.0.2\n`)
    zones.setFault('bl.example', { kind: 'servfail' })
    zones.setFault('127.bl.example', { kind: 'refused' })
    expect([ask('a.nobl.example'), ask('x.bl.example'), ask('2.0.0.127.bl.example')]).toEqual([
      'NOERROR | a.nobl.example A "127.0.0.2"',
      'SERVFAIL',
      'REFUSED',
    ])
    zones.setFault('127.bl.example.', null)
    zones.setFault('bl.example', null)
    expect(ask('2.0.0.127.bl.example')).toBe('NOERROR | 2.0.0.127.bl.example A "127.0.0.2"')
  })

  it('gives the text of a list that lists everything no data, not the one of another name', () => {
    const { zones, ask } = make(BL)
    zones.setFault('bl.example', { kind: 'lists-everything', address: '127.0.0.2' })
    expect(ask('2.0.0.127.bl.example', 'TXT')).toBe('NOERROR | SOA bl.example 60')
  })
})
