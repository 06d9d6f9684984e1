import type { DirectoryEntry, EntryAnswer } from '../../lambda/core/facts.ts'
import { parseAddress } from '../../lambda/core/protocol/address.ts'
import { alwaysExists } from '../../lambda/core/rules/recipients.ts'
import { patienceMs } from '../ask-directory.ts'
import { notServed, readDomain, readKey, type EntryKey } from '../entry-keys.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { kindWords } from '../resolution.ts'
import { print, printJson, say } from '../terminal.ts'
import { fail, type Verb } from '../verb.ts'
import { withDirectory, type OpenDirectory } from './open.ts'
import { listedElsewhere } from './patterns.ts'

/** What the addresses shall be. `target` is as it was typed. */
export type NewEntry =
  { readonly kind: 'mailbox' | 'catch-all' | 'deny' } | { readonly kind: 'alias'; readonly target: string }

export function add(addresses: readonly string[], wanted: NewEntry, verb: Verb): Promise<ExitCode> {
  return withDirectory(verb, async (directory) => {
    const target = wanted.kind === 'alias' ? readKey(wanted.target, directory) : null
    const targetProblems = target?.answer === 'problem' ? [`--alias ${target.problem}`] : []
    const keys = readKeys(addresses, (text) => keyToAdd(text, wanted, directory))
    const entry = {
      kind: wanted.kind,
      target: target?.answer === 'key' ? target.entryKey.key : null,
      removedAt: null,
    }
    const there = await answersFor(keys.keys, directory)
    const conflicts = keys.keys.flatMap(({ key }) => conflictOf(key, there.get(key), entry))
    const problems = [...targetProblems, ...keys.problems, ...conflicts]
    if (problems.length > 0) return fail(verb, ...problems, `Nothing was added to ${directory.name}.`)
    for (const { key, domainName } of keys.keys) {
      const result = (await directory.editor.add(key, domainName, entry)) ? 'added' : 'exists'
      if (verb.json) await printJson(verb.terminal, { address: key, ...recorded(entry), result })
      else await print(verb.terminal, `${result === 'added' ? 'added' : 'there already'}: ${key} (${kindWords(entry)})`)
    }
    await sayWhatIsUnfinished(keys.keys, directory, verb)
    return exitCodes.ok
  })
}

export function remove(addresses: readonly string[], verb: Verb): Promise<ExitCode> {
  return withDirectory(verb, async (directory) => {
    const keys = readKeys(addresses, (text) => readKey(text, directory))
    const there = await answersFor(keys.keys, directory)
    const absent = keys.keys.flatMap(({ key }) => absenceOf(key, there.get(key)))
    const problems = [...keys.problems, ...absent]
    if (problems.length > 0) return fail(verb, ...problems, `Nothing was removed from ${directory.name}.`)
    for (const { key, domainName } of keys.keys) {
      const result = (await directory.editor.remove(key, domainName)) ? 'removed' : 'absent'
      if (verb.json) await printJson(verb.terminal, { address: key, result })
      else await print(verb.terminal, `${result === 'removed' ? 'removed' : 'gone already'}: ${key}`)
    }
    await sayWhatIsEmpty(keys.keys, directory, verb)
    return exitCodes.ok
  })
}

export function complete(text: string, verb: Verb): Promise<ExitCode> {
  return withDirectory(verb, async (directory) => {
    const domain = readDomain(text)
    if (domain.answer === 'problem') return fail(verb, domain.problem)
    const { name } = domain
    const stranger = notServed(name, directory) ?? listedElsewhere(name, directory)
    if (stranger !== null) return fail(verb, stranger)
    if ((await directory.editor.complete(name, new Date().toISOString())) === 'refused-empty') {
      say(
        verb.terminal,
        `Refused: the list of ${name} has no entry in ${directory.name}. A complete list without entries would make ` +
          `everybody unknown. Add who exists first: quietgate recipients add ADDRESS...`,
      )
      return exitCodes.refused
    }
    if (verb.json) await printJson(verb.terminal, { domain: name, state: 'complete' })
    else
      await print(
        verb.terminal,
        `The list of ${name} is complete: who is not in it is unknown. ${effectOf(name, directory)}`,
      )
    return exitCodes.ok
  })
}

type ReadKeys = { readonly keys: readonly EntryKey[]; readonly problems: readonly string[] }

