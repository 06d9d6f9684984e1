/**
 * The fields of a record as types of Hive, in the order of docs/decision-record.schema.json. A new field belongs at the end of both and of
 * whatever struct it is in: rows that lack it read as null.
 */
export const recordColumns: readonly (readonly [name: string, type: string])[] = [
  ['schema_version', 'int'],
  ['message_id', 'string'],
  ['decided_at', 'string'],
  ['received_at', 'string'],
  ['mode', 'string'],
  ['action', 'string'],
  ['would_be_action', 'string'],
  ['disposition', 'string'],
  ['recipients', `array<${recipient()}>`],
  ['mail_from', 'string'],
  ['null_sender', 'boolean'],
  ['client_ip', 'string'],
  ['helo', 'string'],
  ['header_from', 'string'],
  ['header_message_id', 'string'],
  ['subject', 'string'],
  ['scans', struct({ spam: 's', virus: 's', spf: 's', dkim: 's', dmarc: 's', dmarc_policy: 's' })],
  ['reasons', `array<${reason()}>`],
  // A string: a query engine's types must not depend on what a sender wrote.
  ['facts', 'string'],
  ['policy_hash', 'string'],
  ['code_version', 'string'],
  ['kept_key', 'string'],
  ['timings_ms', struct({ directory: 'double', zones: 'double', bounce: 'double', total: 'double' })],
  ['cold_start', 'boolean'],
]

function recipient(): string {
  const fields = { address: 's', answer: 's', matched_by: 's', mode: 's', action: 's', would_be_action: 's' }
  return struct({ ...fields, reasons: `array<${reason()}>` })
}

/** All fields that any reason may have. */
function reason(): string {
  return struct({
    code: 's',
    address: 's',
    key: 's',
    removed_at: 's',
    form: 's',
    cause: 's',
    domain: 's',
    why: 's',
    unknown: 'int',
    of: 'int',
    zone: 's',
    operator: 's',
    operators: 'array<string>',
    return_codes: 'array<string>',
    weight: 'double',
    state: 's',
    answer: 's',
    score: 'double',
    threshold: 'double',
    from_field: 's',
    scan: 's',
    status: 's',
    error: 's',
    kind: 's',
    evidence: 'array<string>',
    proof: 's',
    because: 's',
    hints: 'array<string>',
    silent: 'array<string>',
    signs: 'array<string>',
    d: 's',
    s: 's',
    signed_at: 's',
    sent_at: 's',
    last_day: 's',
    message_id: 's',
    in_window: 'int',
    limit: 'int',
    problems: `array<${struct({ at: 's', expected: 's', found: 's' })}>`,
    entry: 's',
    place: 's',
    owner: 's',
    entry_reason: 's',
    expires_at: 's',
  })
}

/** `s` is a string. */
function struct(fields: Readonly<Record<string, string>>): string {
  const typed = Object.entries(fields).map(([name, type]) => `${name}:${type === 's' ? 'string' : type}`)
  return `struct<${typed.join(',')}>`
}
