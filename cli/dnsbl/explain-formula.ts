import { findList } from '../../lambda/core/catalogue.ts'
import type { CatalogueEntry, Use } from '../../lambda/core/catalogue/entry.ts'
import { describeTerm, writeTerm, type Term } from '../../lambda/core/formula.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { print, printJson, say } from '../terminal.ts'
import type { Verb } from '../verb.ts'
import { caretLines } from './caret.ts'
import { readFormula, type Formula } from './formula.ts'

/** Reads a formula back in words. Needs no network and no configuration; a mistake is told with its place. */
export async function explainFormula(text: string, verb: Verb): Promise<ExitCode> {
  const formula = readFormula(text)
  if (formula.kind === 'mistake') {
    const { at, why } = formula
    if (verb.json) await printJson(verb.terminal, { at, why })
    else say(verb.terminal, ...caretLines(text, at), `Character ${at + 1}: ${why}.`)
    return exitCodes.usage
  }
  const lists = listsOf(formula)
  if (verb.json) await printJson(verb.terminal, resultOf(formula, lists))
  else for (const line of [...lists.flatMap(listLines), ...sumLines(formula, lists)]) await print(verb.terminal, line)
  return exitCodes.ok
}

/** A zone with all terms that name it. */
type List = { readonly zone: string; readonly terms: readonly Term[]; readonly entry: CatalogueEntry | null }

function listsOf({ terms }: Formula): readonly List[] {
  const zones = Map.groupBy(terms, ({ zone }) => zone)
  return [...zones].map(([zone, named]) => ({ zone, terms: named, entry: findList(zone) }))
}

function listLines({ terms, entry }: List): readonly string[] {
  const sentences = terms.map((term) => `${describeTerm(term)}.`)
  if (entry === null) return [...sentences, '  Not in the catalogue: the configuration has to say who operates it.', '']
  return [
    ...sentences,
    `  ${entry.title}, run by ${entry.operator} (${entry.url}).`,
    ...[useWords[entry.use], familyWords[entry.families], cloudWords[entry.cloudResolvers], keyWords(entry)]
      .filter((sentence) => sentence !== '')
      .map((sentence) => `  ${sentence}`),
    ...entry.codes.map(({ pattern, meaning }) => `    ${pattern}  ${meaning}`),
    `  Terms of use: ${entry.termsOfUse}`,
    '',
  ]
}

const useWords: { readonly [U in Use]: string } = {
  score: '',
  allow: 'It speaks for clients. While it is silent or unsound, nothing is stopped.',
  hint: 'It is asked in safe mode alone, about mail from <> and from postmaster, and never adds to the sum.',
  collateral: 'It lists whole networks, the innocent included.',
}

const familyWords = {
  both: '',
  ipv4: 'It lists IPv4 addresses alone.',
  ipv6: 'It lists IPv6 addresses alone.',
} as const

const cloudWords: { readonly [C in CatalogueEntry['cloudResolvers']]: string } = {
  refused: 'It refuses the resolvers of clouds, that of Lambda among them.',
  limited: 'It answers resolvers of clouds only in part, or only few questions.',
  'not-known': '',
}

function keyWords({ key }: CatalogueEntry): string {
  return key === null ? '' : `{${key}} stands for a key, which dnsbl.keys of the configuration says where to find.`
}

function sumLines(formula: Formula, lists: readonly List[]): readonly string[] {
  const { record, stop } = formula
  const operators = operatorsAgainst(lists)
  const most = mostOf(lists)
  const doubts = [
    ...(most < stop ? [`All terms together add up to ${most} at most: nothing is ever stopped.`] : []),
    ...(most >= stop && operators.length === 1
      ? [
          `All of it is the opinion of ${operators[0] ?? ''}: nothing is stopped, unless a zone is set to authoritative.`,
        ]
      : []),
  ]
  return [
    `From ${record} on the sum is recorded. From ${stop} on the message is stopped, if zones of two operators, or one that is authoritative, are among what adds to it.`,
    ...doubts,
  ]
}

/** The most that all terms can add up to: a zone may answer with several codes. */
function mostOf(lists: readonly List[]): number {
  const terms = countedLists(lists).flatMap((list) => list.terms)
  return terms.reduce((sum, { weight }) => sum + Math.max(weight, 0), 0)
}

/** Whoever is not in the catalogue is taken for an operator of their own. */
function operatorsAgainst(lists: readonly List[]): readonly string[] {
  const against = countedLists(lists).filter(({ terms }) => terms.some(({ weight }) => weight > 0))
  return [...new Set(against.map(({ zone, entry }) => entry?.operator ?? zone))]
}

function countedLists(lists: readonly List[]): readonly List[] {
  return lists.filter(({ entry }) => entry?.use !== 'hint')
}

function resultOf({ record, stop }: Formula, lists: readonly List[]): object {
  return {
    record,
    stop,
    at_most: mostOf(lists),
    operators: operatorsAgainst(lists),
    zones: lists.map(({ zone, terms, entry }) => ({
      zone,
      terms: terms.map((term) => {
        const { pattern, weight } = term
        return { term: writeTerm(term), pattern, weight, words: describeTerm(term) }
      }),
      ...(entry === null ? {} : { list: listResult(entry) }),
    })),
  }
}

function listResult(entry: CatalogueEntry): object {
  const { title, operator, use, families, url, codes, termsOfUse, cloudResolvers, key } = entry
  return {
    title,
    operator,
    use,
    families,
    url,
    codes,
    terms_of_use: termsOfUse,
    cloud_resolvers: cloudResolvers,
    ...(key === null ? {} : { key }),
  }
}
