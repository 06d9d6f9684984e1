export type ConfigurationKind = {
  readonly put: string
  readonly get: string
  /** What GET answers before anything was put: an error code, or the name of an empty document. */
  readonly absent: { readonly error: string } | { readonly emptyDocument: string }
}

/**
 * The bucket configurations that are kept and given back, by sub-resource, with their IAM actions. They are accepted so
 * that a deployed tool finds what it set; nothing expires, and no old versions are kept.
 * Source: S3 API Reference, "Bucket operations"; Service Authorization Reference, Amazon S3.
 */
export const CONFIGURATIONS: Readonly<Record<string, ConfigurationKind>> = {
  lifecycle: {
    put: 's3:PutLifecycleConfiguration',
    get: 's3:GetLifecycleConfiguration',
    absent: { error: 'NoSuchLifecycleConfiguration' },
  },
  versioning: {
    put: 's3:PutBucketVersioning',
    get: 's3:GetBucketVersioning',
    absent: { emptyDocument: 'VersioningConfiguration' },
  },
  encryption: {
    put: 's3:PutEncryptionConfiguration',
    get: 's3:GetEncryptionConfiguration',
    absent: { error: 'ServerSideEncryptionConfigurationNotFoundError' },
  },
  publicAccessBlock: {
    put: 's3:PutBucketPublicAccessBlock',
    get: 's3:GetBucketPublicAccessBlock',
    absent: { error: 'NoSuchPublicAccessBlockConfiguration' },
  },
  policy: { put: 's3:PutBucketPolicy', get: 's3:GetBucketPolicy', absent: { error: 'NoSuchBucketPolicy' } },
  tagging: { put: 's3:PutBucketTagging', get: 's3:GetBucketTagging', absent: { error: 'NoSuchTagSet' } },
}

export function configurationNamed(name: string): ConfigurationKind | null {
  return Object.hasOwn(CONFIGURATIONS, name) ? (CONFIGURATIONS[name] ?? null) : null
}
