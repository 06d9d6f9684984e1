import { oneLine } from '../../lambda/core/plain-text.ts'
import type { LookAt, Readiness, ReadinessVerdict } from '../../lambda/core/readiness/readiness.ts'
import { daysNeeded } from '../../lambda/core/readiness/readiness.ts'

/** One domain for a person, a line each; text of senders is cut. */
export function readinessWords(readiness: Readiness): readonly string[] {
  const { domain, mode, first, last, days, recipients, stops, lookAt, lookAtMore, blind, verdict } = readiness
  const stopped = stops.reduce((sum, { recipients: some }) => sum + some, 0)
  return [
    `${domain}: ${verdictWords[verdict](readiness)}`,
    `  Mail of ${days} ${days === 1 ? 'day' : 'days'}, ${first} to ${last}, for ${counted(recipients, 'recipient')}; the mode is ${mode}.`,
    `  Enforce stops ${stopped} of them (${share(stopped, recipients)})${stops.length === 0 ? '.' : ':'}`,
    ...stops.map(
      ({ action, code, recipients: some }) => `    ${some} ${action}, ${code ?? 'by a rule without a reason'}`,
    ),
    ...(lookAt.length === 0
      ? []
      : ['  Look at these before:', ...lookAt.map((one) => `    ${oneLine(lookAtWords(one), 300)}`)]),
    ...(lookAtMore === 0 ? [] : [`    and ${lookAtMore} more.`]),
    ...(blind.length === 0 ? [] : ['  What could not be found out (docs/reasons.md says what to do):']),
    ...blind.map(({ code, recipients: some }) => `    ${some} (${share(some, recipients)}) ${code}`),
    ...next[verdict](domain),
  ]
}

const verdictWords: { readonly [V in ReadinessVerdict]: (readiness: Readiness) => string } = {
  ready: () => 'ready. Nothing speaks against enforcing it.',
  'look-first': ({ lookAt }) =>
    `look first. ${counted(lookAt.length, 'case')} of mail that somebody may want would be stopped.`,
  'too-early': ({ days }) => `too early. Mail of ${days} of ${daysNeeded} days was seen.`,
  'not-yet': () => 'not yet. The filter could not judge all of its mail, see below.',
}

const next: { readonly [V in ReadinessVerdict]: (domain: string) => readonly string[] } = {
  ready: (domain) => [`  Next: "mode": "enforce" for ${domain} in the configuration, and npx cdk deploy.`],
  'look-first': () => [
    '  Next: add who is missing (quietgate recipients add), allow who is wanted (quietgate allow add), and ask again.',
  ],
  'too-early': () => ['  Next: wait, and ask again.'],
  'not-yet': () => ['  Next: quietgate doctor, and docs/operations.md for the reasons above.'],
}

function lookAtWords(one: LookAt): string {
  if (one.kind === 'unknown-recipient') {
    const { address, messages, days, senders, correspondents, example } = one
    const also = correspondents === 0 ? '' : `, ${correspondents} of whom write to existing people, too`
    return (
      `${address} is in no directory: ${counted(messages, 'message')} on ${counted(days, 'day')} from ` +
      `${counted(senders, 'confirmed sender')}${also}. The latest: ${example}`
    )
  }
  const { domain, code, messages, delivered, example } = one
  return (
    `${domain} is confirmed and reaches people here (${delivered}), and ${counted(messages, 'message')} of it would be stopped: ` +
    `${code ?? 'no reason'}. The latest: ${example}`
  )
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}

function share(part: number, of: number): string {
  if (of === 0) return '0 %'
  const percent = (part / of) * 100
  return `${percent > 0 && percent < 0.1 ? 'under 0.1' : percent.toFixed(1)} %`
}
