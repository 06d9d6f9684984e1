import { randomUUID } from 'node:crypto'
import type { ReleasedBy } from '../../lambda/core/release/request.ts'

/** The options of `quarantine release` as they were given. */
export type ReleaseOptions = {
  readonly reason: string
  readonly to: readonly string[]
  readonly owner?: string
  readonly evenVirus?: true
  readonly allowFor?: string
  readonly zone?: string
  readonly code?: string
  readonly sender?: string
  readonly client?: string
  readonly since?: string
  readonly until?: string
  readonly dryRun?: true
  readonly force?: true
}

/** Those that are for many messages, and stand beside no id. */
const forMany = ['zone', 'code', 'sender', 'client', 'since', 'until', 'dryRun', 'force'] as const

/** A sentence; null: they can stand beside the id of one message. */
export function problemWithOne({ allowFor, owner, reason, ...options }: ReleaseOptions): string | null {
  const many = forMany.filter((name) => options[name] !== undefined).map(optionNamed)
  if (many.length > 0) return `${many.join(', ')}: for many messages, and so without an id.`
  if (reason.trim() === '') return noReason
  if (allowFor === undefined) return null
  const days = Number(allowFor)
  if (!/^\d{1,3}$/.test(allowFor) || days < 1 || days > 366) {
    return `--allow-for is a number of days from 1 to 366, found ${JSON.stringify(allowFor.slice(0, 60))}.`
  }
  return owner === undefined || owner.trim() === '' ? '--allow-for needs --owner: who answers for the entry?' : null
}

/** A sentence; null: they can stand without an id. */
export function problemWithMany({ evenVirus, allowFor, to, since, reason, ...options }: ReleaseOptions): string | null {
  if (evenVirus === true) return 'Mail with a virus is released one by one: say its id beside --even-virus.'
  if (allowFor !== undefined) return 'A sender is allowed beside one message: say its id beside --allow-for.'
  if (to.length > 1) return 'Of many messages, --to names one address or one domain.'
  if (reason.trim() === '') return noReason
  const { zone, code, sender, client } = options
  if ([zone, code, sender, client].every((filter) => filter === undefined) && to.length === 0) {
    return 'Say which: the id of a message, or --zone, --code, --sender, --to or --client.'
  }
  return since === undefined
    ? 'Say since when with --since: a list that has gone wrong has done so at some time.'
    : null
}

const noReason = 'Say why with --reason: it stands in the record trail.'

/** Each run of the command is a request of its own, and says which. */
export function commandRequest({ owner }: Pick<ReleaseOptions, 'owner'>): ReleasedBy {
  return { kind: 'command', request_id: randomUUID(), owner: owner ?? null }
}

function optionNamed(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}
