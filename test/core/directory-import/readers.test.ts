import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createNormalise, type RawRow } from '../../../lambda/core/directory-import/normalise.ts'
import { columnsOf, rowsOfRecord } from '../../../lambda/core/directory-import/readers/columns.ts'
import { createJsonLinesReader } from '../../../lambda/core/directory-import/readers/json-lines.ts'
import { createLdifReader } from '../../../lambda/core/directory-import/readers/ldif.ts'
import type { LineReader } from '../../../lambda/core/directory-import/readers/line-reader.ts'
import { createLineSplitter } from '../../../lambda/core/directory-import/readers/lines.ts'
import { createPlainReader } from '../../../lambda/core/directory-import/readers/plain.ts'
import { createPostfixReader } from '../../../lambda/core/directory-import/readers/postfix.ts'
import { delimiterOf, recogniseFormat } from '../../../lambda/core/directory-import/recognise.ts'

/** All rows of a text, and how it was cut. */
function read(reader: LineReader, text: string) {
  const splitter = createLineSplitter()
  const rows = splitter.push(text).flatMap((line) => reader.line(line))
  const unfinished = splitter.end()
  if (unfinished !== null) rows.push(...reader.line(unfinished))
  const end = reader.end(unfinished)
  return { rows: [...rows, ...end.rows], cut: end.cut }
}

/** `LINE kind address > target`, or `LINE bad: what was expected`. */
function words(rows: readonly RawRow[]): readonly string[] {
  return rows.map((row) =>
    row.address === null
      ? `${row.line} bad: ${row.expected}`
      : `${row.line} ${row.kind} ${row.address}${row.target === null ? '' : ` > ${row.target}`}`,
  )
}

describe('the format of a source', () => {
  it.each([
    ['plain', 'alice@example.com\nbob@example.com\n'],
    ['plain', '# people\n\nalice@example.com\n'],
    ['plain', ''],
    ['json-lines', '{"address":"alice@example.com"}\n'],
    ['ldif', 'version: 1\n\ndn: uid=alice,dc=example,dc=com\nmail: alice@example.com\n'],
    ['ldif', 'dn:: dWlk\nmail: alice@example.com\n'],
    ['csv', 'First Name [Required],Last Name [Required],Email Address [Required]\nA,B,alice@example.com\n'],
    ['csv', '"Display name";"User principal name"\n'],
    ['csv', 'email\nalice@example.com\n'],
    ['postfix-virtual', '# virtual(5)\nexample.com anything\nalice@example.com alice\n'],
    ['postfix-aliases', 'root: alice\n'],
    [null, 'Alice,alice@example.com\n'],
    [null, 'hello\n'],
  ] as const)('is %s for %j', (format, head) => {
    expect(recogniseFormat(head)).toBe(format)
  })

  it('has the delimiter that the header row has most of', () => {
    expect(['a,b', 'a;b,c;d', 'a\tb', 'a'].map(delimiterOf)).toEqual([',', ';', '\t', ','])
  })
})

describe('a plain list', () => {
  it('holds addresses, comments and catch-alls', () => {
    const { rows, cut } = read(
      createPlainReader(),
      '# all\r\n alice@example.com # boss\r\n\n@example.org\na#b@example.com\n',
    )
    expect([words(rows), cut]).toEqual([
      ['2 mailbox alice@example.com', '4 catch-all @example.org', '5 mailbox a#b@example.com'],
      null,
    ])
  })

  it('is cut short where the last line has no end', () => {
    expect(read(createPlainReader(), 'alice@example.com\nbob@exam').cut).toEqual({ how: 'no-final-newline', line: 2 })
    expect(read(createPlainReader(), 'alice@example.com\n  ').cut).toBe(null)
  })
})

describe('JSON lines', () => {
  it('hold entries as they are exported; what is removed is passed over', () => {
    const { rows, cut } = read(
      createJsonLinesReader(),
      [
        '{"address":"alice@example.com","kind":"mailbox"}',
        '{"email":"a@example.com","kind":"alias","target":"alice@example.com"}',
        '{"address":"@example.org"}',
        '{"address":"old@example.com","removed_at":"2026-01-01T00:00:00Z"}',
        '{"address":"b@example.com","kind":"person"}',
        '{"name":"b"}',
        '["b@example.com"]',
        '{"address":"c@example.com"}',
      ].join('\n'),
    )
    expect([words(rows), cut]).toEqual([
      [
        '1 mailbox alice@example.com',
        '2 alias a@example.com > alice@example.com',
        '3 catch-all @example.org',
        '5 bad: "kind", one of mailbox, alias, group, catch-all, deny',
        '6 bad: "address", a text',
        '7 bad: a JSON object',
        '8 mailbox c@example.com',
      ],
      null,
    ])
  })

  it('are cut short where the last object is broken', () => {
    const text = '{"address":"alice@example.com"}\n{"address":"bob@exa'
    expect(read(createJsonLinesReader(), text).cut).toEqual({ how: 'broken-json', line: 2 })
  })
})

