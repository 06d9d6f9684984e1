import { Stack, type CfnResource } from 'aws-cdk-lib'
import { PolicyStatement, type Grant, type IGrantable } from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'
import { compactedPrefix } from './compact-records.ts'
import type { HandOver } from './hand-over.ts'
import { entryPrefix, mailPrefix, pointerPrefix, recordPrefix, releasePrefix, type Storage } from './storage.ts'

/** What is written: the trail, and an entry that lets the sender through from then on. */
export const releaseWrites = [releasePrefix, entryPrefix] as const

/** What is read of the record bucket: the record wherever it lies, and what is written. */
export const releaseReads = [recordPrefix, compactedPrefix, pointerPrefix, ...releaseWrites] as const

/** What it takes to release a message. Nothing of it can send mail: that is done by the worker of the hand-over. */
export function releaseStatements(
  { mail, records }: Storage,
  { queue }: Pick<HandOver, 'queue'>,
): readonly PolicyStatement[] {
  const below = (prefixes: readonly string[]): string[] => prefixes.map((prefix) => records.arnForObjects(`${prefix}*`))
  return [
    // Without it S3 says 403 of what is not there, and mail that is gone could not be told from mail that may not be seen.
    allow(['s3:ListBucket'], [records.bucketArn, mail.bucketArn]),
    // Whether the raw mail is there is asked by its headers; S3 has no permission for these alone.
    allow(['s3:GetObject'], [...below(releaseReads), mail.arnForObjects(`${mailPrefix}*`)]),
    allow(['s3:PutObject'], below(releaseWrites)),
    allow(['sqs:SendMessage'], [queue.queueArn]),
  ]
}

/** The same for whoever releases by the command line, with the keys of the buckets. */
export function grantRelease(
  grantee: IGrantable,
  { mail, records }: Storage,
  handOver: Pick<HandOver, 'queue'> | null,
): Grant {
  const grants = [
    ...releaseReads.map((prefix) => records.grantRead(grantee, `${prefix}*`)),
    ...releaseWrites.map((prefix) => records.grantPut(grantee, `${prefix}*`)),
    ...(handOver === null ? [] : [handOver.queue.grantSendMessages(grantee)]),
  ]
  return grants.reduce((all, one) => all.combine(one), mail.grantRead(grantee, `${mailPrefix}*`))
}

/** The findings of cdk-nag about them, for the role that has them. */
export function releaseFindings(
  scope: Construct,
  { mail, records }: Storage,
): readonly { readonly id: string; readonly reason: string }[] {
  const reason = 'Every message has a key of its own below this prefix; the role can reach no other part of the bucket.'
  const places = [...releaseReads.map((prefix) => [records, prefix] as const), [mail, mailPrefix] as const]
  return places.map(([bucket, prefix]) => {
    const name = Stack.of(scope).getLogicalId(bucket.node.defaultChild as CfnResource)
    return { id: `AwsSolutions-IAM5[Resource::<${name}.Arn>/${prefix}*]`, reason }
  })
}

function allow(actions: string[], resources: string[]): PolicyStatement {
  return new PolicyStatement({ actions, resources })
}
