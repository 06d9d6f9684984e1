import type { DecisionRecord } from '../record.ts'
import type { TraceQuestion } from './question.ts'

/** Why no record is found, as far as that can be known. */
export type Silence = {
  readonly cause: 'never-reached-us' | 'not-our-domain' | 'no-longer-kept'
  readonly headline: string
  readonly evidence: readonly string[]
  readonly next: readonly string[]
}

export function notServed(domain: string, domains: readonly string[]): Silence {
  return {
    cause: 'not-our-domain',
    headline: `Mail for ${domain} does not come through this filter.`,
    evidence: [`It serves ${domains.join(', ')}.`],
    next: [`Is ${domain} a typing error? Otherwise ask whoever its MX record names: dig MX ${domain}.`],
  }
}

export function notKept(keptSince: string): Silence {
  return {
    cause: 'no-longer-kept',
    headline: `Nothing can be said: records are kept since ${keptSince} only.`,
    evidence: [],
    next: ["Ask the sender's server for its log, and the mailbox's server for its own."],
  }
}

/**
 * Nobody handed it to SES, or SES refused it, or it is stored without a decision. The filter cannot tell these apart: it is asked after
 * SES took a message.
 */
export function neverReached(
  { from, until, sender, recipient }: TraceQuestion,
  toOthers: readonly DecisionRecord[],
  { keptSince, now }: { readonly keptSince: string; readonly now: string },
): Silence {
  const domain = recipient?.slice(recipient.lastIndexOf('@') + 1) ?? 'YOUR-DOMAIN'
  const others = toOthers.length
  const evidence = [
    ...(others > 0 ? [`The sender's mail does reach us: ${others} to other recipients in this time.`] : []),
    ...(from < keptSince ? [`Of what came before ${keptSince} no records are kept.`] : []),
    ...(isRecent(until, now)
      ? ['It may still be on its way: a server tries again for up to five days (RFC 5321 4.5.4.1).']
      : []),
  ]
  return {
    cause: 'never-reached-us',
    headline: 'It never reached the filter: there is no record of such a message.',
    evidence: [
      ...evidence,
      "It can mean that the sender's server still has it, or was refused by SES and told its sender so (over 40 MB, a listed " +
        'address, an IP address filter, a recipient that no rule names), or sent it elsewhere, or that it was never sent.',
    ],
    next: [
      "Ask the sender for the line of the server's log: when, to which server, and what it answered; or for the bounce that came back.",
      `Look whether the mail goes to SES at all: dig MX ${domain}.`,
      'Look whether SES stored it without a decision: quietgate orphans list.',
      ...(sender === null
        ? []
        : ['Search again without the sender: lists and forwarders send under names of their own.']),
    ],
  }
}

function isRecent(until: string, now: string): boolean {
  return Date.parse(now) - Date.parse(until) < 5 * 86_400_000
}
