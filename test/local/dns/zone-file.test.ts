import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ZoneFile } from '../../../local/dns/zone-file.ts'
import { describeProblem, MAX_PROBLEMS, MAX_ZONE_FILE_LENGTH, parseZoneFile } from '../../../local/dns/zone-file.ts'

const parse = (text: string): ZoneFile => parseZoneFile(text, 'test.zone')
const records = (text: string) => {
  const zone = parse(text)
  return zone.kind === 'records' ? zone.records : zone.problems.map(describeProblem)
}
const problems = (text: string) => {
  const zone = parse(text)
  return zone.kind === 'problems' ? zone.problems.map(describeProblem) : []
}
const a = (name: string, ttl = 3600, data = '127.0.0.2') => ({ name, ttl, type: 'A', data })

describe('a master file (RFC 1035 5)', () => {
  it('reads every type that mail needs', () => {
    expect(
      records(`
$TTL 5m
$ORIGIN Example.COM.
@       IN SOA ns host\\.master ( 2026112101 ; serial
                1h 15m
                7d ; expire
                300 )
        IN NS  ns
        IN MX  10 mail
        IN MX  0 .
        IN TXT "v=spf1 -all"
ns         A   192.0.2.53
mail       AAAA 2001:DB8:0:0::1
www        CNAME Web.Example.NET.
1.2        PTR ns
`),
    ).toEqual([
      {
        name: 'example.com',
        ttl: 300,
        type: 'SOA',
        data: {
          mname: 'ns.Example.COM',
          rname: 'host\\.master.Example.COM',
          serial: 2026112101,
          refresh: 3600,
          retry: 900,
          expire: 604800,
          minimum: 300,
        },
      },
      { name: 'example.com', ttl: 300, type: 'NS', data: 'ns.Example.COM' },
      { name: 'example.com', ttl: 300, type: 'MX', data: { preference: 10, exchange: 'mail.Example.COM' } },
      { name: 'example.com', ttl: 300, type: 'MX', data: { preference: 0, exchange: '' } },
      { name: 'example.com', ttl: 300, type: 'TXT', data: ['v=spf1 -all'] },
      { name: 'ns.example.com', ttl: 300, type: 'A', data: '192.0.2.53' },
      { name: 'mail.example.com', ttl: 300, type: 'AAAA', data: '2001:db8::1' },
      { name: 'www.example.com', ttl: 300, type: 'CNAME', data: 'Web.Example.NET' },
      { name: '1.2.example.com', ttl: 300, type: 'PTR', data: 'ns.Example.COM' },
    ])
  })

  it('repeats the last owner where a line begins with a blank, over comments and empty lines', () => {
    expect(records('a.example. A 127.0.0.2\n\n ; nothing\n; nothing\n\tA 127.0.0.3')).toEqual([
      a('a.example'),
      a('a.example', 3600, '127.0.0.3'),
    ])
  })

  it('takes the TTL and the class in either order, and the last TTL where there is none', () => {
    expect(records('a.example. 60 IN A 127.0.0.2\nb.example. IN 1h30m A 127.0.0.2\nc.example. in a 127.0.0.2')).toEqual(
      [a('a.example', 60), a('b.example', 5400), a('c.example', 5400)],
    )
  })

  it('lets $TTL and $ORIGIN change half-way, a relative $ORIGIN being relative to the one before', () => {
    const text = '$TTL 10\n$ORIGIN example.\na A 127.0.0.2\n$TTL 1d\n$ORIGIN sub\n@ A 127.0.0.2\na A 127.0.0.2'
    expect(records(text)).toEqual([a('a.example', 10), a('sub.example', 86400), a('a.sub.example', 86400)])
  })

  it('keeps wildcards, underscores, and owners that look like types, classes and TTLs', () => {
    const text = '$ORIGIN example.\n*.w A 127.0.0.2\n_x A 127.0.0.2\nIN A 127.0.0.2\n300 A 127.0.0.2\nTXT A 127.0.0.2'
    expect(records(text)).toEqual(['*.w', '_x', 'in', '300', 'txt'].map((label) => a(`${label}.example`)))
  })

  it('reads the strings of TXT octet by octet: quotes, \\" and \\DDD, comment signs inside, several on several lines', () => {
    const text = 'a.example. TXT ( "one; (1)" two\n "say \\"\\104i\\"" "" a\\;b "\\\\\\255" "é" ) ; end'
    expect(records(text)).toEqual([
      {
        name: 'a.example',
        ttl: 3600,
        type: 'TXT',
        data: ['one; (1)', 'two', 'say "hi"', '', 'a;b', '\\\u00FF', '\u00C3\u00A9'],
      },
    ])
  })

  it('reads Windows line ends and a byte order mark', () => {
    expect(records('\uFEFFa.example. A 127.0.0.2\r\n  A 127.0.0.3\r\n')).toEqual([
      a('a.example'),
      a('a.example', 3600, '127.0.0.3'),
    ])
  })

  it('reads a file without a record', () => {
    expect(parse('; nothing yet\n')).toEqual({ kind: 'records', records: [] })
  })
})

