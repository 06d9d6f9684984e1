import { DynamoDBServiceException } from '@aws-sdk/client-dynamodb'
import { S3ServiceException } from '@aws-sdk/client-s3'
import { describe, expect, it } from 'vitest'
import { awsFailure } from '../../lambda/adapters/aws-failure.ts'

const { signal } = new AbortController()
const named = (name: string, fields: object = {}): Error => Object.assign(new Error('no'), { name, ...fields })
const of = (name: string, $fault: 'client' | 'server') => ({ name, $fault, $metadata: {} })

describe('awsFailure', () => {
  it.each([
    ['a throttled table', new DynamoDBServiceException(of('ThrottlingException', 'client')), 'throttled'],
    ['a busy table', new DynamoDBServiceException(of('ProvisionedThroughputExceededException', 'client')), 'throttled'],
    ['an account at its limit', new DynamoDBServiceException(of('RequestLimitExceeded', 'client')), 'throttled'],
    ['a busy bucket', new S3ServiceException(of('SlowDown', 'server')), 'throttled'],
    ['a missing right', new S3ServiceException(of('AccessDenied', 'client')), 'refused'],
    ['a fault of theirs', new DynamoDBServiceException(of('InternalServerError', 'server')), 'unreachable'],
    ['no answer in time', named('TimeoutError'), 'timeout'],
    ['no connection in time', named('Error', { code: 'ETIMEDOUT' }), 'timeout'],
    ['a cut connection', named('TimeoutError', { code: 'ECONNRESET' }), 'unreachable'],
    ['a name that does not resolve', named('Error', { code: 'ENOTFOUND' }), 'unreachable'],
    ['an answer that is none', named('SyntaxError', { $metadata: {} }), 'unreachable'],
  ])('says what %s is', (_name, error, failure) => {
    expect(awsFailure(error, signal)).toBe(failure)
  })

  it('says aborted for anything once the signal has aborted', () => {
    expect(awsFailure(named('AbortError'), AbortSignal.abort())).toBe('aborted')
  })

  it.each([new TypeError('x is not a function'), 'a text', undefined])('throws a bug on: %s', (bug) => {
    let thrown: unknown = null
    try {
      awsFailure(bug, signal)
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBe(bug)
  })
})
