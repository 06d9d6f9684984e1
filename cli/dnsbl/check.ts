import { sentenceOf } from '../../lambda/core/explain.ts'
import { noBounce } from '../../lambda/core/bounce-facts.ts'
import { noEntries } from '../../lambda/core/entries/entries-fact.ts'
import type { Facts } from '../../lambda/core/facts.ts'
import type { Message } from '../../lambda/core/message.ts'
import type { Policy } from '../../lambda/core/policy.ts'
import { canonicalIp, familyOf, inCidr, isPublic } from '../../lambda/core/protocol/ip.ts'
import type { Reason } from '../../lambda/core/reasons.ts'
import { dnsxl } from '../../lambda/core/rules/dnsxl.ts'
import { nothingKnown } from '../ask-directory.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { print, printJson, say } from '../terminal.ts'
import { fail, type Verb } from '../verb.ts'
import { answerWords, healthWords, meaningWords } from './answer-words.ts'
import { askZone, type AskedZone } from './ask-zone.ts'
import { healthResult } from './health-result.ts'
import { openZones } from './open-zones.ts'

/** Asks every zone about an address, and tells what the filter's own rule makes of the answers. */
export async function check(text: string, dnsFile: string | null, verb: Verb): Promise<ExitCode> {
  const ip = canonicalIp(text)
  if (ip === null) {
    const found = JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text)
    return fail(verb, `${found} is not an IP address: 192.0.2.1 or 2001:db8::1 would be.`)
  }
  const opened = await openZones(dnsFile, verb)
  if (opened.answer === 'problems') return fail(verb, ...opened.sentences)
  const { policy, lookUp, where } = opened
  if (policy.dnsxl.zones.length === 0)
    say(verb.terminal, `There are no zones in the configuration (${where}, dnsbl.zones).`)
  const asked = await Promise.all(policy.dnsxl.zones.map((zone) => askZone(zone, ip, lookUp)))
  const verdict = judge(ip, asked, policy)
  if (verb.json) await printJson(verb.terminal, resultOf(ip, asked, verdict, policy))
  else for (const line of linesOf(ip, asked, verdict, policy)) await print(verb.terminal, line)
  say(verb.terminal, ...remarks(ip, policy))
  return exitCodes.ok
}

type Verdict = {
  readonly score: number
  readonly action: Policy['dnsxl']['action']
  readonly reasons: readonly Reason[]
}

/** As for a message of which nothing is known but who brought it. */
function judge(ip: string, asked: readonly AskedZone[], policy: Policy): Verdict {
  const message: Message = { ...nothingKnown, client: { kind: 'client', ip, helo: null } }
  const facts: Facts = {
    message,
    recipients: [],
    zones: asked.map(({ fact }) => fact),
    bounce: noBounce('not-needed'),
    entries: noEntries('not-needed'),
  }
  const findings = dnsxl(facts, policy)
  const reasons = findings.map(({ reason }) => reason)
  const acting = findings.find(({ effect }) => effect !== 'deliver' && effect !== 'overrule')
  return {
    score: reasons.reduce((sum, reason) => sum + (reason.code === 'zone-listed' ? reason.weight : 0), 0),
    action: acting === undefined || acting.effect === 'overrule' ? 'deliver' : acting.effect,
    reasons,
  }
}

function linesOf(
  ip: string,
  asked: readonly AskedZone[],
  { score, action, reasons }: Verdict,
  { dnsxl: { record, stop } }: Policy,
): readonly string[] {
  return [
    `Address  ${ip}`,
    ...asked.flatMap(zoneLines),
    ...reasons.map((reason) => `Reason   ${reason.code}: ${sentenceOf(reason)}`),
    `Score    ${score} (recorded from ${record} on, stopped from ${stop} on): ${action}`,
  ]
}

function zoneLines(asked: AskedZone): readonly string[] {
  const { policy, fact, milliseconds, health } = asked
  const time = milliseconds === null ? '' : `, ${milliseconds} ms`
  return [
    `Zone     ${policy.zone} (${policy.operator}): ${answerWords(fact.answer)}${time}`,
    ...codesOf(asked).map(({ code, meaning }) => `           ${code}  ${meaning ?? unknownCode}`),
    ...(health === null ? [] : [`           ${healthWords(health)}`]),
  ]
}

const unknownCode = 'The catalogue does not say what that means.'

type Code = { readonly code: string; readonly meaning: string | null }

function codesOf({ policy, fact: { answer } }: AskedZone): readonly Code[] {
  if (answer.answer !== 'addresses') return []
  return answer.addresses.map((code) => ({ code, meaning: meaningWords(policy, code) }))
}

function resultOf(
  ip: string,
  asked: readonly AskedZone[],
  { score, action, reasons }: Verdict,
  { dnsxl: { record, stop } }: Policy,
): object {
  return {
    ip,
    family: familyOf(ip),
    score,
    record,
    stop,
    action,
    reasons,
    zones: asked.map((one) => zoneResult(one)),
  }
}

function zoneResult(asked: AskedZone): object {
  const { policy, fact, milliseconds, health } = asked
  return {
    zone: policy.zone,
    operator: policy.operator,
    answer: fact.answer,
    codes: codesOf(asked).map(({ code, meaning }) => (meaning === null ? { code } : { code, meaning })),
    ...(milliseconds === null ? {} : { ms: milliseconds }),
    ...(health === null ? {} : { health: healthResult(health) }),
  }
}

/** Why the filter would never ask what was asked here. */
function remarks(ip: string, { trustedRelays }: Policy): readonly string[] {
  if (trustedRelays.some((relay) => inCidr(ip, relay))) {
    return [`${ip} is one of trustedRelays: the filter asks about the client behind it.`]
  }
  return isPublic(ip) ? [] : [`${ip} is not a public address: the filter asks no zone about it.`]
}
