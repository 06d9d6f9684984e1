import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitBatch } from '../../../../local/aws/dynamodb/unprocessed.ts'

describe('a batch that is done in part', () => {
  it('keeps the first keys, counted over the tables, and loses none', () => {
    const tables = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.array(fc.nat(9), { minLength: 1, maxLength: 5 }))
    fc.assert(
      fc.property(tables, fc.nat(12), (wanted, keep) => {
        const { kept, left } = splitBatch('BatchWriteItem', wanted, keep)
        const all = Object.values(wanted).flat()
        expect(Object.values(kept).flat()).toEqual(all.slice(0, keep))
        expect(Object.values(left).flat()).toEqual(all.slice(keep))
        expect([...Object.values(kept), ...Object.values(left)]).not.toContainEqual([])
      }),
    )
  })

  it('repeats how the table is to be read', () => {
    const request = { users: { Keys: [1, 2], ConsistentRead: true } }
    expect(splitBatch('BatchGetItem', request, 1)).toEqual({
      kept: { users: { Keys: [1], ConsistentRead: true } },
      left: { users: { Keys: [2], ConsistentRead: true } },
    })
  })
})
