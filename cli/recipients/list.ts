import { domainWords, kindWords } from '../resolution.ts'
import { readDomain } from '../entry-keys.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { print, printJson, say } from '../terminal.ts'
import { fail, type Verb } from '../verb.ts'
import { withDirectory } from './open.ts'

/** Prints each entry as it is read: a directory may be larger than the memory. */
export function list(text: string | null, verb: Verb): Promise<ExitCode> {
  return withDirectory(verb, async ({ editor, name }) => {
    const domain = text === null ? null : readDomain(text)
    if (domain?.answer === 'problem') return fail(verb, domain.problem)
    let count = 0
    for await (const { key, entry } of editor.list(domain?.name ?? null)) {
      count += 1
      const { kind, target, removedAt } = entry
      const optional = {
        ...(target === null ? {} : { target }),
        ...(removedAt === null ? {} : { removed_at: removedAt }),
      }
      if (verb.json) await printJson(verb.terminal, { address: key, kind, ...optional })
      else await print(verb.terminal, key, kindWords(entry))
    }
    say(verb.terminal, `${count} ${count === 1 ? 'entry' : 'entries'} in ${name}.`)
    const state = domain === null ? null : domainWords(await editor.domain(domain.name), domain.name)
    if (state !== null) say(verb.terminal, state)
    return exitCodes.ok
  })
}