describe('a master file with mistakes', () => {
  it('reports all of them, each with its line, what was expected and what was found', () => {
    const text = `$ORIGIN example.
a A 300.1.1.1
b AAAA 127.0.0.1
c MX ten mail
d MX 10
e SRV 1 2 3 x
f CH A 127.0.0.2
g A 127.0.0.2 127.0.0.3
h TXT "open
i 5x A 127.0.0.2
$INCLUDE other.zone
j SOA ns host (
  1 2 x
  4 5 )
k TXT "\\256"
l A 127.0.0.2 )
..m A 127.0.0.2
n A
o
p PTR user@example.
q A "127.0.0.2`
    expect(problems(text)).toEqual([
      'test.zone:2: expected an IPv4 address, found "300.1.1.1"',
      'test.zone:3: expected an IPv6 address, found "127.0.0.1"',
      'test.zone:4: expected a preference from 0 to 65535, found "ten"',
      'test.zone:5: expected the name of a mail server, found "the end of the record"',
      'test.zone:6: expected one of the types A, AAAA, CNAME, MX, NS, PTR, SOA, TXT, found "SRV"',
      'test.zone:7: expected the class IN, found "CH"',
      'test.zone:8: expected the end of the record, found "127.0.0.3"',
      'test.zone:9: expected a closing quotation mark on the same line, found "\\"open"',
      'test.zone:10: expected a TTL in seconds, or in units such as 1h30m, found "5x"',
      'test.zone:11: expected $ORIGIN or $TTL (other directives are not supported), found "$INCLUDE"',
      'test.zone:13: expected the retry time in seconds, or in units such as 1h30m, found "x"',
      'test.zone:15: expected escapes of the form \\" or \\DDD, DDD from 000 to 255, found "\\\\256"',
      'test.zone:16: expected a "(" before it, found ")"',
      'test.zone:17: expected a domain name: ASCII labels of 1 to 63 characters, 253 in all, found "..m"',
      'test.zone:18: expected an IPv4 address, found "the end of the record"',
      'test.zone:19: expected a record type, found "the end of the record"',
      'test.zone:20: expected a domain name: ASCII labels of 1 to 63 characters, 253 in all, found "user@example."',
      'test.zone:21: expected a closing quotation mark on the same line, found "\\"127.0.0.2"',
    ])
  })

  it.each([
    ['a A 127.0.0.2', 'test.zone:1: expected a name with a final dot, or an $ORIGIN before it, found "a"'],
    ['  A 127.0.0.2', 'test.zone:1: expected a name at the start of the first record, found " "'],
    ['a.example. A (\n127.0.0.2', 'test.zone:1: expected a ")", found "the end of the file"'],
    ['$TTL 9999999999\n', 'test.zone:1: expected a TTL in seconds, or in units such as 1h30m, found "9999999999"'],
    ['a.example. AAAA fe80::1%eth0', 'test.zone:1: expected an IPv6 address, found "fe80::1%eth0"'],
    ['a.example. MX 10 ""', 'test.zone:1: expected a name with a final dot, or an $ORIGIN before it, found ""'],
    ['$ORIGIN a. b.', 'test.zone:1: expected the end of the record, found "b."'],
  ])('says what is wrong with %j', (text, problem) => {
    expect(problems(text)).toEqual([problem])
  })

  it('counts its lines also over a backslash at the end of one', () => {
    expect(problems('a.example. TXT x\\\nb.example. TXT "y\\\nc.example. A d')).toEqual([
      'test.zone:1: expected escapes of the form \\" or \\DDD, DDD from 000 to 255, found "x\\\\"',
      'test.zone:2: expected a closing quotation mark on the same line, found "\\"y\\\\"',
      'test.zone:3: expected an IPv4 address, found "d"',
    ])
  })

  it('refuses a string and names that do not fit the wire', () => {
    const long = 'x'.repeat(256)
    const text = `a.example. TXT ${long}\n${'x'.repeat(64)}.example. A 127.0.0.2\n${'abc.'.repeat(64)} A 127.0.0.2`
    expect(problems(text).map((problem) => problem.replace(/, found.*/, ''))).toEqual([
      'test.zone:1: expected a string of at most 255 octets (split it in several)',
      'test.zone:2: expected a domain name: ASCII labels of 1 to 63 characters, 253 in all',
      'test.zone:3: expected a domain name: ASCII labels of 1 to 63 characters, 253 in all',
    ])
    expect(problems(text)[0]).toMatch(/, found "x{57}\.{3}"$/)
  })

  it('refuses an alias beside anything else at its name (RFC 1034 3.6.2)', () => {
    expect(problems('$ORIGIN x.\na A 127.0.0.2\na CNAME b\nb CNAME c\nB CNAME d')).toEqual([
      'test.zone:3: expected a CNAME alone at its name (line 2 has A for it), found "a.x CNAME"',
      'test.zone:5: expected a CNAME alone at its name (line 4 has CNAME for it), found "b.x CNAME"',
    ])
  })

  it('stops reporting at a hundred', () => {
    expect(problems('what is this\n'.repeat(1000))).toHaveLength(MAX_PROBLEMS)
  })

  it('refuses a file that is too large, unread', () => {
    expect(problems(';'.repeat(MAX_ZONE_FILE_LENGTH + 1))).toEqual([
      'test.zone:1: expected a file of at most 50000000 characters, found "50000001 characters"',
    ])
  })
})

