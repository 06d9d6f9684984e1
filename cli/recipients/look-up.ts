import { sentenceOf } from '../../lambda/core/explain.ts'
import type { RecipientFact } from '../../lambda/core/facts.ts'
import { resolveRecipient, type Resolution } from '../../lambda/core/rules/recipients.ts'
import { askDirectory } from '../ask-directory.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { stepsOf } from '../resolution.ts'
import { print, printJson } from '../terminal.ts'
import type { Verb } from '../verb.ts'
import { withDirectory } from './open.ts'

/**
 * Resolves an address with the very functions that the filter uses, and shows every step. An address that is unknown is an
 * answer; a directory that gave none is an error.
 */
export function lookUp(address: string, verb: Verb): Promise<ExitCode> {
  return withDirectory(verb, async (directory) => {
    const { facts } = await askDirectory(directory.ask, [address], directory.policy)
    const [fact] = facts
    if (fact === undefined) throw new Error('one recipient has one fact')
    const resolution = resolveRecipient(fact, directory.policy, new Date().toISOString())
    if (verb.json) await printJson(verb.terminal, resultOf(fact, resolution))
    else for (const line of linesOf(fact, resolution)) await print(verb.terminal, line)
    return resolution.finding?.reason.code === 'recipients-unavailable' ? exitCodes.error : exitCodes.ok
  })
}

function linesOf(fact: RecipientFact, { answer, matchedBy, mode, finding }: Resolution): readonly string[] {
  const how = matchedBy === null ? '' : ` (${matchedBy})`
  const effect = finding === null || finding.effect === 'overrule' ? 'deliver' : finding.effect
  const verdicts: { readonly [A in Resolution['answer']]: string } = {
    known: `${fact.address} is known${how}.`,
    unavailable: `Whether ${fact.address} exists cannot be said, so it counts as known.`,
    unknown: `${fact.address} is unknown${how}: ${effect} in enforce; its domain is in ${mode}.`,
  }
  return [
    fact.address,
    ...stepsOf(fact).map((step) => `  ${step}`),
    verdicts[answer],
    ...(finding === null ? [] : [sentenceOf(finding.reason)]),
  ]
}

function resultOf({ address, entries, domain, domainName }: RecipientFact, resolution: Resolution): object {
  const { answer, matchedBy, mode, finding } = resolution
  return {
    address,
    answer,
    ...(matchedBy === null ? {} : { matched_by: matchedBy }),
    mode,
    candidates: entries.map(({ key, form, answer: heard }) => ({ key, form, ...heard })),
    domain: { ...(domainName === null ? {} : { name: domainName }), ...domain },
    reasons: finding === null ? [] : [finding.reason],
  }
}
