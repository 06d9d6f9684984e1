/** What a run of the digest is counted by, whether or not there was anything to do. */
export type DigestMetrics = (counts: {
  readonly sent: number
  /** Domains whose digest is due and has not gone out. */
  readonly missing: number
}) => void
