import { messageIdOf } from '../protocol/header.ts'
import { foldedAddress, MAX_DESTINATIONS, type SentEntry } from '../sent-log.ts'

export type ReadSentLine =
  { readonly answer: 'entry'; readonly entry: SentEntry } | { readonly answer: 'problem'; readonly problem: string }

/** Characters: room for `MAX_DESTINATIONS` addresses of the usual length. */
export const MAX_JSON_LINE_LENGTH = 256 * 1024

/**
 * Reads a line of what any program can write about mail that it sent:
 * `{"message_id": "a@example.com", "from": "alice@example.com", "to": ["bob@example.org"], "sent_at": "2026-11-21T10:00:00Z"}`.
 * `from` may be missing or null for `<>`; other members are passed over. The problem is a sentence without line number.
 */
export const readSentLine = (line: string): ReadSentLine => {
  if (line.length > MAX_JSON_LINE_LENGTH) return problem(`a line has at most ${MAX_JSON_LINE_LENGTH} characters`, line)
  const value = parsed(line)
  if (value === null) return problem('a line is one JSON object', line)
  const { message_id: id, from, to, sent_at: sentAt } = value
  const messageId = typeof id === 'string' ? messageIdOf(id) : null
  if (messageId === null) return problem('"message_id" is a Message-ID', id)
  const reversePath = NULL_PATHS.includes(from) ? null : from
  if (reversePath !== null && !isAddress(reversePath)) return problem('"from" is an address or null', from)
  const wrong = wrongDestination(to)
  if (wrong !== null) return wrong
  const at = typeof sentAt === 'string' && TIME.test(sentAt) ? Date.parse(sentAt) : NaN
  if (Number.isNaN(at)) return problem('"sent_at" is a time such as 2026-11-21T10:00:00Z', sentAt)
  const destinations = isList(to) ? to.filter(isAddress) : []
  return { answer: 'entry', entry: { messageId, reversePath, destinations, sentAt: new Date(at).toISOString() } }
}

const wrongDestination = (to: unknown): ReadSentLine | null => {
  if (!isList(to) || to.length === 0 || to.length > MAX_DESTINATIONS) {
    return problem(`"to" is a list of 1 to ${MAX_DESTINATIONS} addresses`, to)
  }
  const wrong = to.findIndex((address) => !isAddress(address))
  return wrong < 0 ? null : problem('"to" holds addresses', to[wrong])
}

const problem = (expected: string, found: unknown): ReadSentLine => {
  const shown = JSON.stringify(found) as string | undefined
  if (shown === undefined) return { answer: 'problem', problem: `${expected}, found none.` }
  return { answer: 'problem', problem: `${expected}, found ${shown.length > 60 ? `${shown.slice(0, 57)}...` : shown}.` }
}

const parsed = (line: string): { readonly [name: string]: unknown } | null => {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value)

const isAddress = (value: unknown): value is string => typeof value === 'string' && foldedAddress(value) !== null

const NULL_PATHS: readonly unknown[] = [undefined, null, '', '<>']

/** RFC 3339 5.6. Each part has a fixed width but the fraction. */
const TIME = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)$/