describe('LDIF', () => {
  it('holds mail, Base64, folded lines, comments, and the proxy addresses of Active Directory', () => {
    const { rows, cut } = read(
      createLdifReader(),
      [
        'version: 1',
        '',
        'dn: cn=Alice,dc=example,dc=com',
        'objectClass: inetOrgPerson',
        'mail: alice@exam',
        ' ple.com',
        'mailAlternateAddress: al@example.com',
        '# proxyAddresses: smtp:no@example.com',
        ' which goes on',
        '',
        'dn: cn=Staff,dc=example,dc=com',
        'objectClass: groupOfNames',
        `mail:: ${Buffer.from('staff@example.com').toString('base64')}`,
        '',
        'dn: cn=Bob',
        'mail: bob@example.com',
        'proxyAddresses: SMTP:bob@example.com',
        'proxyAddresses: smtp:robert@example.com',
        'proxyAddresses: X400:c=US;a= ;p=Example',
        '',
        'dn: cn=Bad',
        'mail:: /////',
        'no attribute',
        '',
      ].join('\r\n'),
    )
    expect([words(rows), cut]).toEqual([
      [
        '5 mailbox alice@example.com',
        '7 alias al@example.com > alice@example.com',
        '13 group staff@example.com',
        '16 mailbox bob@example.com',
        '17 mailbox bob@example.com',
        '18 alias robert@example.com > bob@example.com',
        '23 bad: attribute: value (RFC 2849)',
        '22 bad: Base64 of text in UTF-8',
      ],
      null,
    ])
  })
})

describe("Postfix's maps", () => {
  it('are read as virtual(5) says', () => {
    const text = [
      '# comment',
      'example.com            anything',
      'alice@example.com      alice@mail.example.net',
      'sales@example.com      alice@example.com,',
      '   bob@example.com',
      '@example.org           catch@example.com',
      'broken@example.com',
      'root                   alice@example.com',
      '',
    ].join('\n')
    expect(words(read(createPostfixReader('virtual'), text).rows)).toEqual([
      '3 alias alice@example.com > alice@mail.example.net',
      '4 group sales@example.com',
      '6 catch-all @example.org',
      '7 bad: address  targets',
      '8 alias root > alice@example.com',
    ])
  })

  it('are read as aliases(5) says', () => {
    const text = 'root: alice\n"odd: name": bob\nlist: "|/usr/bin/list"\nmany: a, b\nbroken\nempty:\n'
    expect(words(read(createPostfixReader('aliases'), text).rows)).toEqual([
      '1 alias root > alice',
      '2 alias odd: name > bob',
      '3 group list',
      '4 group many',
      '5 bad: name: targets',
      '6 bad: at least one target',
    ])
  })
})

describe('the columns of an export', () => {
  const rowsOf = (header: readonly string[], record: readonly string[]) => {
    const columns = columnsOf(header, null)
    return columns === null ? null : words(rowsOfRecord(record, 2, columns))
  }

  it('are found in the exports of Google Workspace and Microsoft 365', () => {
    expect(
      rowsOf(
        ['First Name [Required]', 'Last Name [Required]', 'Email Address [Required]', 'Status [READ ONLY]'],
        ['Alice', 'A', 'alice@example.com', 'Active'],
      ),
    ).toEqual(['2 mailbox alice@example.com'])
    expect(
      rowsOf(
        ['Block credential', 'Display name', 'Proxy addresses', 'User principal name'],
        ['False', 'A', 'smtp:a@x.onmicrosoft.com+SMTP:a+b@example.com+smtp:al@example.com', 'a+b@example.com'],
      ),
    ).toEqual([
      '2 mailbox a+b@example.com',
      '2 alias a@x.onmicrosoft.com > a+b@example.com',
      '2 alias al@example.com > a+b@example.com',
    ])
    expect(
      rowsOf(
        ['PrimarySmtpAddress', 'EmailAddresses'],
        ['a@example.com', 'SMTP:a@example.com SIP:a@example.com smtp:b@example.com'],
      ),
    ).toEqual(['2 mailbox a@example.com', '2 alias b@example.com > a@example.com'])
  })

  it('are those that were named, all of them or none', () => {
    const header = ['Who', 'Also', 'What']
    expect(columnsOf(header, { address: 'who', aliases: 'ALSO' })).toEqual({
      address: 0,
      aliases: 1,
      kind: -1,
      target: -1,
      removedAt: -1,
    })
    expect(columnsOf(header, { address: 'who', aliases: 'too' })).toBe(null)
    expect(columnsOf(header, null)).toBe(null)
  })

  it('make bad rows of what has no address, an unknown kind or another encoding', () => {
    const columns = { address: 0, aliases: -1, kind: 1, target: -1, removedAt: -1 }
    expect(
      [
        ['', 'mailbox'],
        ['a@example.com', 'person'],
        ['M\uFFFDller@example.com', ''],
        ['', ''],
      ].flatMap((record) => words(rowsOfRecord(record, 9, columns))),
    ).toEqual([
      '9 bad: an address',
      '9 bad: a kind: mailbox, alias, group, catch-all, deny',
      '9 bad: text in UTF-8; this looks like Latin-1 or Windows-1252',
    ])
  })
})

