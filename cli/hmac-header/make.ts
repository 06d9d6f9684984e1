import { proofHeader } from '../../lambda/adapters/proof-header.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { print, printJson } from '../terminal.ts'
import { fail, type Verb } from '../verb.ts'
import { readSettings, type HeaderSettings } from './settings.ts'

/** `quietgate hmac-header make`. */
export async function make(from: string, settings: HeaderSettings, verb: Verb): Promise<ExitCode> {
  const read = readSettings(settings, verb.terminal)
  if (read.answer === 'problem') return fail(verb, read.problem)
  const line = proofHeader(from, read.key, read.at)
  if (line === null) return fail(verb, `${from} holds no address: a From field or user@domain is expected.`)
  await (verb.json ? printJson(verb.terminal, { from, header: line }) : print(verb.terminal, line))
  return exitCodes.ok
}
