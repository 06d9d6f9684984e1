import type { DecisionRecord } from './record.ts'
import type { Reason, ReasonCode } from './reasons.ts'

/** What a person needs to know about a reason: a sentence with its evidence, and what, if anything, to do. */
type Explained = { readonly [C in ReasonCode]: (reason: Extract<Reason, { code: C }>) => string }

const sentences: Explained = {
  'recipient-unknown': ({ address }) =>
    `${address} does not exist: its domain's directory is complete and has no such entry.`,
  'recipient-denied': ({ address, key }) => `${address} is not to be reached: the directory denies ${key}.`,
  'recipient-recently-removed': ({ address, removed_at }) =>
    `${address} was removed from the directory at ${removed_at}, and counts as known until the grace period ends.`,
  'recipient-always-exists': ({ address }) =>
    `${address} exists always (RFC 5321 4.5.1, RFC 2142), and only a virus may stop mail to it.`,
  'recipient-is-return-path': ({ address, form }) =>
    `${address} is a return path (${form === 'srs' ? 'SRS' : 'a declared bounce address'}), so it counts as known.`,
  'recipients-unavailable': ({ cause }) =>
    `The directory gave no answer (${cause}). Nobody is taken for a stranger because of that: the recipients count as known.`,
  'directory-incomplete': ({ domain, why }) =>
    why === 'empty'
      ? `The directory of ${domain} is empty, so it cannot say who does not exist.`
      : `No directory of ${domain} was ever imported, so it cannot say who does not exist.`,
  'recipient-not-checked': ({ address, why }) => `${address} was not looked up: ${notAskedWords[why] ?? why}.`,
  'many-recipients-unknown': ({ unknown, of }) =>
    `${unknown} of ${of} recipients do not exist: somebody tries out names.`,
  'no-recipients': () => 'The event names no recipient, so there is nothing to judge.',
  'zone-listed': ({ zone, operator, return_codes, weight }) =>
    `The client is listed in ${zone} (${operator}) as ${return_codes.join(', ')}: ${signed(weight)}.`,
  'zone-code-undeclared': ({ zone, return_codes }) =>
    `${zone} answered ${return_codes.join(', ')}, which the policy does not count.`,
  'zone-silent': ({ zone, cause, answer }) =>
    `${zone} gave no usable answer (${cause}${answer === undefined ? '' : `: ${answer}`}). That says nothing about the client.`,
  'dnsxl-recorded': ({ score, threshold }) =>
    `The listings add up to ${score}, which is recorded from ${threshold} on and changes nothing.`,
  'dnsxl-stopped': ({ score, threshold, operators }) =>
    `The listings add up to ${score} (stopped from ${threshold} on), by ${operators.join(' and ')}.`,
  'dnsxl-one-operator': ({ score, threshold, operator }) =>
    `The listings add up to ${score} (stopped from ${threshold} on), but ${operator} stands alone: only recorded.`,
  'dnsxl-disarmed': ({ zone, score }) =>
    `The listings add up to ${score}, but ${zone}, which might have spoken for the client, was silent: only recorded.`,
  'client-unknown': ({ why }) => `No zone was asked, because it is not certain who connected (${why}).`,
  'virus-found': () => 'SES found a virus.',
  'spam-found': () => 'SES takes it for spam.',
  'dmarc-reject': ({ from_field }) =>
    `DMARC failed, and the domain of ${from_field ?? 'the From field'} asks to reject such mail.`,
  'scan-missing': ({ scan, status }) =>
    `SES has no ${scan} verdict (${status}). An unscanned message is not a bad one.`,
  'event-incomplete': ({ problems }) =>
    `The event was not as expected: ${problems.map(({ at, expected, found }) => `${at} is ${found}, not ${expected}`).join('; ')}.`,
  bypassed: () => 'The filter is switched off (bypass): the message was delivered unseen.',
  'filter-failed': ({ error }) => `The filter failed (${error}), so the message was delivered without a judgement.`,
}

const notAskedWords: { readonly [why: string]: string | undefined } = {
  'address-unreadable': 'it is not an address that RFC 5321 allows',
  'domain-not-served': 'its domain is not in the configuration',
  'domain-not-checked': 'the configuration says not to check its domain',
}

/** Every code that a reason can have. */
export const reasonCodes = Object.keys(sentences) as readonly ReasonCode[]

/** One reason as a sentence. */
export function sentenceOf(reason: Reason): string {
  return (sentences[reason.code] as (reason: Reason) => string)(reason)
}

/** A decision in words: what was done, for whom, and every reason, one a line. */
export function explain(record: DecisionRecord): readonly string[] {
  return [
    headline(record),
    ...record.recipients.map(
      ({ address, answer, matched_by, action, would_be_action }) =>
        `  ${address}: ${answer}${matched_by === undefined ? '' : ` (${matched_by})`}, ${actionWords(action, would_be_action)}`,
    ),
    ...record.reasons.map((reason) => `  - ${sentenceOf(reason)}`),
  ]
}

function headline({ action, would_be_action, mode, disposition }: DecisionRecord): string {
  return `${actionWords(action, would_be_action)} [${mode}, ${disposition}]`
}

function actionWords(action: string, wouldBe: string): string {
  return action === wouldBe ? action : `${action} (would be ${wouldBe} in enforce)`
}

function signed(weight: number): string {
  return weight > 0 ? `+${weight}` : String(weight)
}
