import { safeParse } from 'valibot'
import { createDomainPatterns, mostPatterns, type DomainPatterns } from '../../lambda/adapters/domain-patterns.ts'
import { localPartPattern } from '../../lambda/config/values.ts'
import { notServed, readDomain } from '../entry-keys.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { print, printJson, say } from '../terminal.ts'
import { fail, type Verb } from '../verb.ts'
import { withDirectory, type OpenDirectory } from './open.ts'

/** Prints the patterns of a domain: local parts that exist by their form. */
export function listPatterns(domainText: string, verb: Verb): Promise<ExitCode> {
  return withPatterns(domainText, verb, async (domain, patterns) => {
    const { patterns: found } = await patterns.read(domain)
    if (verb.json) await printJson(verb.terminal, { domain, patterns: found })
    else for (const pattern of found) await print(verb.terminal, pattern)
    if (found.length === 0) say(verb.terminal, `${domain} has no patterns.`)
    return exitCodes.ok
  })
}

export function addPattern(domainText: string, text: string, verb: Verb): Promise<ExitCode> {
  const pattern = safeParse(localPartPattern, text)
  if (!pattern.success) {
    return Promise.resolve(fail(verb, `${JSON.stringify(text.slice(0, 120))} is not ${pattern.issues[0].message}.`))
  }
  return change(domainText, verb, (there) => {
    if (there.includes(pattern.output)) return { answer: 'nothing', sentence: `${pattern.output} is there already.` }
    if (there.length >= mostPatterns) {
      return { answer: 'problem', sentence: `There are ${there.length} patterns, and at most ${mostPatterns} can be.` }
    }
    return { answer: 'patterns', patterns: [...there, pattern.output], done: `added: ${pattern.output}` }
  })
}

export function removePattern(domainText: string, text: string, verb: Verb): Promise<ExitCode> {
  const pattern = text.toLowerCase()
  return change(domainText, verb, (there) =>
    there.includes(pattern)
      ? { answer: 'patterns', patterns: there.filter((other) => other !== pattern), done: `removed: ${pattern}` }
      : { answer: 'problem', sentence: `${pattern} is none of its patterns.` },
  )
}

type Changed =
  | { readonly answer: 'patterns'; readonly patterns: readonly string[]; readonly done: string }
  | { readonly answer: 'nothing'; readonly sentence: string }
  | { readonly answer: 'problem'; readonly sentence: string }

function change(domainText: string, verb: Verb, changed: (there: readonly string[]) => Changed): Promise<ExitCode> {
  return withPatterns(domainText, verb, async (domain, patterns) => {
    const there = await patterns.read(domain)
    const wanted = changed(there.patterns)
    if (wanted.answer === 'problem') return fail(verb, wanted.sentence)
    if (wanted.answer === 'nothing') {
      say(verb.terminal, wanted.sentence)
      return exitCodes.ok
    }
    if (!(await patterns.write(domain, there, wanted.patterns))) {
      return fail(
        verb,
        `Somebody else changed the patterns of ${domain} just now. Nothing was changed: run this again.`,
      )
    }
    if (verb.json) await printJson(verb.terminal, { domain, patterns: wanted.patterns })
    else await print(verb.terminal, wanted.done)
    return exitCodes.ok
  })
}

function withPatterns(
  domainText: string,
  verb: Verb,
  work: (domainName: string, patterns: DomainPatterns) => Promise<ExitCode>,
): Promise<ExitCode> {
  return withDirectory(verb, async (directory) => {
    const domain = readDomain(domainText)
    if (domain.answer === 'problem') return fail(verb, domain.problem)
    const stranger = notServed(domain.name, directory) ?? listedElsewhere(domain.name, directory)
    if (stranger !== null) return fail(verb, stranger)
    return work(domain.name, createDomainPatterns(directory.dynamoDb, directory.table))
  })
}

/** Why nothing is ever looked up under this domain; null where it has a list of its own. */
export function listedElsewhere(
  domainName: string,
  { domains, where }: Pick<OpenDirectory, 'domains' | 'where'>,
): string | null {
  const target = domains.find(({ name }) => name === domainName)?.aliasOf ?? null
  if (target === null) return null
  return `${domainName} has no list of its own: whoever exists in ${target} exists there (${where}, aliasOf)`
}
