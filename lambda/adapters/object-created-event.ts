/** EventBridge's word that an object was put (S3 User Guide, "EventBridge event message structure"): its key; null: it is none. */
export function readObjectCreated(event: unknown): string | null {
  const detail = fieldOf(event, 'detail')
  const key = fieldOf(fieldOf(detail, 'object'), 'key')
  const created = fieldOf(event, 'source') === 'aws.s3' && fieldOf(event, 'detail-type') === 'Object Created'
  // S3 API: a key has at most 1,024 bytes.
  return created && typeof key === 'string' && key.length <= 1024 ? key : null
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined
}
