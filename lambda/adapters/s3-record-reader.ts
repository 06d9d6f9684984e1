import { GetObjectCommand, NoSuchKey, type S3Client } from '@aws-sdk/client-s3'
import { recordKey, type DecisionRecord } from '../core/record.ts'
import type { RecordReader } from '../ports/record-reader.ts'
import { awsFailure } from './aws-failure.ts'

/** Decision records where the filter puts them. Without permission to list the bucket, S3 would say 403 of what is not there. */
export function createS3RecordReader(client: S3Client, bucket: string): RecordReader {
  return async (message, signal) => {
    try {
      const command = new GetObjectCommand({ Bucket: bucket, Key: recordKey(message) })
      const { Body } = await client.send(command, { abortSignal: signal })
      return { answer: 'record', record: JSON.parse((await Body?.transformToString()) ?? '') as DecisionRecord }
    } catch (error) {
      if (error instanceof NoSuchKey) return { answer: 'none' }
      if (error instanceof SyntaxError) return { answer: 'failed', cause: 'the record is no JSON' }
      return { answer: 'failed', cause: awsFailure(error, signal) }
    }
  }
}
