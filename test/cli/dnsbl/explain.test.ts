import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { caretLines } from '../../../cli/dnsbl/caret.ts'
import { longestFormula, readFormula } from '../../../cli/dnsbl/formula.ts'
import { linesOf, quietgate, type Ran } from '../command.ts'

/** There is no configuration, and no network: none may be needed. */
function explain(formula: string, ...args: readonly string[]): Promise<Ran> {
  return quietgate(['--config', '/nowhere.json', 'dnsbl', 'explain', formula, ...args])
}

describe('quietgate dnsbl explain', () => {
  it('reads a formula back in words, with what is known of each list', async () => {
    const formula = `
      # two lists of clients, one that speaks for them
      bl.spamcop.net=127.0.0.2*2, bl.example*2
      wl.mailspike.net=127.0.0.[18..20]*-2
      record=2 stop=4`
    expect(await explain(formula)).toEqual({
      exitCode: 0,
      stdout: [
        'bl.spamcop.net adds 2 if it answers 127.0.0.2.',
        '  SpamCop Blocking List, run by SpamCop (https://www.spamcop.net/bl.shtml).',
        '  It lists IPv4 addresses alone.',
        '    127.0.0.2  Reported as a source of spam within the last day or so.',
        '  Terms of use: Free. Its operator advises to weigh it, not to refuse by it alone.',
        '',
        'bl.example adds 2 if it lists the client at all.',
        '  Not in the catalogue: the configuration has to say who operates it.',
        '',
        'wl.mailspike.net speaks for the client by 2 if it answers 127.0.0.x, x being 18 to 20.',
        '  Mailspike Whitelist, run by Mailspike (https://mailspike.org/usage.html).',
        '  It speaks for clients. While it is silent or unsound, nothing is stopped.',
        '  It lists IPv4 addresses alone.',
        '  It answers resolvers of clouds only in part, or only few questions.',
        '    127.0.0.17  Reputation H2: possibly a legitimate sender.',
        '    127.0.0.18  Reputation H3: good.',
        '    127.0.0.19  Reputation H4: very good.',
        '    127.0.0.20  Reputation H5: excellent.',
        '  Terms of use: Free up to 100,000 messages and 100,000 questions a day. Its operator advises to weigh it only.',
        '',
        'From 2 on the sum is recorded. From 4 on the message is stopped, if zones of two operators, or one that is authoritative, are among what adds to it.',
        '',
      ].join('\n'),
      stderr: '',
    })
  })

  it('gives programs the same in one object', async () => {
    const { exitCode, stdout } = await explain('{dqs}.zen.dq.spamhaus.net=127.0.0.[2..4]*3 stop=3', '--json')
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      record: 1,
      stop: 3,
      at_most: 3,
      operators: ['Spamhaus'],
      zones: [
        {
          zone: '{dqs}.zen.dq.spamhaus.net',
          terms: [{ term: '{dqs}.zen.dq.spamhaus.net=127.0.0.[2..4]*3', pattern: '127.0.0.[2..4]', weight: 3 }],
          list: { title: 'Spamhaus ZEN', operator: 'Spamhaus', use: 'score', families: 'both', key: 'dqs' },
        },
      ],
    })
  })

  it.each([
    ['bl.example*2', 'All terms together add up to 2 at most: nothing is ever stopped.'],
    ['bl.example*3 wl.example*-1', 'All terms together add up to 3 at most: nothing is ever stopped.'],
    [
      'bl.example*4',
      'All of it is the opinion of bl.example: nothing is stopped, unless a zone is set to authoritative.',
    ],
    // A hint never adds to the sum.
    ['bl.example*3 ips.backscatterer.org*9', 'All terms together add up to 3 at most: nothing is ever stopped.'],
  ])('says of %s that it stops nothing', async (formula, sentence) => {
    expect(linesOf((await explain(formula)).stdout).at(-1)).toBe(sentence)
  })

  it.each([
    [
      'bl.example=127.0.0.[300]*2',
      [
        'bl.example=127.0.0.[300]*2', //
        '                    ^',
        'Character 21: octets are 0 to 255.',
      ],
    ],
    [
      'a.example\n\tb.example*0 # no\n',
      [
        ' b.example*0 # no', //
        '           ^',
        'Character 22: a weight of 0 would be asked for nothing.',
      ],
    ],
    [
      'a.example dul.dnsbl.sorbs.net',
      [
        'a.example dul.dnsbl.sorbs.net',
        '          ^',
        'Character 11: dul.dnsbl.sorbs.net is dead: SORBS ended on 2024-06-05 and lists nobody since.',
      ],
    ],
    [
      'a.example record=5 stop=4',
      [
        'a.example record=5 stop=4',
        '                   ^',
        'Character 20: what is stopped is recorded as well, so record is at most stop, found record=5 and stop=4.',
      ],
    ],
    [
      'a.example stop=0',
      ['a.example stop=0', '               ^', 'Character 16: stop is a whole number from 1 to 1000.'],
    ],
    [
      'a.example stop=4 stop=5',
      ['a.example stop=4 stop=5', '                 ^', 'Character 18: stop stands here twice.'],
    ],
    [
      'A.example a.example',
      ['A.example a.example', '          ^', 'Character 11: this stands here already, and would count twice.'],
    ],
    ['# nothing', ['# nothing', '         ^', 'Character 10: expected a term, such as bl.example=127.0.0.2*2.']],
  ])('shows where %j is wrong, with exit code 2', async (formula, lines) => {
    expect(await explain(formula)).toEqual({ exitCode: 2, stdout: '', stderr: `${lines.join('\n')}\n` })
  })

  it('gives programs the place of the mistake as an index', async () => {
    expect(await explain('bl.example=127.0.0.[300]*2', '--json')).toEqual({
      exitCode: 2,
      stdout: '{"at":20,"why":"octets are 0 to 255"}\n',
      stderr: '',
    })
  })

  it.each([
    'abcdefghijklmnopqrstuvwx12.zen.dq.spamhaus.net',
    'a.example abcdefghijklmnopqrstuvwx12.zen.dq.spamhaus.net=127.0.0.[2..4]*3 b.example*x',
    '0123456789abcdef0123456789abcdef.combined.mail.abusix.zone*2',
  ])('takes a key in a name for a mistake, and does not show it: %s', async (formula) => {
    for (const args of [[], ['--json']]) {
      const { exitCode, stdout, stderr } = await explain(formula, ...args)
      expect(exitCode).toBe(2)
      expect(`${stdout}${stderr}`).not.toMatch(/abcdefghijklmnopqrstuvwx12|0123456789abcdef/)
    }
  })
})

