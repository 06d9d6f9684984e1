import { createS3MailStat } from '../../lambda/adapters/s3-mail-stat.ts'
import { createS3RecordObjects } from '../../lambda/adapters/s3-record-objects.ts'
import { createSqsQueue } from '../../lambda/adapters/sqs-queue.ts'
import type { ReleasePorts } from '../../lambda/release.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { say } from '../terminal.ts'
import { withRecords } from '../records/open-records.ts'
import type { Verb } from '../verb.ts'

/** Opens what a release needs; exit code 3 where the stack hands nothing over. */
export function withRelease(
  verb: Verb,
  work: (ports: ReleasePorts, name: string) => Promise<ExitCode>,
): Promise<ExitCode> {
  return withRecords(verb, async ({ config, client, bucket, name, stack }) => {
    const queueUrl = stack.outputs.get('HandOverQueue')
    if (queueUrl === undefined) {
      say(
        verb.terminal,
        `Nothing can be released by ${name}: it hands nothing over. Save the message with quietgate quarantine save ID FILE, ` +
          'or set handOver in the configuration and deploy.',
      )
      return exitCodes.refused
    }
    const sqs = await stack.sqs()
    try {
      const ports: ReleasePorts = {
        objects: createS3RecordObjects(client, bucket),
        mail: createS3MailStat(client),
        queue: createSqsQueue(sqs, queueUrl),
        clock: Date.now,
        mailDays: config.retention.mailDays,
      }
      return await work(ports, name)
    } finally {
      sqs.destroy()
    }
  })
}
