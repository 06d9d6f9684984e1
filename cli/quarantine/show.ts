import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { createS3RecordObjects } from '../../lambda/adapters/s3-record-objects.ts'
import type { QuarantinePointer } from '../../lambda/core/effects.ts'
import { toldMessage } from '../../lambda/core/trace/told-message.ts'
import type { RecordObjects } from '../../lambda/ports/record-objects.ts'
import { searchRecords } from '../../lambda/trace.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { print, printJson } from '../terminal.ts'
import { oneLine } from '../../lambda/core/plain-text.ts'
import { withRecords } from '../trace/open-records.ts'
import { fail, type Verb } from '../verb.ts'
import { pointerPrefix, readPointer } from '../../lambda/quarantine/pointers.ts'

/** So much of the raw mail is read, and so many of its lines are shown. */
const mostOctets = 64 * 1024
const mostLines = 120

/** Shows one message that was put aside. Nothing of it is decoded: what is shown is what its sender wrote, as text. */
export function show(id: string, verb: Verb): Promise<ExitCode> {
  return withRecords(verb, async ({ client, bucket }) => {
    const objects = createS3RecordObjects(client, bucket)
    const { signal } = new AbortController()
    const pointer = await pointerOf(objects, id, signal)
    if (pointer === null) return fail(verb, `${id} is not in quarantine: see quietgate quarantine list.`)
    const at = Date.parse(pointer.received_at)
    const question = {
      recipient: null,
      sender: null,
      messageId: pointer.message_id,
      words: [],
      from: new Date(at).toISOString(),
      until: new Date(at + 1).toISOString(),
    }
    const options = { unpackAtOnce: 4, readAtOnce: 32, onProgress: () => undefined }
    const { matches } = await searchRecords(objects, question, options, signal)
    const messages = matches.flatMap((record) => toldMessage(question, record))
    const raw = pointer.kept_key === undefined ? null : await beginningOf(client, pointer.kept_key)
    if (verb.json) await printJson(verb.terminal, { ...pointer, messages, beginning: raw })
    else {
      for (const { headline, evidence, next } of messages) {
        await print(verb.terminal, oneLine(headline, 1000))
        for (const sentence of [...evidence, ...next]) await print(verb.terminal, `  - ${oneLine(sentence, 1000)}`)
      }
      await print(verb.terminal, '')
      const lines = raw?.split(/\r?\n/, mostLines) ?? ['The raw mail is gone.']
      for (const line of lines) await print(verb.terminal, oneLine(line, 200))
    }
    return exitCodes.ok
  })
}

async function pointerOf(objects: RecordObjects, id: string, signal: AbortSignal): Promise<QuarantinePointer | null> {
  for await (const page of objects.list(pointerPrefix, signal)) {
    const found = page.find(({ key }) => key.endsWith(`/${encodeURIComponent(id)}.json`))
    if (found !== undefined) return readPointer(objects, found.key, signal)
  }
  return null
}

/** Null: the raw mail is gone. */
async function beginningOf(client: S3Client, keptKey: string): Promise<string | null> {
  const [, Bucket, Key] = /^s3:\/\/([^/]+)\/([^]+)$/.exec(keptKey) ?? []
  try {
    const object = await client.send(new GetObjectCommand({ Bucket, Key, Range: `bytes=0-${mostOctets - 1}` }))
    return (await object.Body?.transformToString('utf8')) ?? null
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchKey') return null
    throw error
  }
}