/** Every address that can be read, each once, and what is wrong with the others. */
function readKeys(addresses: readonly string[], read: (text: string) => ReturnType<typeof readKey>): ReadKeys {
  const keys = new Map<string, EntryKey>()
  const problems: string[] = []
  for (const text of addresses) {
    const answer = read(text)
    if (answer.answer === 'problem') problems.push(answer.problem)
    else keys.set(answer.entryKey.key, answer.entryKey)
  }
  return { keys: [...keys.values()], problems }
}

function keyToAdd(text: string, { kind }: NewEntry, directory: OpenDirectory): ReturnType<typeof readKey> {
  const problem = (words: string) => ({ answer: 'problem', problem: words }) as const
  const written = kind === 'catch-all' && !text.includes('@') ? `@${text}` : text
  const read = readKey(written, directory)
  if (read.answer === 'problem') return read
  const { key, domainName, isCatchAll } = read.entryKey
  if (isCatchAll && kind !== 'catch-all')
    return problem(`${key} is the catch-all of ${domainName}: say so with --catch-all`)
  if (!isCatchAll && kind === 'catch-all') {
    return problem(`--catch-all is for a whole domain, and ${key} is an address: write @${domainName}`)
  }
  const address = parseAddress(key)
  if (kind === 'deny' && address.kind === 'address' && alwaysExists(address.localPart)) {
    return problem(`${key} exists always (RFC 5321 4.5.1, RFC 2142), and cannot be denied`)
  }
  const stranger = notServed(domainName, directory) ?? listedElsewhere(domainName, directory)
  return stranger === null ? read : problem(`${key}: ${stranger}`)
}

async function answersFor(
  keys: readonly EntryKey[],
  { ask }: OpenDirectory,
): Promise<ReadonlyMap<string, EntryAnswer>> {
  if (keys.length === 0) return new Map()
  const { entries } = await ask({ keys: keys.map(({ key }) => key), domains: [] }, AbortSignal.timeout(patienceMs))
  return entries
}

/** An entry is never turned into another one by accident: whoever wants that removes it first. */
function conflictOf(key: string, answer: EntryAnswer | undefined, wanted: DirectoryEntry): readonly string[] {
  if (answer?.answer === 'absent') return []
  if (answer?.answer !== 'found') return [unanswered(key, answer)]
  const { kind, target, removedAt } = answer.entry
  if (kind === wanted.kind && target === wanted.target && removedAt === null) return []
  return [`${key} is there already, as ${kindWords(answer.entry)}: remove it first`]
}

function absenceOf(key: string, answer: EntryAnswer | undefined): readonly string[] {
  if (answer?.answer === 'found') return []
  return [answer?.answer === 'absent' ? `${key} has no entry` : unanswered(key, answer)]
}

function unanswered(key: string, answer: EntryAnswer | undefined): string {
  return `${key}: the directory gave no answer (${answer?.answer === 'unavailable' ? answer.cause : 'unprocessed'})`
}

function recorded({ kind, target }: DirectoryEntry): object {
  return { kind, ...(target === null ? {} : { target }) }
}

async function sayWhatIsUnfinished(keys: readonly EntryKey[], { editor }: OpenDirectory, verb: Verb): Promise<void> {
  for (const name of domainsOf(keys)) {
    if ((await editor.domain(name)).answer === 'complete') continue
    say(
      verb.terminal,
      `The list of ${name} is not finished, so nobody is unknown there yet. When everybody is in it: ` +
        `quietgate recipients complete ${name}`,
    )
  }
}

async function sayWhatIsEmpty(keys: readonly EntryKey[], { editor }: OpenDirectory, verb: Verb): Promise<void> {
  for (const name of domainsOf(keys)) {
    const state = await editor.domain(name)
    if (state.answer !== 'incomplete' || state.why !== 'empty') continue
    say(
      verb.terminal,
      `${name} has no entry left, so from now on nobody is unknown there, and none of its mail is stopped for that. ` +
        `Its list still counts as finished: with the next entry that is added, everybody else is unknown again.`,
    )
  }
}

function domainsOf(keys: readonly EntryKey[]): readonly string[] {
  return [...new Set(keys.map(({ domainName }) => domainName))]
}

function effectOf(domainName: string, { policy }: OpenDirectory): string {
  const mode = policy.domains.find(({ name }) => name === domainName)?.mode ?? policy.mode
  const { unknown } = policy.recipients
  if (mode === 'enforce') return `The domain is in enforce: for the unknown, "${unknown}".`
  return `The domain is in ${mode}, so that nothing is stopped; enforce would do "${unknown}" for the unknown.`
}
