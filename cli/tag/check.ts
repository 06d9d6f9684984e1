import { hmacSha1, hmacSha256 } from '../../lambda/adapters/node-hmac.ts'
import { writeAddress } from '../../lambda/core/protocol/address.ts'
import { checkPrvs } from '../../lambda/core/protocol/batv.ts'
import { checkHmacTag } from '../../lambda/core/protocol/hmac-tag.ts'
import type { TagCheck } from '../../lambda/core/protocol/keyed-hash.ts'
import { checkSrs0 } from '../../lambda/core/protocol/srs.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { print, printJson } from '../terminal.ts'
import { fail, type Verb } from '../verb.ts'
import { readTask, type TagSettings, type TagTask } from './settings.ts'

/** `quietgate tag check`. */
export async function check(address: string, settings: TagSettings, verb: Verb): Promise<ExitCode> {
  const kind = /^"?prvs=/i.test(address) ? 'prvs' : /^"?srs[01][=+-]/i.test(address) ? 'srs' : 'tag'
  const task = readTask(address, kind, settings, verb.terminal)
  if (task.answer === 'problem') return fail(verb, task.problem)
  const found = checked(kind, task, settings)
  const { terminal, json } = verb
  await (json ? printJson(terminal, { address, kind, ...outcome(found) }) : print(terminal, sentence(found)))
  return found.answer === 'genuine' ? exitCodes.ok : exitCodes.findings
}

function checked(kind: TagSettings['kind'], { localPart, domain, key, at }: TagTask, settings: TagSettings): TagCheck {
  const [mailbox, moment] = [{ localPart, domain }, at.toISOString()]
  switch (kind) {
    case 'tag':
      return checkHmacTag(mailbox, settings.delimiter, [key], moment, hmacSha256)
    case 'prvs':
      return checkPrvs(mailbox, [key], moment, hmacSha1)
    case 'srs':
      return checkSrs0(localPart, [key], moment, hmacSha1)
  }
}

function outcome(found: TagCheck): { readonly [name: string]: string } {
  if (found.answer !== 'genuine') return found
  const { answer, localPart, domain, key, lastDay } = found
  return { answer, original: writeAddress(localPart, domain), key, last_day: lastDay }
}

function sentence(found: TagCheck): string {
  switch (found.answer) {
    case 'genuine':
      return `Genuine: ${writeAddress(found.localPart, found.domain)}, until the end of ${found.lastDay} (UTC).`
    case 'expired':
      return `Expired: key ${found.key} made it, too long ago.`
    case 'no-key':
      return `Not checked: it names key ${found.key}, and --key-number says otherwise.`
    case 'wrong-hash':
      return 'Not genuine: this key did not make it for this address.'
    case 'no-tag':
      return 'There is no tag in it that can be checked.'
  }
}
