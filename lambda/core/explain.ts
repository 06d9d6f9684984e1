import { bounceSentences } from './explain-bounce.ts'
import { entryRemedies, entrySentences } from './explain-entries.ts'
import type { DecisionRecord } from './record.ts'
import type { Reason, ReasonCode, UnsoundState } from './reasons.ts'

/** A sentence for each reason, with its evidence. */
type Explained = { readonly [C in ReasonCode]: (reason: Extract<Reason, { code: C }>) => string }

const sentences: Explained = {
  'recipient-unknown': ({ address }) =>
    `${address} does not exist: its domain's directory is complete and has no such entry.`,
  'recipient-denied': ({ address, key }) => `${address} is not to be reached: the directory denies ${key}.`,
  'recipient-recently-removed': ({ address, removed_at }) =>
    `${address} was removed from the directory at ${removed_at}, and counts as known until the grace period ends.`,
  'recipient-always-exists': ({ address }) =>
    `${address} exists always (RFC 5321 4.5.1, RFC 2142), and only a virus or a block entry may stop mail to it.`,
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
  'zone-unsound': ({ zone, state, return_codes }) =>
    `${zone} ${unsoundWords[state]}${return_codes.length > 0 ? ` (it says ${return_codes.join(', ')} of the client)` : ''}. It counts neither way.`,
  'zone-hint': ({ zone, return_codes }) =>
    `The client is listed in ${zone} as ${return_codes.join(', ')}: a hint about a bounce, which adds nothing to the sum.`,
  'dnsxl-recorded': ({ score, threshold }) =>
    `The listings add up to ${score}, which is recorded from ${threshold} on and changes nothing.`,
  'dnsxl-stopped': ({ score, threshold, operators }) =>
    `The listings add up to ${score} (stopped from ${threshold} on), by ${operators.join(' and ')}.`,
  'dnsxl-one-operator': ({ score, threshold, operator }) =>
    `The listings add up to ${score} (stopped from ${threshold} on), but ${operator} stands alone: only recorded.`,
  'dnsxl-disarmed': ({ zone, score }) =>
    `The listings add up to ${score}, but ${zone}, which might have spoken for the client, was silent: only recorded.`,
  'client-unknown': ({ why }) => `No zone was asked, because it is not certain who connected (${why}).`,
  ...bounceSentences,
  ...entrySentences,
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

const unsoundWords: { readonly [S in UnsoundState]: string } = {
  empty: 'does not list what every zone lists',
  'lists-the-world': 'lists what no zone lists',
  silent: 'left its control questions unanswered',
  refusing: 'answers that it does not answer',
  untestable: 'has no test entries, so that nobody can tell whether it works',
}

const notAskedWords: { readonly [why: string]: string | undefined } = {
  'address-unreadable': 'it is not an address that RFC 5321 allows',
  'domain-not-served': 'its domain is not in the configuration',
  'domain-not-checked': 'the configuration says not to check its domain',
}

/** What a person can do about each reason, in one sentence. `docs/reasons.md` shows them. */
export const remedies: { readonly [C in ReasonCode]: string } = {
  'recipient-unknown':
    'If the address should exist, add it with `quietgate recipients add`, and release what was stopped with `quietgate quarantine release`.',
  'recipient-denied':
    'Nothing, unless mail to it is wanted after all: then take the entry out with `quietgate recipients remove`.',
  'recipient-recently-removed':
    'Nothing, unless it was removed by mistake: then add it again before `recipients.graceDays` are over.',
  'recipient-always-exists': 'Nothing, as long as somebody reads what comes in for postmaster@ and abuse@.',
  'recipient-is-return-path':
    'Nothing, as long as the pattern in `recipients.bounceAddresses` or the domain in `recipients.srsDomains` is meant to be there.',
  'recipients-unavailable':
    "Look at the directory's table in this order: throttled requests, the function's permission, the network.",
  'directory-incomplete':
    'Add the recipients of the domain, then state with `quietgate recipients complete` that the list has all of them.',
  'recipient-not-checked':
    'Nothing, unless its domain should be filtered: then add it under `domains`, or set its `checkRecipients` to true.',
  'many-recipients-unknown':
    'If it goes on, block the client with an IP address filter of SES, which refuses it during SMTP and costs nothing.',
  'no-recipients': 'Keep the raw message and the record, and report them: SES is not known to send such an event.',
  'zone-listed': 'Nothing; a client that should not be listed has to be taken off by the operator of the list.',
  'zone-code-undeclared':
    "Nothing, unless the code should count: the list's own pages say what it means, and `dnsbl.zones` takes its pattern.",
  'zone-silent':
    'If it lasts for hours, ask the zone by hand, then name another resolver under `dns.servers` or take the zone out.',
  'zone-unsound':
    'Ask `quietgate dnsbl health` what is wrong with the zone; `quietgate dnsbl cost` lists the mail that it touched.',
  'zone-hint': 'Nothing: a bounce is judged by the message that it returns.',
  'dnsxl-recorded': 'Nothing: the sum is below `dnsbl.stop`.',
  'dnsxl-stopped':
    'If the sender is honest, release the message with `quietgate quarantine release`, allow the sender for a while with `quietgate allow add`, and give less weight to the zone that was wrong.',
  'dnsxl-one-operator': 'Nothing; if one operator is enough for you, set `authoritative` on its zone.',
  'dnsxl-disarmed': 'Mend the silent zone or take it out: as long as it is silent, no list stops anything.',
  'client-unknown':
    'If every message has it, SES writes its Received line in a new way: report the record of one message.',
  'report-recognised': 'Nothing: what sort of mail it is stops no mail.',
  'bounce-authentic': 'Nothing; read the bounce, it is about mail of yours that did not arrive.',
  'bounce-backscatter':
    'Nothing, unless the mail was yours: then the declaration is wrong (`neverSends`, `sendsOnlyVia` or `allOutboundSigned` of the domain), or a server took the signature away, which `quietgate sent-log import` mends.',
  'bounce-unverified':
    'Nothing: it is delivered. Sign all mail with DKIM, or feed the sent log, and genuine ones will prove themselves.',
  'bounce-suspected':
    'Nothing, unless genuine bounces are among these: then set `bounces.onHints` to "deliver", and release them with `quietgate quarantine release`.',
  'bounce-undecidable':
    "If it lasts, ask for the key by hand (`dig TXT`), and look at the function's log for the table and the secrets.",
  'bounce-unread': "Look at the function's permission to read the mail bucket, then at the bucket.",
  'bounce-burst':
    'Nothing; `quietgate quarantine list` shows what was put aside. It ends by itself when no such bounce has come for `bounces.burst.quietMinutes`.',
  'bounce-memory-unavailable':
    "Look at the ledger's table: throttled requests, the function's permission, the network.",
  ...entryRemedies,
  'virus-found': 'Nothing; whoever waits for the message asks the sender for another copy.',
  'spam-found':
    'Nothing, unless it is wanted: then release it with `quietgate quarantine release`; `scans.spam` says what happens to such mail.',
  'dmarc-reject':
    'Nothing, unless somebody honest forwarded it: then release it with `quietgate quarantine release`; `scans.dmarcReject` says what happens to such mail.',
  'scan-missing': 'If every message has it, turn scanning on in the receipt rule that invokes the filter.',
  'event-incomplete': 'If every message has it, SES has changed its event: report the record of one message.',
  bypassed: 'Set `mode` back to "observe" or "enforce" when the reason for switching the filter off is over.',
  'filter-failed': "Find the stack in the function's log by the id of the message, and report it.",
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
