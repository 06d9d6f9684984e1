import type { DomainAnswer } from '../../lambda/core/facts.ts'
import { applyImport } from '../../lambda/import-directory.ts'
import type { ApplyOptions, Plan, Report, Unapplied, Unplanned } from '../../lambda/import-directory/import.ts'
import { createProgress } from '../progress.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { print, printJson, say } from '../terminal.ts'
import { fail, type Verb } from '../verb.ts'
import { barOf } from '../bar.ts'
import { printChanges } from './changes.ts'
import { guardWords } from './guard-words.ts'
import type { OpenImports } from './open-imports.ts'
import { planObject, unplannedObject } from './plan-json.ts'
import { counted, planLines, remarks } from './plan-words.ts'

/** `apply`: show it and do it. `dry-run`: show it. `diff`: show all of it. */
export type Manner = 'apply' | 'dry-run' | 'diff'

export type CarryOut = {
  /** Where the list came from, for people: a file's name. */
  readonly place: string
  /** What it is instead of a file of some format; null: it is one. */
  readonly from: string | null
  readonly source: string
  readonly manner: Manner
  readonly force: boolean
}

/** Nobody interrupts a verb but by ending the process, and that is safe at any moment. */
export const never = new AbortController().signal

/** Shows what a plan would change and what speaks against it, and applies it if that is wanted and allowed. */
export async function carryOut(
  planned: Plan | Unplanned,
  how: CarryOut,
  imports: OpenImports,
  verb: Verb,
): Promise<ExitCode> {
  if (planned.kind !== 'plan') {
    if (verb.json) await printJson(verb.terminal, unplannedObject(how.source, planned))
    return fail(verb, `${unplannedWords(planned, how.place)} Nothing was changed.`)
  }
  try {
    await show(planned, how, imports, verb)
    if (how.manner !== 'apply') return await checkOnly(planned, how, verb)
    const before = await domainsOf(planned, imports)
    const outcome = await apply(planned, how, imports, verb)
    if (verb.json) await printJson(verb.terminal, planObject(planned, outcome))
    return await tell(outcome, planned, before, imports, verb)
  } finally {
    await planned.sorted.remove()
  }
}

function unplannedWords(unplanned: Unplanned, place: string): string {
  if (unplanned.kind === 'no-snapshot') return unplanned.sentence
  if (unplanned.kind === 'interrupted') return `It stopped: ${unplanned.sentence}.`
  const { line, sentence } = unplanned
  return `${place}${line === null ? '' : `:${line}`}: ${sentence}${sentence.endsWith('?') ? '' : '.'}`
}

async function show(plan: Plan, { place, from, manner }: CarryOut, imports: OpenImports, verb: Verb): Promise<void> {
  const { terminal } = verb
  const { first, count } = plan.badRows
  for (const { line, value, expected } of first.slice(0, badRowsSaid)) {
    say(terminal, `${place}:${line}: expected ${expected}, found ${JSON.stringify(value)}.`)
  }
  if (count > badRowsSaid) say(terminal, `${count - badRowsSaid} more rows cannot be read.`)
  say(terminal, ...remarks(plan, imports.where))
  if (manner === 'diff') await printChanges(plan, imports, verb)
  else if (!verb.json) for (const line of planLines(plan, from)) await print(terminal, ...line.split('\t'))
}

const badRowsSaid = 20

/** Bad rows are never forced: nobody can tell what they were. */
async function checkOnly(plan: Plan, { manner, force }: CarryOut, verb: Verb): Promise<ExitCode> {
  if (verb.json && manner === 'dry-run') await printJson(verb.terminal, planObject(plan, { kind: 'planned' }))
  const against = plan.guards.filter(({ code }) => code === 'bad-rows' || !force)
  say(verb.terminal, ...against.map(guardWords))
  if (manner === 'dry-run') say(verb.terminal, 'A dry run: nothing was changed.')
  return against.length > 0 ? exitCodes.refused : exitCodes.ok
}

async function apply(plan: Plan, { force }: CarryOut, imports: OpenImports, verb: Verb): Promise<Report | Unapplied> {
  const progress = createProgress(verb.terminal)
  const onProgress: ApplyOptions['onProgress'] = ({ phase, done, of }) => progress.show(`${barOf(done, of)} ${phase}`)
  try {
    return await applyImport(plan, { by: imports.by, force, onProgress }, imports.ports, never)
  } finally {
    progress.clear()
  }
}

type DomainsBefore = ReadonlyMap<string, DomainAnswer['answer']>

async function domainsOf({ diff }: Plan, { editor }: OpenImports): Promise<DomainsBefore> {
  const names = [...diff.domains.keys()]
  const answers = await Promise.all(names.map((name) => editor.domain(name)))
  return new Map(names.map((name, index) => [name, answers[index]?.answer ?? 'unavailable']))
}

async function tell(
  outcome: Report | Unapplied,
  plan: Plan,
  before: DomainsBefore,
  imports: OpenImports,
  verb: Verb,
): Promise<ExitCode> {
  switch (outcome.kind) {
    case 'refused':
      say(verb.terminal, ...outcome.guards.map(guardWords), refusedWords(outcome.guards))
      return exitCodes.refused
    case 'locked': {
      const { by, since, until } = outcome.holder
      return fail(
        verb,
        `Another import is under way: by ${by}, since ${since}. Nothing was changed. If it has died, its lock is over ` +
          `at ${until}; then run this again.`,
      )
    }
    case 'stale':
      return fail(verb, `${plan.source} was imported by somebody else just now. Nothing was changed: run this again.`)
    case 'interrupted': {
      const { added, changed, removed } = outcome.counts
      return fail(
        verb,
        `It stopped: ${outcome.sentence}. Done until then: ${added} added, ${changed} changed, ${removed} removed. ` +
          'Nobody is unknown for that; run the same again, and it goes on.',
      )
    }
    case 'applied':
      await tellApplied(outcome, plan, before, imports, verb)
      return exitCodes.ok
  }
}

function refusedWords(guards: Extract<Unapplied, { readonly kind: 'refused' }>['guards']): string {
  const forcible = guards.every(({ code }) => code !== 'bad-rows')
  return `Refused: nothing was changed.${forcible ? ' If all of that is meant: --force.' : ''}`
}

async function tellApplied(
  { added, changed, removed, others, id }: Report,
  plan: Plan,
  before: DomainsBefore,
  { editor, name, policy }: OpenImports,
  verb: Verb,
): Promise<void> {
  if (!verb.json) {
    const grace = removed === 0 ? '' : ` (still known for ${policy.recipients.graceDays} days)`
    const what = `${added} added, ${changed} changed, ${removed} removed${grace}`
    await print(verb.terminal, `Imported ${plan.source} into ${name}: ${what}. It is import ${id}.`)
  }
  if (others > 0) {
    say(
      verb.terminal,
      `${counted(others, 'address was', 'addresses were')} added by hand or by another source, and left alone.`,
    )
  }
  for (const [domain, answer] of before) {
    const now = await editor.domain(domain)
    if (answer === 'incomplete' && now.answer === 'complete') {
      say(verb.terminal, `The list of ${domain} is complete: from now on who is not in it is unknown.`)
    } else if (now.answer === 'incomplete' && now.why === 'never-imported') {
      say(verb.terminal, `The list of ${domain} is not finished, so nobody is unknown there yet.`)
    }
  }
}
