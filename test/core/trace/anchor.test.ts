import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DecisionRecord } from '../../../lambda/core/record.ts'
import { anchorOf, anchorTextOf } from '../../../lambda/core/trace/anchor.ts'
import { relationOf, type TraceQuestion } from '../../../lambda/core/trace/question.ts'
import { indexedText, regexpLike } from '../../athena.ts'
import { asked, mail, monday, to } from './builders.ts'

describe('what a record is looked for by', () => {
  it.each([
    ['a sender that writes its name in quotes', 'bob@partner.example', '"bob"@partner.example'],
    ['a sender that puts a backslash before a letter', 'bob@partner.example', '"b\\ob"@partner.example'],
    ['a sub-address in quotes, too', 'bob@partner.example', '"b\\ob+x,"@partner.example'],
    ['a sub-address that is long', 'bob@partner.example', `bob+${'x'.repeat(300)}@partner.example`],
    ['a domain in wide letters', 'bob@partner.example', 'bob@\uff50artner.example'],
    ['a domain with the full stop of another script', 'partner.example', 'bob@partner\u3002example'],
    ['a name with the sign of the kelvin', 'kim@partner.example', '\u212aim@partner.example'],
    ['an address that nobody can read, in other letters', 'k@a@b', '\u212a@A@B'],
    ['an address that nobody can read, with a letter that is two when it is small', 'ai\u0307@a@b', 'A\u0130@A@B'],
  ])('stands in the record of %s', (_what, sender, mail_from) => {
    const question = asked({ recipient: null, sender })
    expect(missedBy(question, record({ mail_from, header_from: mail_from }))).toEqual([])
    expect(relationOf(question, record({ mail_from, header_from: mail_from }))).toBe('match')
  })

  it('stands in mail of the same sender to somebody else, even if nothing is certain of the sender', () => {
    const question = asked({ recipient: 'alice@example.com', sender: 'gr\u00fc\u00dfe@xn--bcher-kva.example' })
    const other = record({ mail_from: 'gr\u00fc\u00dfe@b\u00fccher.example', recipients: [to('zoe@example.com')] })
    expect(relationOf(question, other)).toBe('to-others')
    expect(missedBy(question, other)).toEqual([])
  })

  it('stands in every record that a question can be about: in its line, and in its columns', () => {
    let related = 0
    fc.assert(
      fc.property(pairs, ([question, found]) => {
        if (relationOf(question, found) === 'no') return
        related += 1
        expect(missedBy(question, found)).toEqual([])
      }),
      { numRuns: 5000 },
    )
    // A property about nothing holds always.
    expect(related).toBeGreaterThan(1000)
  })

  it('singles out', () => {
    const other = record({ mail_from: 'robert@partner.example', header_from: 'rob@partner.example', subject: '"Bob"' })
    const question = asked({ sender: null, recipient: 'bob@partner.example' })
    expect(missedBy(question, other)).toEqual(['line', 'columns'])
  })

  it('is written in what all engines read alike', () => {
    const token = /(?:\\[^a-zA-Z0-9]|\(\?:|\[\^"\]\{0,64\}|\[\^ -~\]|[)|]|[a-z0-9@._=+~!#%&'"-])/y
    fc.assert(
      fc.property(questions, (question) => {
        const text = anchorTextOf(question)
        if (text === null) return
        expect(text).toMatch(/^[ -~]*$/)
        expect(text.length).toBeLessThan(300)
        expect(() => new RegExp(text, 'u')).not.toThrow()
        expect(text.replaceAll(new RegExp(token.source, 'g'), '')).toBe('')
      }),
      { numRuns: 3000 },
    )
  })

  it('takes no time to speak of, whatever is asked for and whatever is looked through', () => {
    const question = asked({ sender: null, recipient: 'a@example.com' })
    const anchor = anchorOf(question)
    const started = performance.now()
    for (const text of ['a@', 'a+', 'a\\"@', 'a'].map((piece) => piece.repeat(300_000))) {
      anchor!.lastIndex = 0
      anchor?.exec(text)
    }
    expect(performance.now() - started).toBeLessThan(2000)
  })
})

/** Where the record would be passed over. */
function missedBy(question: TraceQuestion, found: DecisionRecord): readonly string[] {
  const anchor = anchorOf(question)
  const text = anchorTextOf(question)
  expect(text === null).toBe(anchor === null)
  const line = Buffer.from(JSON.stringify({ ...found, facts: '{}' })).toString('latin1')
  return [
    ...(anchor === null || anchor.test(line) ? [] : ['line']),
    ...(text === null || regexpLike(indexedText(found), text) ? [] : ['columns']),
  ]
}

const base = mail([to('nobody@elsewhere.example')])

function record(changes: Partial<DecisionRecord>): DecisionRecord {
  return { ...base, received_at: '2026-11-16T10:00:00.000Z', ...changes }
}

const locals = fc.oneof(
  fc.constantFrom(
    'alice',
    'kim',
    'a',
    'bob',
    "o'neil",
    'a.b',
    'gr\u00fc\u00dfe',
    'a'.repeat(70),
    '{x}',
    'a/b',
    '$',
    '*?',
  ),
  fc.stringMatching(/^[a-zA-Z0-9._=~!#$%&'*/?^{|}-]{1,12}$/),
  fc.string({ minLength: 1, maxLength: 8, unit: 'grapheme' }),
)
const domains = fc.constantFrom(
  'example.com',
  'kiosk.example',
  'b\u00fccher.example',
  'xn--bcher-kva.example',
  'a-b.example',
  `${'long.'.repeat(20)}example`,
)

/** The same mailbox in another of its forms; or one that only looks like it. */
const forms: fc.Arbitrary<(local: string, domain: string) => string> = fc.constantFrom<
  (local: string, domain: string) => string
>(
  (local, domain) => `${local}@${domain}`,
  (local, domain) => `${local}@${domain}`.toUpperCase(),
  (local, domain) => `${local}+tag@${domain}`,
  (local, domain) => `${local}+${'x'.repeat(90)}+y@${domain}`,
  (local, domain) => `"${local}"@${domain}`,
  (local, domain) => `"${Array.from(local, (one) => `\\${one}`).join('')}"@${domain}`,
  (local, domain) => `"${local.slice(0, 1)}\\${local.slice(1)}+,"@${domain}`,
  (local, domain) => `${local.replace(/k/i, '\u212a')}@${domain}`,
  (local, domain) => `${local}@${domain.replaceAll('.', '\u3002')}`,
  (local, domain) => `${local}@${domain.replace('e', '\uff45')}`,
  (local, domain) => `${local}@${domain.replace('b\u00fccher', 'xn--bcher-kva').toUpperCase()}`,
  (local, domain) => `${local}@${domain}.`,
  (local, domain) => `<${local}@${domain}>`,
  (local, domain) => `@relay.example:${local}@${domain}`,
  (local, domain) => `${local}@x@${domain}`,
  (local, domain) => `x${local}@${domain}`,
)

const questions = fc
  .tuple(locals, domains, forms, fc.constantFrom('recipient', 'sender', 'both', 'sender-domain', 'domain', 'id'))
  .map(([local, domain, form, by]): TraceQuestion => {
    const wanted = form(local, domain)
    const none = { recipient: null, sender: null, messageId: null, words: [], ...monday }
    if (by === 'recipient') return { ...none, recipient: wanted }
    if (by === 'sender') return { ...none, sender: wanted }
    if (by === 'both') return { ...none, recipient: 'alice@example.com', sender: wanted }
    if (by === 'sender-domain') return { ...none, recipient: wanted, sender: domain }
    return by === 'domain' ? { ...none, recipient: domain } : { ...none, messageId: `<${wanted}>` }
  })

/** A question, and a record that may be about the same mailbox. */
const pairs = fc
  .tuple(locals, domains, forms, forms, fc.constantFrom(...roles()))
  .map(([local, domain, asking, written, role]): readonly [TraceQuestion, DecisionRecord] => {
    const wanted = asking(local, domain)
    const stored = written(local, domain)
    const none = { recipient: null, sender: null, messageId: null, words: [], ...monday }
    return [{ ...none, ...role.asks(wanted, domain) }, record(role.holds(stored, wanted))]
  })

type Role = {
  readonly asks: (wanted: string, domain: string) => Partial<TraceQuestion>
  readonly holds: (stored: string, wanted: string) => Partial<DecisionRecord>
}

function roles(): readonly Role[] {
  const asRecipient = (stored: string) => ({ recipients: [to('zoe@example.com'), to(stored)] })
  const asSender = (mail_from: string) => ({ mail_from, recipients: [to('alice@example.com')] })
  return [
    { asks: (recipient) => ({ recipient }), holds: asRecipient },
    { asks: (_wanted, recipient) => ({ recipient }), holds: asRecipient },
    { asks: (sender) => ({ sender }), holds: asSender },
    { asks: (sender) => ({ sender }), holds: (header_from) => ({ header_from }) },
    { asks: (sender) => ({ sender, recipient: 'zoe@example.com' }), holds: asSender },
    { asks: (_wanted, sender) => ({ sender, recipient: 'alice@example.com' }), holds: asSender },
    { asks: (wanted) => ({ messageId: `<${wanted}>` }), holds: (_stored, wanted) => ({ header_message_id: wanted }) },
    { asks: (messageId) => ({ messageId }), holds: (_stored, wanted) => ({ message_id: wanted }) },
  ]
}
