import { closeSync, openSync, readSync } from 'node:fs'
import { hmacSha256 } from '../../lambda/adapters/node-hmac.ts'
import { HEADER_BOUNDS, parseHeaderBlock } from '../../lambda/core/protocol/header.ts'
import { checkHmacHeader, HMAC_HEADER_NAME, type HmacHeaderCheck } from '../../lambda/core/protocol/hmac-header.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { print, printJson } from '../terminal.ts'
import { fail, type Verb } from '../verb.ts'
import { readSettings, type HeaderSettings } from './settings.ts'

/** `quietgate hmac-header check`. */
export async function check(file: string, settings: HeaderSettings, verb: Verb): Promise<ExitCode> {
  const read = readSettings(settings, verb.terminal)
  if (read.answer === 'problem') return fail(verb, read.problem)
  const text = readStart(file)
  if (text.answer === 'problem') return fail(verb, text.problem)
  const { fields } = parseHeaderBlock(text.text)
  const found = checkHmacHeader(fields, [read.key], read.at.toISOString(), hmacSha256)
  await (verb.json ? printJson(verb.terminal, { file, ...outcome(found) }) : print(verb.terminal, sentence(found)))
  return found.answer === 'genuine' ? exitCodes.ok : exitCodes.findings
}

/** No more of it than a header may have: what follows may be large. */
function readStart(
  file: string,
): { readonly answer: 'text'; readonly text: string } | { readonly answer: 'problem'; readonly problem: string } {
  try {
    const handle = openSync(file, 'r')
    try {
      const buffer = Buffer.alloc(HEADER_BOUNDS.maxLength)
      let length = 0
      for (let got = -1; got !== 0 && length < buffer.length; length += got)
        got = readSync(handle, buffer, { offset: length })
      return { answer: 'text', text: buffer.toString('utf8', 0, length) }
    } finally {
      closeSync(handle)
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    const why = error.code === 'ENOENT' ? 'there is no such file' : error.message
    return { answer: 'problem', problem: `The message ${file} cannot be read: ${why}.` }
  }
}

function outcome(found: HmacHeaderCheck): { readonly [name: string]: string } {
  if (!('signedAt' in found)) return found
  const { signedAt, ...rest } = found
  return { ...rest, signed_at: signedAt }
}

function sentence(found: HmacHeaderCheck): string {
  switch (found.answer) {
    case 'genuine':
      return `Genuine: ${found.from} sent it, signed at ${found.signedAt}.`
    case 'expired':
      return `Expired: it was signed at ${found.signedAt}, too long ago.`
    case 'from-the-future':
      return `Not believed: it was signed at ${found.signedAt}, which is yet to come.`
    case 'no-key':
      return `Not checked: it names key ${found.key}, and --key-name says otherwise.`
    case 'wrong-hash':
      return 'Not genuine: this key did not sign it for this From address.'
    case 'unreadable':
      return `Not genuine: ${causes[found.why]}.`
    case 'absent':
      return `There is no ${HMAC_HEADER_NAME} field in the header.`
  }
}

const causes = {
  field: `the ${HMAC_HEADER_NAME} field cannot be read`,
  'no-from': 'there is no From field',
  'several-froms': 'there are several From fields, and only one can have been signed',
  from: 'there is no address in the From field',
} as const
