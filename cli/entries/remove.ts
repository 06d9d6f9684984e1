import { removeEntry } from '../../lambda/core/entries/change.ts'
import type { Entry } from '../../lambda/core/entries/entry.ts'
import { readValue } from '../../lambda/core/entries/value.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { printJson, say } from '../terminal.ts'
import { fail, type Verb } from '../verb.ts'
import { failedWith, withEntries } from './open.ts'

export async function remove(list: Entry['list'], text: string, verb: Verb): Promise<ExitCode> {
  const read = readValue(list, text)
  if (read.kind === 'refused') return fail(verb, `There can be no such entry: ${read.sentence}.`)
  return withEntries(verb, async ({ entries, name, signal }) => {
    let removed = null as Entry | null
    const changed = await entries.change((all) => {
      const without = removeEntry(all, { list, kind: read.of, value: read.value }, new Date().toISOString())
      // When an answer is lost and the edit is made again, the entry is gone by then: it was removed all the same.
      removed = without?.removed ?? removed
      return without?.entries ?? null
    }, signal)
    if (changed.answer === 'failed') return failedWith(changed.cause, verb)
    if (removed === null) {
      return fail(verb, `There is no ${list} entry for ${read.value} (${name}): see quietgate ${list} list --all.`)
    }
    if (verb.json) await printJson(verb.terminal, removed)
    say(verb.terminal, `The ${list} entry for ${read.value} is gone (${name}); the filter obeys within 30 seconds.`)
    return exitCodes.ok
  })
}
