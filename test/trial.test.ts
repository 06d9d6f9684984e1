import { ListObjectsV2Command } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { trialEvent, trialProblem } from '../lambda/trial.ts'
import { functionsOf } from '../local/template/functions.ts'
import { startedStack, type StartedStack } from './local/started-stack.ts'

describe('the trial of a version', () => {
  let world: StartedStack
  beforeAll(async () => {
    world = await startedStack()
  })
  afterAll(() => world.close())

  it('is passed by the filter as it is shipped, and leaves no trace: no record, no count, no question', async () => {
    const { stack, log } = world
    const filter = functionsOf(stack.template).find(({ logicalId }) => logicalId.startsWith('FilterFunction'))!
    const answer = await stack.invoke(filter.name, trialEvent)
    expect(answer).toMatchObject({ answer: 'returned', payload: { disposition: 'CONTINUE', trial: 'passed' } })
    expect(answer.answer === 'returned' && trialProblem(answer.payload)).toBeNull()
    const { Contents } = await stack.clients.s3.send(
      new ListObjectsV2Command({ Bucket: stack.outputs['RecordBucket'] }),
    )
    expect([Contents, log.filter((line) => line.includes('_aws'))]).toEqual([undefined, []])
  })

  it('is asked for by nothing that a message can hold', async () => {
    const { record } = await world.deliver({
      message: Buffer.from('From: a@partner.example\r\nTo: alice@example.com\r\nquietgate: trial\r\n\r\nx\r\n'),
    })
    expect(record?.action).toBe('deliver')
  })
})
