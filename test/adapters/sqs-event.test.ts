import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readSqsEvent } from '../../lambda/adapters/sqs-event.ts'
import { jobFor } from '../hand-over/builders.ts'

const record = (
  body: string,
  attributes: object = { ApproximateReceiveCount: '3', SentTimestamp: '1795300545000' },
) => ({
  messageId: 'm1',
  receiptHandle: 'r1',
  body,
  attributes,
})
const none = () => null

describe('an event of a queue', () => {
  it('tells of each message how often it came, since when it waits, and what it holds', () => {
    const body = JSON.stringify(jobFor('alice@example.com'))
    expect(readSqsEvent({ Records: [record(body)] }, none)).toEqual([
      {
        id: 'm1',
        receiptHandle: 'r1',
        job: jobFor('alice@example.com'),
        tries: 3,
        queuedAt: 1_795_300_545_000,
        body,
      },
    ])
  })

  it('may hold an event of SES that was put back, of which somebody makes a job', () => {
    const event = { Records: [{ eventSource: 'aws:ses' }] }
    const asked: unknown[] = []
    const [queued] = readSqsEvent({ Records: [record(JSON.stringify(event))] }, (value) => {
      asked.push(value)
      return jobFor('bob@example.com')
    })
    expect([queued?.job, asked]).toEqual([jobFor('bob@example.com'), [event]])
  })

  it('has no job where the body is none, whatever it is, and counts as the first try where nobody says', () => {
    fc.assert(
      fc.property(fc.string(), (body) => {
        const [queued] = readSqsEvent({ Records: [record(body, {})] }, none)
        expect([queued?.job, queued?.tries, queued?.body]).toEqual([null, 1, body])
      }),
    )
    expect(() => readSqsEvent({}, none)).toThrow('none of SQS')
  })
})
