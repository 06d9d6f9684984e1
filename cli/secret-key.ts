import { readFileSync } from 'node:fs'
import type { Terminal } from './terminal.ts'

export type ReadSecret =
  { readonly answer: 'secret'; readonly secret: Uint8Array } | { readonly answer: 'problem'; readonly problem: string }

/** Where the key stands if no file is named. A key on the command line would be seen by everybody on the machine. */
export const keyVariable = 'QUIETGATE_KEY'

/**
 * Reads the key of a tag or a header, as the octets that stand there; one final line end is none of them. `atLeast` is
 * in octets.
 */
export function readSecret(file: string | null, atLeast: number, { env }: Terminal): ReadSecret {
  const value = env[keyVariable]
  if (file === null && value === undefined) {
    return problem(`A key is needed: name a file that holds it with --key-file, or set ${keyVariable}.`)
  }
  const where = file === null ? keyVariable : `The key file ${file}`
  const read = file === null ? Buffer.from(value ?? '', 'utf8') : readKeyFile(file)
  if (typeof read === 'string') return problem(`${where} cannot be read: ${read}.`)
  const secret = withoutLineEnd(read)
  if (secret.length < atLeast || secret.length > maxOctets) {
    const found = `found ${secret.length} octets`
    return problem(
      `${where} holds a key of ${atLeast} to ${maxOctets} octets, ${found}. (openssl rand -hex 32 makes one.)`,
    )
  }
  return { answer: 'secret', secret }
}

const maxOctets = 4096

/** A sentence's end instead of the content, if there is none. */
function readKeyFile(file: string): Buffer | string {
  try {
    return readFileSync(file)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    return error.code === 'ENOENT' ? 'there is no such file' : error.message
  }
}

function withoutLineEnd(octets: Buffer): Buffer {
  const text = octets.toString('latin1')
  return octets.subarray(0, text.endsWith('\r\n') ? -2 : text.endsWith('\n') ? -1 : undefined)
}

function problem(text: string): ReadSecret {
  return { answer: 'problem', problem: text }
}
