import { parseConfig, policyOf } from '../../lambda/config.ts'
import { headerSigns } from '../../lambda/core/classify/header-signs.ts'
import { isNullSender } from '../../lambda/core/classify/sender.ts'
import { decide } from '../../lambda/core/decide.ts'
import { noEntries } from '../../lambda/core/entries/entries-fact.ts'
import type { Facts } from '../../lambda/core/facts.ts'
import type { BounceVerdict } from '../../lambda/core/judgement.ts'
import { MAX_TO, type Message } from '../../lambda/core/message.ts'
import type { Policy } from '../../lambda/core/policy.ts'
import { firstField, mailboxesOf, mailboxOf, messageIdOf, parseHeaderBlock } from '../../lambda/core/protocol/header.ts'
import { directoryQuestions, recipientFacts, recipientQuestions } from '../../lambda/core/questions.ts'
import type { Reason } from '../../lambda/core/reasons.ts'
import { judgeBounce } from '../../lambda/core/rules/bounce/judge.ts'
import { gatherBounce } from '../../lambda/filter/gather-bounce.ts'
import type { KeyLookup } from '../../lambda/ports/key-lookup.ts'
import { createMemoryBouncePorts } from '../../local/memory/bounce-ports.ts'
import { createMemoryDirectory } from '../../local/memory/recipient-directory.ts'
import { nothingKnown } from '../ask-directory.ts'

export type JudgeSettings = {
  readonly policy: Policy
  /** Who answers for the public keys of our domains. */
  readonly publicKeys: KeyLookup
  /** Whom the bounce came to; null: its To field says. */
  readonly recipient: string | null
  /** When it came. */
  readonly now: Date
}

export type JudgedMessage = {
  /** Null for what is no bounce. */
  readonly verdict: BounceVerdict | null
  /** As they would stand in the decision record. */
  readonly reasons: readonly Reason[]
}

/** What the message amounts to for one recipient, judged by itself: nothing is remembered of others. */
export async function judgeMessage(
  octets: Uint8Array,
  { policy, publicKeys, recipient, now }: JudgeSettings,
): Promise<JudgedMessage> {
  const message = messageOf(octets, recipient, now)
  const asked = recipientQuestions(message, policy)
  const directory = createMemoryDirectory({ entries: new Map(), domains: new Map() })
  const signal = AbortSignal.timeout(policy.deadlineMs)
  const { entries, domains } = await directory(directoryQuestions(asked), signal)
  const resolved = recipientFacts(asked, entries, domains)
  const facts = { message, recipients: resolved, zones: [], entries: noEntries('not-needed') }
  const memory = createMemoryBouncePorts({ mails: new Map([[message.id, octets]]), publicKeys })
  const ports = { ...memory, directory, metrics: { failed: () => undefined } }
  const known: Facts = { ...facts, bounce: await gatherBounce(facts, policy, ports, signal) }
  const { reasons } = decide(known, policy)
  const about = reasons.filter(({ code }) => code.startsWith('bounce-') || code === 'report-recognised')
  return { verdict: judgeBounce(known, policy, 0)?.verdict ?? null, reasons: about }
}

export type ReadPolicy =
  { readonly answer: 'policy'; readonly policy: Policy } | { readonly answer: 'problem'; readonly problem: string }

/** A policy for domains of which nothing is known but that they are ours, on top of what is configured already. */
export function policyWith(domains: readonly string[], configured: Policy | null): ReadPolicy {
  const known = new Set(configured?.domains.map(({ name }) => name))
  const added = domains.filter((name) => !known.has(name.toLowerCase()))
  if (configured !== null && added.length === 0) return { answer: 'policy', policy: withoutSecrets(configured) }
  const read = parseConfig({ mode: 'enforce', domains: added }, '--own-domain')
  if (read.kind === 'problems') return { answer: 'problem', problem: read.problems.join('\n') }
  const made = policyOf(read.config)
  if (configured === null) return { answer: 'policy', policy: made }
  return {
    answer: 'policy',
    policy: withoutSecrets({ ...configured, domains: [...configured.domains, ...made.domains] }),
  }
}

/** The secrets of tags are where the function can read them, and not here. */
function withoutSecrets(policy: Policy): Policy {
  return { ...policy, bounces: { ...policy.bounces, keys: [] } }
}

/** The message as SES would hand it over, as far as its own header says. */
function messageOf(octets: Uint8Array, recipient: string | null, now: Date): Message {
  const { fields } = parseHeaderBlock(Buffer.from(octets.subarray(0, mostOctets)).toString('latin1'))
  const from = mailboxOf(firstField(fields, 'from') ?? '')
  // As the kind is told where no envelope is known: without `Return-Path: <>` somebody sent it.
  const sender = mailboxOf(firstField(fields, 'return-path') ?? '') ?? from ?? 'unknown'
  const reversePath = isNullSender(fields, undefined) ? null : sender
  const toField = fields.flatMap(({ name, value }) => (name.toLowerCase() === 'to' ? mailboxesOf(value, MAX_TO) : []))
  const to = recipient ?? toField[0]
  return {
    ...nothingKnown,
    id: 'message',
    receivedAt: now.toISOString(),
    reversePath,
    recipients: to === undefined ? [] : [to],
    fromField: from,
    fromFields: fields.filter(({ name }) => name.toLowerCase() === 'from').length,
    toField: toField.slice(0, MAX_TO),
    headerMessageId: messageIdOf(firstField(fields, 'message-id') ?? ''),
    // In a file there may be no sign of it in the header; in SES there is the envelope.
    reportSigns: [...new Set([...headerSigns(fields, reversePath), 'null-sender' as const])],
  }
}

const mostOctets = 256 * 1024
