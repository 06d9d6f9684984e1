import { createHash } from 'node:crypto'
import { rmSync } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { createS3MailStream } from '../../lambda/adapters/s3-mail-stream.ts'
import { createS3RecordObjects } from '../../lambda/adapters/s3-record-objects.ts'
import { releasableOf } from '../../lambda/core/release/releasable.ts'
import { findRecord } from '../../lambda/release/find-record.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { print, printJson, say } from '../terminal.ts'
import { withRecords } from '../records/open-records.ts'
import { fail, type Verb } from '../verb.ts'

export type SaveInput = { readonly id: string; readonly file: string; readonly evenVirus: boolean }

/** Writes the raw mail of a message into a new file, octet by octet. A file that is there is never touched. */
export function save({ id, file, evenVirus }: SaveInput, verb: Verb): Promise<ExitCode> {
  return withRecords(verb, async ({ config, client, bucket, name }) => {
    const { signal } = new AbortController()
    const { mailDays } = config.retention
    const where = { day: null, mailDays, now: Date.now() }
    const record = await findRecord(createS3RecordObjects(client, bucket), id, where, signal)
    if (record === null)
      return fail(verb, `${name} has no record of ${id} in the ${mailDays} days for which mail is kept.`)
    const { kept_key, virus } = releasableOf(record)
    if (virus && !evenVirus) {
      say(verb.terminal, `SES found a virus in ${id}: say --even-virus if it is to be a file all the same.`)
      return exitCodes.refused
    }
    const opened = kept_key === null ? null : await createS3MailStream(client)(kept_key, signal)
    if (opened === null || opened.answer === 'missing') {
      return fail(verb, `The raw mail of ${id} is gone: it is kept for ${mailDays} days.`)
    }
    if (opened.answer === 'failed') return fail(verb, `The raw mail of ${id} could not be read: ${opened.cause}.`)
    const written = await writeNew(file, opened.content)
    if (written.answer === 'exists') {
      say(verb.terminal, `${file} is there already, and is not overwritten.`)
      return exitCodes.refused
    }
    if (written.answer === 'failed') return fail(verb, `${file} could not be written: ${written.cause}.`)
    const { sha256 } = written
    if (verb.json) await printJson(verb.terminal, { message_id: id, file, octets: opened.octets, sha256 })
    else await print(verb.terminal, file, `${opened.octets} octets`, `SHA-256 ${sha256}`)
    return exitCodes.ok
  })
}

type Written =
  | { readonly answer: 'written'; readonly sha256: string }
  | { readonly answer: 'exists' }
  | { readonly answer: 'failed'; readonly cause: string }

/** What was begun and did not come to its end is taken away again: half a message looks like a whole one. */
async function writeNew(file: string, content: AsyncIterable<Uint8Array>): Promise<Written> {
  const hash = createHash('sha256')
  const hashed = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of content) {
      hash.update(chunk)
      yield chunk
    }
  }
  const opened = await openNew(file)
  if (typeof opened === 'string')
    return opened === 'EEXIST' ? { answer: 'exists' } : { answer: 'failed', cause: opened }
  try {
    await pipeline(hashed(), opened.createWriteStream())
    return { answer: 'written', sha256: hash.digest('hex') }
  } catch (error) {
    if (!(error instanceof Error)) throw error
    rmSync(file, { force: true })
    return { answer: 'failed', cause: error.message }
  }
}

/** The code of what keeps it from being made. */
async function openNew(file: string): Promise<FileHandle | string> {
  try {
    return await open(file, 'wx', 0o600)
  } catch (error) {
    if (error instanceof Error && 'code' in error) return String(error.code)
    throw error
  }
}
