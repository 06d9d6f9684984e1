import { parseAddress } from '../../lambda/core/protocol/address.ts'
import type { TagKey } from '../../lambda/core/protocol/keyed-hash.ts'
import { readMoment } from '../moment.ts'
import { readSecret } from '../secret-key.ts'
import type { Terminal } from '../terminal.ts'

export type TagSettings = {
  readonly kind: 'tag' | 'prvs' | 'srs'
  readonly keyFile: string | null
  readonly keyNumber: string
  readonly delimiter: string
  readonly now: string | null
}

export type TagTask = {
  readonly answer: 'task'
  readonly localPart: string
  /** In A-labels and lower case. */
  readonly domain: string
  readonly key: TagKey
  readonly at: Date
}

export type ReadTask = TagTask | { readonly answer: 'problem'; readonly problem: string }

/** Octets of a key of our own formats. Those of prvs and SRS were chosen for another server. */
export const minKeyOctets = 32

/** Reads what making and checking have in common. The first problem is the answer. */
export function readTask(text: string, kind: TagSettings['kind'], settings: TagSettings, terminal: Terminal): ReadTask {
  const address = parseAddress(text)
  if (address.kind === 'unreadable') return problem(`${text} is not an address (${address.why}).`)
  if (address.domain === '') return problem(`${text} is not a whole address: user@domain is expected.`)
  if (!delimiterForm.test(settings.delimiter)) {
    return problem(`--delimiter is one character that an address may hold, such as +, found ${settings.delimiter}.`)
  }
  const moment = readMoment(settings.now)
  if (moment.answer === 'problem') return moment
  const read = readSecret(settings.keyFile, kind === 'tag' ? minKeyOctets : 1, terminal)
  if (read.answer === 'problem') return read
  const { localPart, domain } = address
  return { answer: 'task', localPart, domain, key: { name: settings.keyNumber, secret: read.secret }, at: moment.at }
}

function problem(text: string): ReadTask {
  return { answer: 'problem', problem: text }
}

const delimiterForm = /^[!#$%&'*+/=?^_`{|}~-]$/
