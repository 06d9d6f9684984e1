import { addEntry, type Added } from '../../lambda/core/entries/change.ts'
import type { Entry } from '../../lambda/core/entries/entry.ts'
import { DEFAULT_DAYS, newEntry, type Wanted } from '../../lambda/core/entries/new-entry.ts'
import { readTime } from '../records/time-range.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { print, printJson, say } from '../terminal.ts'
import { fail, type Verb } from '../verb.ts'
import { failedWith, withEntries, type OpenEntries } from './open.ts'

export type AddInput = Omit<Wanted, 'until'> & { readonly days: string | null; readonly until: string | null }

export async function add({ days, until, ...wanted }: AddInput, verb: Verb): Promise<ExitCode> {
  const end = readEnd(days, until)
  if (typeof end === 'string') {
    say(verb.terminal, end)
    return exitCodes.usage
  }
  const made = newEntry({ ...wanted, until: end }, Date.now())
  if (made.answer === 'refused') {
    fail(verb, `Nothing was added: ${made.sentence}.`)
    return made.why === 'guard' ? exitCodes.refused : exitCodes.error
  }
  return withEntries(verb, (opened) => addTo(opened, made.entry, verb))
}

async function addTo({ entries, name, signal }: OpenEntries, entry: Entry, verb: Verb): Promise<ExitCode> {
  let added: Added | null = null
  const changed = await entries.change((all) => {
    added = addEntry(all, entry)
    return added.answer === 'added' ? added.entries : null
  }, signal)
  if (changed.answer === 'failed') return failedWith(changed.cause, verb)
  // The compiler does not see that the edit was called.
  const done = added as Added | null
  if (done?.answer !== 'added') return fail(verb, done?.answer === 'full' ? done.sentence : 'Nothing was added.')
  if (verb.json) await printJson(verb.terminal, { entry, replaced: done.replaced })
  else await print(verb.terminal, entry.value, entry.expires_at, entry.owner, entry.reason)
  if (done.replaced !== null) {
    const { owner, reason, expires_at } = done.replaced
    say(verb.terminal, `It takes the place of the entry of ${owner} until ${expires_at} (${reason}).`)
  }
  say(verb.terminal, `${entry.value} is ${doneWords[entry.list]} (${name}); the filter obeys within 30 seconds.`)
  if (entry.list === 'allow' && entry.kind !== 'network') {
    say(verb.terminal, 'It counts for mail that SPF or DMARC proves to come from there.')
  }
  return exitCodes.ok
}

const doneWords = { allow: 'allowed', block: 'blocked' } as const

/** A day is meant as a whole. A problem is a sentence. */
function readEnd(days: string | null, until: string | null): Wanted['until'] | string {
  if (days !== null && until !== null) return 'Say --days or --until, not both.'
  if (until !== null) {
    const time = readTime(until)
    if (time === null) return `--until is 2026-12-31 or 2026-12-31T18:00Z, found ${found(until)}.`
    return { at: time.at.getTime() + (time.isDay ? dayMs : 0) }
  }
  if (days === null) return { days: DEFAULT_DAYS }
  return /^\d{1,4}$/.test(days) && Number(days) > 0
    ? { days: Number(days) }
    : `--days is a whole number from 1 on, found ${found(days)}.`
}

const dayMs = 86_400_000

function found(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text)
}
