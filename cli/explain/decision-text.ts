import { overruledIn } from '../../lambda/core/decide.ts'
import { sentenceOf } from '../../lambda/core/explain.ts'
import type { ZoneFact } from '../../lambda/core/facts.ts'
import { factsOf } from '../../lambda/core/recorded-facts.ts'
import type { Policy } from '../../lambda/core/policy.ts'
import { precedence } from '../../lambda/core/reasons.ts'
import type { DecisionRecord } from '../../lambda/core/record.ts'
import { notAskedWords, stepsOf } from '../resolution.ts'
import { noClientIp } from './envelope.ts'

/** A decision for a person: what is known, how each recipient was resolved, every reason, and what follows from them. */
export function decisionText(record: DecisionRecord, policy: Policy): readonly string[] {
  const facts = factsOf(record)
  if (facts === null) throw new Error(`${record.message_id}: the decision that was just made has no facts`)
  return [
    ...messageLines(record),
    '',
    ...facts.recipients.flatMap((fact, index) => [
      recipientLine(record.recipients[index]),
      ...stepsOf(fact).map((step) => `    ${step}`),
    ]),
    '',
    ...(facts.zones.length === 0 ? ['Zones        none in the configuration'] : facts.zones.map(zoneLine)),
    '',
    ...reasonLines(record),
    ...overruledIn(facts, policy).map(({ by, codes }) => `Overruled    ${codes.join(', ')}, by ${by}`),
    '',
    actionLine(record),
    `Precedence   ${precedence.join(' > ')}`,
    `Decided by   ${record.code_version}, the bundle that is deployed`,
  ]
}

function messageLines(record: DecisionRecord): readonly string[] {
  const { mail_from, client_ip, helo, header_from, header_message_id, subject, scans } = record
  const name = helo === undefined ? '' : `, which calls itself ${helo}`
  const client = client_ip === undefined || client_ip === noClientIp ? 'unknown' : `${client_ip}${name}`
  const policy = scans.dmarc_policy === undefined ? '' : ` (p=${scans.dmarc_policy})`
  return [
    `Sender       ${mail_from ?? '<>'}`,
    `Client       ${client}`,
    ...(header_from === undefined ? [] : [`From         ${header_from}`]),
    ...(subject === undefined ? [] : [`Subject      ${subject}`]),
    ...(header_message_id === undefined ? [] : [`Message-ID   ${header_message_id}`]),
    `Scans        spam ${scans.spam}, virus ${scans.virus}, SPF ${scans.spf}, DKIM ${scans.dkim}, DMARC ${scans.dmarc}${policy}`,
  ]
}

function recipientLine(recipient: DecisionRecord['recipients'][number] | undefined): string {
  if (recipient === undefined) return 'Recipient'
  const { address, answer, matched_by, action, would_be_action } = recipient
  const how = matched_by === undefined ? answer : `${answer} (${matched_by})`
  return `Recipient    ${address}: ${how}, ${action}${action === would_be_action ? '' : `, in enforce ${would_be_action}`}`
}

function zoneLine({ zone, answer }: ZoneFact): string {
  return `Zone         ${zone}: ${zoneWords(answer)}`
}

function zoneWords(answer: ZoneFact['answer']): string {
  switch (answer.answer) {
    case 'addresses':
      return `answered ${answer.addresses.join(', ')}`
    case 'none':
      return 'not listed'
    case 'failed':
      return `no answer (${answer.cause})`
    case 'not-asked':
      return `not asked: ${notAskedWords[answer.why]}`
  }
}

function reasonLines({ reasons }: DecisionRecord): readonly string[] {
  if (reasons.length === 0) return ['Reasons      none: nothing speaks against it']
  return reasons.map((reason) => `Reason       ${reason.code}: ${sentenceOf(reason)}`)
}

function actionLine({ action, would_be_action, mode, disposition }: DecisionRecord): string {
  const would = mode === 'enforce' ? '' : `; in enforce: ${would_be_action}`
  return `Action       ${action} (mode ${mode}, SES is answered ${disposition})${would}`
}
