import { hmacSha1, hmacSha256 } from '../../lambda/adapters/node-hmac.ts'
import { writeAddress } from '../../lambda/core/protocol/address.ts'
import { makePrvs } from '../../lambda/core/protocol/batv.ts'
import { makeHmacTag } from '../../lambda/core/protocol/hmac-tag.ts'
import { makeSrs0 } from '../../lambda/core/protocol/srs.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { print, printJson } from '../terminal.ts'
import { fail, type Verb } from '../verb.ts'
import { readTask, type TagSettings, type TagTask } from './settings.ts'

/** `quietgate tag make`. */
export async function make(address: string, settings: TagSettings, verb: Verb): Promise<ExitCode> {
  const task = readTask(address, settings.kind, settings, verb.terminal)
  if (task.answer === 'problem') return fail(verb, task.problem)
  const tagged = taggedForm(task, settings)
  // RFC 5321 4.5.3.1.1.
  if (Buffer.byteLength(localPartOf(tagged)) > 64) {
    return fail(verb, `${tagged} has a local part of more than 64 octets, which other servers refuse.`)
  }
  const { terminal, json } = verb
  await (json ? printJson(terminal, { address, kind: settings.kind, tagged }) : print(terminal, tagged))
  return exitCodes.ok
}

function taggedForm({ localPart, domain, key, at }: TagTask, { kind, delimiter }: TagSettings): string {
  const [mailbox, moment] = [{ localPart, domain }, at.toISOString()]
  switch (kind) {
    case 'tag':
      return writeAddress(makeHmacTag(mailbox, delimiter, key, moment, hmacSha256), domain)
    case 'prvs':
      return writeAddress(makePrvs(mailbox, key, moment, hmacSha1), domain)
    case 'srs':
      return makeSrs0(mailbox, key, moment, hmacSha1)
  }
}

function localPartOf(tagged: string): string {
  const at = tagged.lastIndexOf('@')
  return at < 0 ? tagged : tagged.slice(0, at)
}
