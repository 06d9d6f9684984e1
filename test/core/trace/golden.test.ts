import { describe, expect, it } from 'vitest'
import { answerOf } from '../../../lambda/core/trace/answer.ts'
import { asked, ground, mail, monday, search, to } from './builders.ts'
import { alice, goldens as all, gone, noise, plain } from './golden-questions.ts'

describe('"I wrote to X on Monday, nothing came"', () => {
  it('is asked in at least fifty ways here', () => {
    expect(all.length).toBeGreaterThanOrEqual(50)
    expect(new Set(all.map(({ story }) => story)).size).toBe(all.length)
  })

  it.each(all)('is answered rightly when $story', ({ question, records, cause, says, ground: other }) => {
    const answer = answerOf(question, search(question, [...noise, ...records]), { ...ground, ...other })
    expect(answer.cause).toBe(cause)
    const words = [answer.headline, ...answer.evidence, ...answer.next].join('\n')
    expect(words).toContain(says)
    expect(answer.next.length).toBeGreaterThan(0)
  })

  it('does not say that nothing came, only because the sender wrote to somebody similar, where not all was read', () => {
    const question = asked({ recipient: 'alise@example.com' })
    const found = search(question, [mail([to('alice@example.com')])])
    expect(answerOf(question, found, ground).cause).toBe('to-another-address')
    expect(answerOf(question, { ...found, unread: ['out of time.'] }, ground).cause).toBe('not-all-read')
  })

  it('is not answered with "never" when records could not be read', () => {
    const found = { ...search(asked(), []), unread: ['reading records/x: refused.'] }
    expect(answerOf(asked(), found, ground)).toMatchObject({
      cause: 'not-all-read',
      evidence: [
        'reading records/x: refused.',
        expect.any(String),
        expect.any(String),
        expect.stringContaining('0 records'),
      ],
    })
  })

  it('tells what became of it for each recipient that is asked about', () => {
    const question = asked({ recipient: 'example.com' })
    const record = mail([to(alice), gone('nobody@example.com')])
    const { cause, messages } = answerOf(question, search(question, [record]), ground)
    expect(cause).toBe('recipient-unknown')
    expect(messages.map(({ recipient, cause }) => [recipient, cause])).toEqual([
      [alice, 'delivered'],
      ['nobody@example.com', 'recipient-unknown'],
    ])
  })

  it('looks at Monday and nothing else', () => {
    const at = (received_at: string) => plain({ received_at })
    const records = [at(monday.from), at('2026-11-16T23:59:59.999Z'), at(monday.until), at('2026-11-15T23:59:59.999Z')]
    expect(search(asked(), records).matches).toEqual([records[0], records[1]])
  })
})