describe('the key of a row', () => {
  const normalise = createNormalise(
    [
      { name: 'example.com', foldCase: true },
      { name: 'xn--bcher-kva.example', foldCase: false },
    ],
    'example.com',
  )
  const of = (address: string, kind: 'mailbox' | 'alias' | 'deny' = 'mailbox', target: string | null = null) => {
    const read = normalise({ line: 1, address, kind, target })
    if (read.kind === 'entry')
      return `${read.entry.kind} ${read.entry.key}${target === null ? '' : ` > ${String(read.entry.target)}`}`
    return read.kind === 'bad' ? `bad ${read.row.expected}` : `not served ${read.domain}`
  }

  it.each([
    ['Alice@EXAMPLE.com', 'mailbox alice@example.com'],
    ['Zo\u0065\u0301@example.com', 'mailbox zo\u00e9@example.com'],
    ['Anna@b\u00fccher.example', 'mailbox Anna@xn--bcher-kva.example'],
    ['root', 'mailbox root@example.com'],
    ['"a b"@example.com', 'mailbox "a b"@example.com'],
    ['@example.com', 'catch-all @example.com'],
    ['alice@x.onmicrosoft.com', 'not served x.onmicrosoft.com'],
    ['a@@example.com', 'bad an address, local@domain (several-at-signs)'],
    ['a\u0000b@example.com', 'bad an address, local@domain (control-character)'],
    ['', 'bad an address, local@domain (empty)'],
    [`${'a'.repeat(2048)}@example.com`, 'bad at most 2048 bytes'],
  ])('is made of %j as %j', (address, expected) => {
    expect(of(address)).toBe(expected)
  })

  it('has targets made alike, and postmaster cannot be denied', () => {
    expect(of('a@example.com', 'alias', 'ALICE')).toBe('alias a@example.com > alice@example.com')
    expect(of('a@example.com', 'alias', '')).toBe('bad the target of the alias')
    expect(of('Postmaster@example.com', 'deny')).toMatch(/^bad another address/)
  })
})

describe('every reader', () => {
  const readers = {
    plain: createPlainReader,
    json: createJsonLinesReader,
    ldif: createLdifReader,
    virtual: () => createPostfixReader('virtual'),
    aliases: () => createPostfixReader('aliases'),
  }
  const hostile = fc.string({
    unit: fc.constantFrom(
      ...Array.from('ab@.:; \t\r\n"#|,{}[]\\=\0\uFFFD'),
      'dn: x\n',
      'mail:: ',
      'example.com',
      'smtp:',
    ),
    maxLength: 300,
  })

  it.each(Object.keys(readers) as (keyof typeof readers)[])(
    'never throws, and names only lines that are there: %s',
    (name) => {
      const normalise = createNormalise([{ name: 'example.com', foldCase: true }], 'example.com')
      fc.assert(
        fc.property(hostile, (text) => {
          const lines = text.split('\n').length
          for (const row of read(readers[name](), text).rows) {
            expect(row.line).toBeGreaterThan(0)
            expect(row.line).toBeLessThanOrEqual(lines)
            normalise(row)
          }
        }),
        { numRuns: 500 },
      )
    },
  )

  it('says of a line that is too long where it is, and goes on behind it', () => {
    const text = `alice@example.com\n${'x'.repeat(300_000)}\nbob@example.com\n`
    expect(words(read(createPlainReader(), text).rows)).toEqual([
      '1 mailbox alice@example.com',
      '2 bad: a shorter line',
      '3 mailbox bob@example.com',
    ])
  })

  it('splits lines alike, however the text is cut', () => {
    fc.assert(
      fc.property(hostile, fc.array(fc.nat(40)), (text, cuts) => {
        const whole = createLineSplitter()
        const pieces = createLineSplitter()
        const expected = [...whole.push(text), whole.end()]
        let at = 0
        const got = cuts.flatMap((cut) => {
          const piece = text.slice(at, at + cut)
          at += cut
          return [...pieces.push(piece)]
        })
        got.push(...pieces.push(text.slice(at)))
        expect([...got, pieces.end()]).toEqual(expected)
      }),
    )
  })
})