describe('any text at all', () => {
  const word = fc.constantFrom('$ORIGIN', '$TTL', '@', 'a', 'x.', 'IN', '1h', 'A', 'TXT', 'SOA', '127.0.0.2', 'é', '*')
  const mark = fc.constantFrom(' ', '\n', '(', ')', '"', '\\', ';', '\t', '\r', '.', '\\300', '\u0000')
  const likely = fc
    .array(fc.oneof(word, mark, fc.string({ maxLength: 3 })), { maxLength: 60 })
    .map((all) => all.join(''))

  it('gives records or problems, never throws, and never more of either than there are lines or words', () => {
    fc.assert(
      fc.property(fc.oneof(likely, fc.string({ unit: 'binary' })), (text) => {
        const zone = parse(text)
        if (zone.kind === 'records') expect(zone.records.length).toBeLessThanOrEqual(text.split('\n').length)
        else expect(zone.problems.length).toBeLessThanOrEqual(MAX_PROBLEMS)
        if (zone.kind === 'problems') {
          const last = text.split('\n').length
          for (const { line } of zone.problems) expect(line >= 1 && line <= last).toBe(true)
        }
      }),
      { numRuns: 3000 },
    )
  })

  it.each(['(', '"', '\\', 'a ', '( "', '\n(', '$TTL ', '9', 'a. A 127.0.0.2\n'])(
    'takes a megabyte of %j in one pass',
    (piece) => {
      const time = (length: number) => {
        const text = piece.repeat(Math.ceil(length / piece.length))
        const start = performance.now()
        parse(text)
        return performance.now() - start
      }
      time(100_000)
      // Sixteen times the text takes a quadratic reader 256 times as long.
      expect(time(1_600_000)).toBeLessThan(100 * Math.max(time(100_000), 2))
    },
  )
})
