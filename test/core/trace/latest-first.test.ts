import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { latestFirst } from '../../../lambda/core/trace/latest-first.ts'
import { createCollector } from '../../../lambda/trace/collect.ts'
import { asked, mail, to } from './builders.ts'

describe('the order of an answer', () => {
  it('is the same in whatever order records are read, also of those that came in one moment', () => {
    const records = ['a', 'b', 'c', 'd'].flatMap((message_id) => [
      mail([to('alice@example.com')], { message_id }),
      mail([to('alice@example.com')], { message_id: `later-${message_id}`, received_at: '2026-11-16T11:00:00.000Z' }),
    ])
    const expected = ['later-a', 'later-b', 'later-c', 'later-d', 'a', 'b', 'c', 'd']
    fc.assert(
      fc.property(fc.shuffledSubarray(records, { minLength: records.length }), (shuffled) => {
        const collector = createCollector(asked({ sender: null }))
        for (const record of shuffled) collector.take(record, 'x')
        expect(collector.found().matches.map(({ message_id }) => message_id)).toEqual(expected)
      }),
    )
  })

  it('is an order: nothing comes before itself', () => {
    const record = mail([to('alice@example.com')])
    expect(latestFirst(record, record)).toBe(0)
  })
})
