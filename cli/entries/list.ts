import type { Entry } from '../../lambda/core/entries/entry.ts'
import { oneLine } from '../../lambda/core/plain-text.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { print, printJson, say } from '../terminal.ts'
import type { Verb } from '../verb.ts'
import { failedWith, withEntries } from './open.ts'

export async function list(which: Entry['list'], all: boolean, verb: Verb): Promise<ExitCode> {
  return withEntries(verb, async ({ entries, name, signal }) => {
    const read = await entries.read(signal)
    if (read.answer === 'unavailable') return failedWith(read.cause, verb)
    const now = new Date().toISOString()
    const ofThis = read.entries.filter((entry) => entry.list === which).toSorted(byEnd)
    const counting = ofThis.filter(({ expires_at }) => expires_at > now)
    for (const entry of all ? ofThis : counting) {
      if (verb.json) await printJson(verb.terminal, entry)
      else await print(verb.terminal, ...columnsOf(entry, now))
    }
    const ended = ofThis.length - counting.length
    const more = ended === 0 || all ? '' : ` ${ended} ${ended === 1 ? 'has' : 'have'} ended (--all).`
    const verbs = counting.length === 1 ? 'entry counts' : 'entries count'
    say(verb.terminal, `${counting.length} ${which} ${verbs} (${name}).${more}`)
    return exitCodes.ok
  })
}

function columnsOf({ value, expires_at, owner, reason }: Entry, now: string): readonly string[] {
  const end = expires_at > now ? expires_at : `${expires_at} (ended)`
  return [value, end, oneLine(owner, 40), oneLine(reason, 120)]
}

function byEnd(one: Entry, other: Entry): number {
  if (one.expires_at === other.expires_at) return one.value < other.value ? -1 : 1
  return one.expires_at < other.expires_at ? -1 : 1
}
