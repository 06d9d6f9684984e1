/** What a test or `--fault` makes a part of the local AWS do instead of its work. */
export type Fault =
  /** Answers with this HTTP status and error code. */
  | { readonly kind: 'refuse'; readonly status: number; readonly code: string }
  /** Waits, then does its work. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Never answers; the connection stays open until the client gives up. */
  | { readonly kind: 'hang' }
  /** Cuts the connection. */
  | { readonly kind: 'reset' }
  /** DynamoDB batches: works on the first `keep` keys or items and answers that the rest is unprocessed. */
  | { readonly kind: 'unprocessed'; readonly keep: number }

export type FaultedRequest = {
  readonly service: 's3' | 'dynamodb' | 'sqs' | 'ses'
  /** As IAM spells it: `s3:PutObject`. */
  readonly action: string
  /** ARN. A request that touches several resources is asked about one by one; the first fault wins. */
  readonly resource: string
  /** Empty where the request is not signed. */
  readonly accessKeyId: string
}

/** Asked once for everything that a request would do; null lets it pass. */
export type FaultHook = (request: FaultedRequest) => Fault | null
