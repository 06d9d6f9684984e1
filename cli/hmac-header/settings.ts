import type { TagKey } from '../../lambda/core/protocol/keyed-hash.ts'
import { readMoment } from '../moment.ts'
import { readSecret } from '../secret-key.ts'
import { minKeyOctets } from '../tag/settings.ts'
import type { Terminal } from '../terminal.ts'

export type HeaderSettings = { readonly keyFile: string | null; readonly keyName: string; readonly now: string | null }

export type ReadSettings =
  | { readonly answer: 'settings'; readonly key: TagKey; readonly at: Date }
  | { readonly answer: 'problem'; readonly problem: string }

/** Reads the key and the time. The first problem is the answer. */
export function readSettings({ keyFile, keyName, now }: HeaderSettings, terminal: Terminal): ReadSettings {
  if (!/^[\w-]{1,32}$/.test(keyName)) {
    return { answer: 'problem', problem: `--key-name is 1 to 32 of A-Z a-z 0-9 - _, found ${keyName}.` }
  }
  const moment = readMoment(now)
  if (moment.answer === 'problem') return moment
  const read = readSecret(keyFile, minKeyOctets, terminal)
  if (read.answer === 'problem') return read
  return { answer: 'settings', key: { name: keyName, secret: read.secret }, at: moment.at }
}
