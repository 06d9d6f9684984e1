import type { DecisionRecord } from '../record.ts'
import type { HandOverJob } from './job.ts'

/** What every header field of ours begins with. Fields of that name that a sender brings are taken off. */
export const ownPrefix = 'X-Quietgate-'

/**
 * The fields that are put on top of a message for the server that takes it: what was decided, and why. CRLF ends each line,
 * and none has more than 78 characters as long as the codes are shorter than that. Only words of ours stand in them, and
 * SES's id.
 */
export function ownHeaderLines(job: Pick<HandOverJob, 'message_id' | 'origin'>, record: DecisionRecord | null): string {
  const codes = [...new Set((record?.reasons ?? []).map(({ code }) => code))]
  const bounces = codes.filter((code) => verdicts.has(code)).map((code) => code.slice('bounce-'.length))
  const fields: readonly (readonly [string, readonly string[]])[] = [
    ['Message-Id', [job.message_id.replaceAll(/[^\w.@+-]/g, '?').slice(0, 200)]],
    ['Action', [record?.action ?? 'deliver']],
    ['Would-Be-Action', record === null || record.would_be_action === record.action ? [] : [record.would_be_action]],
    ['Reasons', record === null ? ['no-record'] : codes],
    ['Bounce', bounces],
    ['Origin', job.origin === 'orphan' ? ['orphan'] : []],
  ]
  return fields.map(([name, words]) => (words.length === 0 ? '' : folded(`${ownPrefix}${name}:`, words))).join('')
}

/** The codes that say what a bounce was judged to be. */
const verdicts: ReadonlySet<string> = new Set([
  'bounce-authentic',
  'bounce-backscatter',
  'bounce-unverified',
  'bounce-undecidable',
])

/** RFC 5322 2.1.1: lines should have no more than 78 characters. */
const longestLine = 78

function folded(name: string, words: readonly string[]): string {
  const lines: string[] = [name]
  for (const word of words) {
    const last = lines.at(-1) ?? ''
    if (last.length + 1 + word.length <= longestLine || last === name) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(` ${word}`)
  }
  return `${lines.join('\r\n')}\r\n`
}
