import { describe, expect, it } from 'vitest'
import { eventSourcesOf, queuesOf } from '../../../local/template/queues.ts'
import { templateOf } from './template-of.ts'

const fn = {
  Type: 'AWS::Lambda::Function',
  Properties: { FunctionName: 'worker', Role: 'role', Code: { ZipFile: '' } },
}
const dead = { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'dead' } }
const jobs = {
  Type: 'AWS::SQS::Queue',
  Properties: {
    QueueName: 'jobs',
    VisibilityTimeout: 1080,
    RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] }, maxReceiveCount: 1000 },
  },
}
const mapping = (properties: object) => ({
  Type: 'AWS::Lambda::EventSourceMapping',
  Properties: { EventSourceArn: { 'Fn::GetAtt': ['Jobs', 'Arn'] }, FunctionName: { Ref: 'Worker' }, ...properties },
})
const arn = (name: string) => `arn:aws:sqs:eu-west-1:123456789012:${name}`

describe('queues of a template', () => {
  it('have a name, a URL, their time, and where what is received too often goes', () => {
    expect(queuesOf(templateOf({ Dead: dead, Jobs: jobs }))).toEqual([
      {
        logicalId: 'Dead',
        name: 'dead',
        arn: arn('dead'),
        url: 'https://sqs.eu-west-1.amazonaws.com/123456789012/dead',
        visibilitySeconds: 30,
        redrive: null,
      },
      {
        logicalId: 'Jobs',
        name: 'jobs',
        arn: arn('jobs'),
        url: 'https://sqs.eu-west-1.amazonaws.com/123456789012/jobs',
        visibilitySeconds: 1080,
        redrive: { arn: arn('dead'), maxReceiveCount: 1000 },
      },
    ])
  })

  it('are emptied into functions, with the defaults of CloudFormation', () => {
    const settings = {
      BatchSize: 1,
      ScalingConfig: { MaximumConcurrency: 5 },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    }
    const template = templateOf({ Dead: dead, Jobs: jobs, Worker: fn, A: mapping({}), B: mapping(settings) })
    const source = { queueArn: arn('jobs'), functionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:worker' }
    expect(eventSourcesOf(template)).toEqual([
      { ...source, batchSize: 10, concurrency: 2, reportsFailures: false },
      { ...source, batchSize: 1, concurrency: 5, reportsFailures: true },
    ])
  })

  it('that are in another template are an error that names the place', () => {
    const template = templateOf({ Dead: dead, Jobs: jobs, Worker: fn, A: mapping({ EventSourceArn: arn('other') }) })
    expect(() => eventSourcesOf(template)).toThrow(
      /Resources\.A\.Properties\.EventSourceArn: expected a queue of this template/,
    )
  })
})
