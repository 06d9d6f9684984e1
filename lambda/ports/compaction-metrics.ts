/** What a run of the compaction is counted by. */
export type CompactionMetrics = (counts: {
  /** Finished hours whose records do not all lie in a compacted object; at least 1 if the run could not find that out. */
  readonly hoursNotCompacted: number
  readonly rowsWritten: number
  /** Objects among the fresh records that are no records. They stay where they are. */
  readonly unreadable: number
}) => void