describe('readFormula', () => {
  it('never throws, and finds its mistakes within the text', () => {
    const word = fc.constantFrom(
      'a.example',
      '=127.0.0.[2;4..7]',
      '*-3',
      'stop=',
      '9',
      '#',
      '\n',
      ' ',
      ',',
      '{dqs}.',
      '[',
    )
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(word).map((words) => words.join('')),
    )
    fc.assert(
      fc.property(text, (formula) => {
        const read = readFormula(formula)
        if (read.kind === 'formula') return read.terms.length > 0 && read.record <= read.stop
        const [line, mark] = caretLines(formula, read.at)
        return read.at >= 0 && read.at <= formula.length && mark.length <= line.length + 1 && line.length <= 130
      }),
    )
  })

  it('reads no more than its bound, and that quickly', () => {
    expect(readFormula('a'.repeat(longestFormula + 1))).toEqual({
      kind: 'mistake',
      at: longestFormula,
      why: `a formula has at most ${longestFormula} characters`,
    })
    const terms = Array.from({ length: 7000 }, (_, index) => `${index}.a`).join(' ')
    const started = performance.now()
    expect(readFormula(terms)).toMatchObject({ kind: 'formula', terms: { length: 7000 } })
    expect(performance.now() - started).toBeLessThan(1000)
  })
})

describe('caretLines', () => {
  it('shows a long line around the mark, one column a character', () => {
    const [line, mark] = caretLines(`${'a'.repeat(100)}é\u202e\u001bX${'b'.repeat(100)}`, 103)
    expect({ line, mark: mark.length, at: line[mark.length - 1] }).toEqual({
      line: `...${'a'.repeat(57)}???X${'b'.repeat(59)}...`,
      mark: 64,
      at: 'X',
    })
  })
})
