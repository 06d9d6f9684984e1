import { MAX_FAILED, type ReportFact, type ReturnedFact, type SesMark } from './bounce-facts.ts'
import { firstField, parseHeaderBlock } from './protocol/header.ts'
import { isWithin } from './protocol/idna.ts'
import type { ReturnedMessage } from './protocol/returned-message.ts'
import type { Report } from './read-report.ts'

/** What is kept of a report for judging it: bounded, and without the bytes of the returned header. */
export const reportFactOf = ({ kind, evidence, truncated, ...report }: Report): ReportFact => ({
  kind,
  evidence,
  truncated,
  reportingMta: cut(report.reportingMta),
  failed: report.recipients.slice(0, MAX_FAILED).map(({ address, action, status }) => ({
    address: cut(address),
    action,
    status,
  })),
  originals: report.originalRecipients.slice(0, MAX_FAILED).map((address) => address.slice(0, MAX_TEXT)),
  returned: report.returned === null ? null : returnedFactOf(report.returned),
})

const returnedFactOf = (returned: ReturnedMessage): ReturnedFact => {
  const { messageId, from, to, date, returnPath, complete, found, dkim, received } = returned
  return {
    messageId,
    from: cut(from),
    to: cut(to),
    date: cut(date),
    returnPath: cut(returnPath),
    complete,
    found,
    signatures: dkim.slice(0, MAX_FAILED).map(({ d, s }) => ({ d: d.slice(0, MAX_TEXT), s: s.slice(0, MAX_TEXT) })),
    marksOfSes: marksOfSes(returned),
    firstServer: serverOf(received.at(-1) ?? ''),
  }
}

/**
 * SES writes its own Message-ID (`...@email.amazonses.com`, `...@eu-west-1.amazonses.com`), signs with d=amazonses.com, and adds
 * X-SES-Outgoing and a Feedback-ID that ends in its name (SES Developer Guide, "Header fields").
 */
const marksOfSes = ({ messageId, header, dkim, received, returnPath }: ReturnedMessage): readonly SesMark[] => {
  const { fields } = parseHeaderBlock(header)
  const feedbackId = firstField(fields, 'feedback-id') ?? ''
  return [
    ...(isOfSes(domainIn(messageId ?? '')) ? (['message-id'] as const) : []),
    ...(firstField(fields, 'x-ses-outgoing') === null ? [] : (['outgoing-field'] as const)),
    ...(/:AmazonSES$/i.test(feedbackId) ? (['feedback-id'] as const) : []),
    ...(dkim.some(({ d }) => isOfSes(d)) ? (['signature'] as const) : []),
    ...(received.some((line) => isOfSes(serverOf(line) ?? '') || isOfSes(clientIn(line)))
      ? (['received'] as const)
      : []),
    ...(isOfSes(domainIn(returnPath ?? '')) ? (['return-path'] as const) : []),
  ]
}

const isOfSes = (domain: string): boolean => isWithin(domain.toLowerCase(), 'amazonses.com')

const domainIn = (text: string): string => text.slice(text.lastIndexOf('@') + 1)

/** The host that wrote a Received line (RFC 5321 4.4), in lower case; null where it does not say. */
const serverOf = (line: string): string | null => {
  // A comment says more of the client: `(invoked by uid 33)`.
  const clauses = line.slice(0, MAX_LINE).replace(/\([^()]*\)/g, ' ')
  const host = /\bby\s{1,20}([A-Za-z0-9._-]{1,253})/.exec(clauses)?.[1]
  return host === undefined ? null : host.toLowerCase().replace(/\.$/, '')
}

const clientIn = (line: string): string =>
  /^\s*from\s{1,20}([A-Za-z0-9._-]{1,253})/.exec(line.slice(0, MAX_LINE))?.[1] ?? ''

const cut = (text: string | null): string | null => (text === null ? null : text.slice(0, MAX_TEXT))

const MAX_TEXT = 320
const MAX_LINE = 2000
