import { S3Client } from '@aws-sdk/client-s3'
import { SQSClient } from '@aws-sdk/client-sqs'
import { readFileSync } from 'node:fs'
import { readEnvironment } from '../adapters/environment.ts'
import { createEntryList } from '../adapters/s3-entry-list.ts'
import { createS3MailStat } from '../adapters/s3-mail-stat.ts'
import { createS3RecordObjects } from '../adapters/s3-record-objects.ts'
import { createSqsQueue } from '../adapters/sqs-queue.ts'
import type { WidgetPlan } from '../core/widget/plan.ts'
import { release, type ReleasePorts } from '../release.ts'
import { releaseByWidget, type ReleaseWidgetPorts } from '../widgets/release.ts'

/** A button of the widget *Quarantine* asks this function to release a message. The id of the request is what CloudTrail knows, too. */
export const handler = (event: unknown, { awsRequestId }: { readonly awsRequestId: string }): Promise<string> =>
  releaseByWidget(event, awsRequestId, ports, AbortSignal.timeout(ownTimeMs))

/** Below the function's timeout of 60 s. */
const ownTimeMs = 55_000

const environment = readEnvironment(process.env, ['RECORD_BUCKET', 'HAND_OVER_QUEUE'])
const { mailDays } = JSON.parse(readFileSync(new URL('widget.json', import.meta.url), 'utf8')) as WidgetPlan

// A frozen function wakes up with dead sockets: a short time-out and further tries find that out in time.
const requestHandler = { connectionTimeout: 500, requestTimeout: 10_000, throwOnRequestTimeout: true }
const clientOptions = { maxAttempts: 3, requestHandler }
const s3 = new S3Client(clientOptions)
const objects = createS3RecordObjects(s3, environment.RECORD_BUCKET)
const releasing: ReleasePorts = {
  objects,
  mail: createS3MailStat(s3),
  // The queue's own URL would be asked, whatever AWS_ENDPOINT_URL_SQS says.
  queue: createSqsQueue(new SQSClient({ ...clientOptions, useQueueUrlAsEndpoint: false }), environment.HAND_OVER_QUEUE),
  clock: Date.now,
  mailDays,
}
const ports: ReleaseWidgetPorts = {
  release: (request, signal) => release(request, releasing, signal),
  objects,
  entries: createEntryList(objects),
  mailDays,
  clock: Date.now,
}
