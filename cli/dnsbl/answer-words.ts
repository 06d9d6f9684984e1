import type { AddressAnswer, ControlFact, ZoneFact } from '../../lambda/core/facts.ts'
import { meaningOf } from '../../lambda/core/catalogue.ts'
import type { ZonePolicy } from '../../lambda/core/policy.ts'
import { readAnswer } from '../../lambda/core/protocol/dnsxl.ts'
import { notAskedWords } from '../resolution.ts'
import type { AskedHealth, HealthState } from './ask-zone.ts'

/** What a zone answered, in a few words. */
export function answerWords(answer: ZoneFact['answer']): string {
  switch (answer.answer) {
    case 'addresses':
      return `answered ${answer.addresses.join(', ')}`
    case 'none':
      return 'not listed'
    case 'failed':
      return `no answer (${failureWords[answer.cause]})`
    case 'not-asked':
      return `not asked: ${notAskedWords[answer.why]}`
  }
}

/** What a code of a zone means; null where it is a code of 127/8 that the catalogue does not have. */
export function meaningWords(zone: ZonePolicy, code: string): string | null {
  const known = meaningOf(zone.zone, code)
  if (known !== null) return known
  const reading = readAnswer([code], zone)
  if (reading.kind === 'error-code') return errorWords.get(code) ?? 'An error: the list does not answer this resolver.'
  return reading.kind === 'not-a-dnsxl' ? 'No list answers that: it is parked, or the resolver makes answers up.' : null
}

export function healthWords({ family, control, state, milliseconds }: AskedHealth): string {
  const words = `${familyWords[family]} ${stateWords[state]}`
  return control.answer === 'heard' ? `${words}${controlWords(control)}, ${milliseconds} ms` : words
}

const stateWords: { readonly [S in HealthState]: string } = {
  healthy: 'healthy',
  empty: 'empty: it does not list what every zone lists',
  'lists-the-world': 'lists the world: it lists what no zone lists',
  silent: 'silent: it left control questions unanswered',
  refusing: 'refusing: it answers that it does not answer',
  untestable: 'untestable: it has no test entries',
}

const familyWords = { ipv4: 'IPv4', ipv6: 'IPv6' } as const

/** The test entries by what they carry; the IPv6 ones are these behind ::ffff: (RFC 5782 5). */
function controlWords({ listed, unlisted, unheardOf }: Extract<ControlFact, { answer: 'heard' }>): string {
  const parts = [`127.0.0.2 ${shortWords(listed)}`, `127.0.0.1 ${shortWords(unlisted)}`]
  return ` (${[...parts, `a random one ${shortWords(unheardOf)}`].join(', ')})`
}

function shortWords(answer: AddressAnswer): string {
  if (answer.answer === 'addresses') return `is ${answer.addresses.join(' and ')}`
  return answer.answer === 'none' ? 'is not listed' : `has no answer (${failureWords[answer.cause]})`
}

/** Spamhaus, "DNSBL return codes: errors"; other lists have taken these over. */
const errorWords: ReadonlyMap<string, string> = new Map([
  ['127.255.255.252', "An error: the zone's name is mistyped."],
  ['127.255.255.254', 'An error: the question came through a public resolver, or one without a name.'],
  ['127.255.255.255', 'An error: too many questions came from this resolver.'],
])

const failureWords: { readonly [C in Extract<AddressAnswer, { answer: 'failed' }>['cause']]: string } = {
  timeout: 'timeout',
  servfail: 'SERVFAIL',
  refused: 'REFUSED',
  unreachable: 'unreachable',
  malformed: 'malformed',
  aborted: 'aborted',
  muted: 'muted',
  'no-key': 'no key',
}
