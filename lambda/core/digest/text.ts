import { changeLines, type Changes } from './changes.ts'
import { harmlessAddress, harmlessWords } from './harmless.ts'
import { dayAfter, type DigestPlan } from './plan.ts'
import type { DomainTally, QuarantinedMail } from './tally.ts'
import { causeWords } from './words.ts'

/** One message to the administrators of one domain. */
export type DigestMessage = {
  readonly domain: string
  /** As SNS takes it: ASCII, one line, at most 100 characters (SNS API Reference, Publish). */
  readonly subject: string
  readonly text: string
}

export type DigestOf = {
  readonly domain: string
  /** `2026-11-21` */
  readonly day: string
  readonly tally: DomainTally
  readonly changes: Changes
  /** Records of that day, of all domains, that are no records. */
  readonly unreadable: number
}

/** SNS takes 256 KB with its attributes; half of that is a mail that somebody still reads. */
export const mostOctets = 128 * 1024

/** The digest of a domain as plain text. Nothing of a sender in it is a link, a line of its own, or invisible. */
export function digestMessage(of: DigestOf, plan: Pick<DigestPlan, 'handsOver' | 'mailDays'>): DigestMessage {
  const { domain, day, tally, changes, unreadable } = of
  const { deliver, quarantine, discard } = tally.done
  const came = deliver + quarantine + discard
  const head = [
    `Mail to ${domain} on ${day} (UTC)`,
    '',
    came === 0
      ? 'No mail came.'
      : `${counted(came, 'message')} came: ${deliver} let through, ${quarantine} put into quarantine, ${discard} discarded.`,
    ...(tally.observed === 0
      ? []
      : [`${tally.observed} of those let through would have been stopped in the mode enforce.`]),
    ...(unreadable === 0
      ? []
      : [
          `${counted(unreadable, 'record')} of that day could not be read and ${unreadable === 1 ? 'is' : 'are'} not counted.`,
        ]),
    ...causeLines(tally),
    '',
  ]
  const changed = changeLines(changes, day)
  const tail = [
    '',
    changed.length === 0 ? 'Nothing else changed on that day.' : 'What changed on that day (UTC):',
    ...changed.map((line) => `  ${line}`),
    '',
    'This comes every day. If it does not, something is wrong: see DigestsMissing in docs/operations.md.',
    '',
  ]
  const room = mostOctets - octetsOf([...head, ...tail])
  return {
    domain,
    subject: `Quietgate ${day}: ${came} came, ${quarantine + discard} stopped, ${domain}`.slice(0, 100),
    text: [...head, ...quarantineLines(of, plan, room), ...tail].join('\n'),
  }
}

function causeLines({ causes }: DomainTally): readonly string[] {
  if (causes.size === 0) return []
  const most = [...causes].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
  return [
    '',
    'Why mail was stopped, or would have been:',
    ...most.map(([cause, count]) => `  ${String(count).padStart(7)}  ${causeWords[cause]}`),
  ]
}

function quarantineLines({ day, tally }: DigestOf, plan: Pick<DigestPlan, 'handsOver' | 'mailDays'>, room: number) {
  const { quarantined, latest } = tally
  if (quarantined === 0) return ['Nothing is in quarantine.']
  const command = plan.handsOver ? 'quietgate quarantine release ID --reason TEXT' : 'quietgate quarantine save ID FILE'
  const intro = `In quarantine (${quarantined}), the latest first. They are kept for ${plan.mailDays} days. To get one: ${command}, or the dashboard Flow.`
  const listed: string[] = []
  // The sentences around them need room, too.
  let left = room - 1000
  for (const mail of latest) {
    const lines = mailLines(mail)
    left -= octetsOf(lines)
    if (left < 0) break
    listed.push(...lines)
  }
  const more = quarantined - listed.length / linesOfMail
  const rest = `  ${more} more: quietgate quarantine list --since ${day} --until ${dayAfter(day)}`
  return [intro, ...listed, ...(more > 0 ? [rest] : [])]
}

const linesOfMail = 2

function mailLines({ messageId, receivedAt, from, to, subject, cause }: QuarantinedMail): readonly string[] {
  const sender = from === null ? '<>' : harmlessAddress(from, 100)
  const recipients = to.map((address) => harmlessAddress(address, 100)).join(', ')
  const about = subject === null ? 'no subject' : `"${harmlessWords(subject, 120)}"`
  return [
    `  ${receivedAt.slice(11, 16)}  ${sender} to ${recipients}: ${about}`,
    `         ${causeWords[cause]}; id ${harmlessAddress(messageId, 120)}`,
  ]
}

/** As UTF-8, with a line feed behind each. */
function octetsOf(lines: readonly string[]): number {
  return Buffer.byteLength(lines.join('\n')) + 1
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}
