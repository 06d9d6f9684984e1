/** What an alarm tells whoever it wakes. */
export type AlarmText = {
  readonly means: string
  readonly lost: string
  readonly first: string
  /** The heading of docs/operations.md. */
  readonly heading: string
}

/** CloudWatch takes 1024 characters (CloudWatch API Reference, PutMetricAlarm). */
export function descriptionOf({ means, lost, first, heading }: AlarmText): string {
  return `${means} Is mail being lost? ${lost} First: ${first} More: docs/operations.md, ${heading}.`
}
