import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib'
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership, type LifecycleRule } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import type { Config } from '../lambda/config.ts'

/** Where SES puts mail; SES's own setup notice lands under it as well. Ends in `/`, or keys run into it. */
export const mailPrefix = 'mail/'

/** Fresh records, `in/dt=YYYY-MM-DD/ID.json`. The keys themselves are made in core/record.ts. */
export const recordPrefix = 'in/'

/** Pointers to quarantined messages, so that they can be listed. */
export const pointerPrefix = 'quarantine/'

/** What the probe of the lists found changed: `eventKey` in core/probe-events.ts makes the keys. */
export const eventPrefix = 'events/'

export type StorageProps = Pick<Config, 'retention'> & {
  /** For so many days records are kept below `in/`, where they are compacted. @default retention.recordsDays */
  readonly freshRecordDays?: number
}

/**
 * The two buckets. Both are kept when the stack goes, without a fixed name: they hold the only copy of mail that was
 * stopped, and of why.
 */
export class Storage extends Construct {
  readonly mail: Bucket
  readonly records: Bucket

  constructor(scope: Construct, id: string, { retention, freshRecordDays }: StorageProps) {
    super(scope, id)
    // Without a compaction, the fresh records are the only ones.
    const freshDays = Math.min(retention.recordsDays, freshRecordDays ?? retention.recordsDays)
    this.mail = this.#bucket('Mail', [keptFor(retention.mailDays, mailPrefix)])
    this.records = this.#bucket('Records', [
      keptFor(freshDays, recordPrefix),
      // A pointer to a message that is gone would only promise what nobody can do.
      keptFor(retention.mailDays, pointerPrefix),
      keptFor(retention.recordsDays, eventPrefix),
    ])
  }

  #bucket(id: string, lifecycleRules: LifecycleRule[]): Bucket {
    const bucket = new Bucket(this, id, {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules,
    })
    Validations.of(bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'Access logs would need a third bucket that again holds who wrote to whom; CloudTrail data events can be ' +
        'turned on for these two where an audit asks for it.',
    })
    return bucket
  }
}

function keptFor(days: number, prefix: string): LifecycleRule {
  return {
    id: `${prefix.slice(0, -1)}-${days}-days`,
    prefix,
    expiration: Duration.days(days),
    // Parts of an upload that was never finished are billed, and no listing shows them.
    abortIncompleteMultipartUploadAfter: Duration.days(1),
  }
}
