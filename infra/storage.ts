import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership, type LifecycleRule } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import type { Retention } from '../lambda/config.ts'

/** Where SES puts mail; SES's own setup notice lands under it as well. Ends in `/`, or keys run into it. */
export const mailPrefix = 'mail/'

/** Fresh records, `in/dt=YYYY-MM-DD/ID.json`. The keys themselves are made in core/record.ts. */
export const recordPrefix = 'in/'

/** Pointers to quarantined messages, so that they can be listed. */
export const pointerPrefix = 'quarantine/'

/** What the probe of the lists found changed: `eventKey` in core/probe-events.ts makes the keys. */
export const eventPrefix = 'events/'

/** Who released what, and why: `releases/dt=YYYY-MM-DD/ID/RECIPIENT.json`; lambda/release/trail.ts makes the keys. */
export const releasePrefix = 'releases/'

/** The operator's allow and block entries, `entries/entries.json`. */
export const entryPrefix = 'entries/'

export type StorageProps = {
  readonly retention: Pick<Retention, 'recordsDays' | 'mailDays'>
  /** For so many days records are kept below `in/`, where they are compacted. @default retention.recordsDays */
  readonly freshRecordDays?: number
  /** A key of the operator. @default - a key of S3 */
  readonly key?: IKey | null
  /** Whether they can be emptied with the stack. @default false */
  readonly emptied?: boolean
}

/** What was overwritten or deleted in the record bucket can be had back for so many days. */
const versionDays = 30

/**
 * The two buckets. Both are kept when the stack goes, without a fixed name: they hold the only copy of mail that was
 * stopped, and of why.
 *
 * The record bucket has versions: a record is evidence, and so are the snapshots of the directory that a rollback needs. Who
 * overwrites or deletes one, by a bug or on purpose, only hides it for a while. It costs the storage of `versionDays` more for each
 * object (S3 User Guide, "How S3 Versioning works": every version is billed as an object). The mail bucket has none: mail is written once
 * by SES under a name of its own, nothing of ours may write or delete there, and mail must not be kept longer than was said.
 */
export class Storage extends Construct {
  readonly mail: Bucket
  readonly records: Bucket

  constructor(scope: Construct, id: string, props: StorageProps) {
    super(scope, id)
    const { retention, freshRecordDays } = props
    // Without a compaction, the fresh records are the only ones.
    const freshDays = Math.min(retention.recordsDays, freshRecordDays ?? retention.recordsDays)
    this.mail = this.#bucket('Mail', [keptFor(retention.mailDays, mailPrefix)], props)
    const rules = [
      keptFor(freshDays, recordPrefix),
      // A pointer to a message that is gone would only promise what nobody can do.
      keptFor(retention.mailDays, pointerPrefix),
      keptFor(retention.recordsDays, eventPrefix),
      keptFor(retention.recordsDays, releasePrefix),
      replacedKeptFor(versionDays),
    ]
    this.records = this.#bucket('Records', rules, props, true)
  }

  #bucket(
    id: string,
    lifecycleRules: LifecycleRule[],
    { key = null, emptied = false }: StorageProps,
    versioned = false,
  ): Bucket {
    const bucket = new Bucket(this, id, {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      ...(key === null
        ? { encryption: BucketEncryption.S3_MANAGED }
        : // One data key of the bucket stands for those of its objects, or each message is a call of KMS that is billed.
          { encryption: BucketEncryption.KMS, encryptionKey: key, bucketKeyEnabled: true }),
      enforceSSL: true,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      ...(versioned ? { versioned } : {}),
      // The CDK wants to hear both at once.
      ...(emptied
        ? { autoDeleteObjects: true, removalPolicy: RemovalPolicy.DESTROY }
        : { removalPolicy: RemovalPolicy.RETAIN }),
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

/** Also takes away the marks of deletion under which nothing lies any more: listings read past each of them. */
function replacedKeptFor(days: number): LifecycleRule {
  return {
    id: `replaced-${days}-days`,
    noncurrentVersionExpiration: Duration.days(days),
    expiredObjectDeleteMarker: true,
  }
}
