import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readKey } from '../../cli/entry-keys.ts'
import { recipientQuestions } from '../../lambda/core/questions.ts'
import { domainOf, messageOf, policyOf } from '../builders.ts'

const domains = [domainOf('example.com'), domainOf('example.org', { foldCase: false })]
const localPart = fc.oneof(
  fc.string(),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('Alice', 'a+b', '"a b"', 'J\u006f\u0308rg'),
)

describe('the key of an address', () => {
  it('is the first key that the filter asks for when a message comes for that address', () => {
    const domain = fc.constantFrom('example.com', 'EXAMPLE.COM.', 'Example.org')
    fc.assert(
      fc.property(localPart, domain, (local, name) => {
        const text = `${local}@${name}`
        const read = readKey(text, { domains })
        const [question] = recipientQuestions(messageOf({ recipients: [text] }), policyOf({ domains }))
        const first = question?.candidates[0]
        // postmaster@ and abuse@ are never looked up.
        if (first?.notAsked === 'always-exists' || text.startsWith('@')) return
        if (first?.notAsked === null) expect(read).toMatchObject({ answer: 'key', entryKey: { key: first.key } })
        else expect(read.answer).toBe('problem')
      }),
    )
  })

  it('is read from any text without an exception, and fits the table', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          localPart.map((text) => `${text.repeat(300)}@example.com`),
        ),
        (text) => {
          const read = readKey(text, { domains })
          if (read.answer === 'key') expect(Buffer.byteLength(read.entryKey.key)).toBeLessThanOrEqual(2048)
          else expect(read.problem.length).toBeLessThan(700)
        },
      ),
    )
  })
})
