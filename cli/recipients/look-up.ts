import { createDynamoDbImportTable } from '../../lambda/adapters/dynamodb-import-table.ts'
import { sentenceOf } from '../../lambda/core/explain.ts'
import { resolveRecipient, type Resolution } from '../../lambda/core/rules/recipients.ts'
import { ImportInterrupted } from '../../lambda/ports/import-ports.ts'
import { askDirectory, patienceMs } from '../ask-directory.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { print, printJson } from '../terminal.ts'
import type { Verb } from '../verb.ts'
import { detailsOf, graceEnd, lookUpLines, type EntryDetail, type LookedUp } from './look-up-steps.ts'
import { withDirectory, type OpenDirectory } from './open.ts'

/**
 * Resolves an address with the very functions that the filter uses, and shows every step. An address that is unknown is an
 * answer; a directory that gave none is an error.
 */
export function lookUp(address: string, verb: Verb): Promise<ExitCode> {
  return withDirectory(verb, async (directory) => {
    const { policy, ask } = directory
    const { facts } = await askDirectory(ask, [address], policy)
    const [fact] = facts
    if (fact === undefined) throw new Error('one recipient has one fact')
    const now = Date.now()
    const resolution = resolveRecipient(fact, policy, new Date(now).toISOString())
    const found = fact.entries.filter(({ answer }) => answer.answer === 'found').map(({ key }) => key)
    const details = await readDetails(found, directory)
    const domain = policy.domains.find(({ name }) => name === fact.domainName)
    const listedUnder = fact.domain.answer === 'not-asked' ? null : (domain?.aliasOf ?? fact.domainName)
    const looked = { fact, resolution, policy, listedUnder, details, now }
    if (verb.json) await printJson(verb.terminal, resultOf(looked))
    else for (const line of linesOf(looked)) await print(verb.terminal, line)
    return resolution.finding?.reason.code === 'recipients-unavailable' ? exitCodes.error : exitCodes.ok
  })
}

/** What stands beside the entries is worth a line, and never the look-up. */
async function readDetails(
  keys: readonly string[],
  { dynamoDb, table, seenDays }: OpenDirectory,
): Promise<ReadonlyMap<string, EntryDetail>> {
  if (keys.length === 0) return new Map()
  const signal = AbortSignal.timeout(patienceMs)
  try {
    const stored = await createDynamoDbImportTable(dynamoDb, table).read(keys, signal)
    return detailsOf(stored, seenDays === null ? new Map() : await seenDays(keys, signal))
  } catch (error) {
    if (error instanceof ImportInterrupted) return new Map()
    throw error
  }
}

function linesOf(looked: LookedUp): readonly string[] {
  const { fact, resolution } = looked
  const { answer, matchedBy, mode, finding } = resolution
  const how = matchedBy === null ? '' : ` (${matchedBy})`
  const effect = finding === null || finding.effect === 'overrule' ? 'deliver' : finding.effect
  const verdicts: { readonly [A in Resolution['answer']]: string } = {
    known: `${fact.address} is known${how}.`,
    unavailable: `Whether ${fact.address} exists cannot be said, so it counts as known.`,
    unknown: `${fact.address} is unknown${how}: ${effect} in enforce; its domain is in ${mode}.`,
  }
  const rule = finding === null ? [] : [`${finding.reason.code} (rule ${finding.by}): ${sentenceOf(finding.reason)}`]
  return [fact.address, ...lookUpLines(looked).map((step) => `  ${step}`), verdicts[answer], ...rule]
}

function resultOf({ fact, resolution, policy, listedUnder, details }: LookedUp): object {
  const { address, entries, domain, domainName } = fact
  const { answer, matchedBy, mode, finding, key: decidedBy } = resolution
  return {
    address,
    answer,
    ...(matchedBy === null ? {} : { matched_by: matchedBy }),
    ...(decidedBy === null ? {} : { decided_by: decidedBy }),
    mode,
    candidates: entries.map(({ key, form, answer: heard }) => {
      const detail = details.get(key)
      const removedAt = heard.answer === 'found' ? heard.entry.removedAt : null
      return {
        key,
        form,
        ...heard,
        ...(removedAt === null ? {} : { counts_until: graceEnd(removedAt, policy) }),
        ...(detail === undefined ? {} : { source: detail.source, seen_on: detail.seenOn }),
      }
    }),
    domain: {
      ...(domainName === null ? {} : { name: domainName }),
      ...(listedUnder === null || listedUnder === domainName ? {} : { alias_of: listedUnder }),
      ...domain,
    },
    ...(finding === null ? {} : { rule: finding.by }),
    reasons: finding === null ? [] : [finding.reason],
  }
}
