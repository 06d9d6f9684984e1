import type { S3Client } from '@aws-sdk/client-s3'
import { createS3MailStore } from '../../lambda/adapters/s3-mail.ts'
import { createS3RecordObjects } from '../../lambda/adapters/s3-record-objects.ts'
import { oneLine } from '../../lambda/core/plain-text.ts'
import type { Preview } from '../../lambda/core/preview.ts'
import type { DecisionRecord } from '../../lambda/core/record.ts'
import type { MailStore } from '../../lambda/ports/mail-store.ts'
import { keptMessage, unreadSentence } from '../../lambda/quarantine/kept-message.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { print, printJson, type Terminal } from '../terminal.ts'
import { withRecords } from '../records/open-records.ts'
import { fail, type Verb } from '../verb.ts'

/** Shows one message that was put aside, decoded as the widget of the dashboard shows it: as text and nothing else. */
export function show(id: string, verb: Verb): Promise<ExitCode> {
  return withRecords(verb, async ({ config, client, bucket }) => {
    const ports = {
      objects: createS3RecordObjects(client, bucket),
      mail: (record: DecisionRecord) => mailOf(client, record),
      // Older mail could not be shown.
      mailDays: config.retention.mailDays,
      clock: Date.now,
    }
    const message = await keptMessage({ id, day: null }, ports, new AbortController().signal)
    if (message === null) return fail(verb, `${id} is not in quarantine: see quietgate quarantine list.`)
    const { record, told, mail } = message
    const preview = mail.answer === 'preview' ? mail.preview : null
    if (verb.json) {
      const { message_id, received_at, kept_key } = record
      await printJson(verb.terminal, { message_id, received_at, kept_key, messages: told, preview })
      return exitCodes.ok
    }
    for (const { headline, evidence, next } of told) {
      await print(verb.terminal, oneLine(headline, 1000))
      for (const sentence of [...evidence, ...next]) await print(verb.terminal, `  - ${oneLine(sentence, 1000)}`)
    }
    await print(verb.terminal, '')
    if (mail.answer === 'preview') await printPreview(mail.preview, verb.terminal)
    else await print(verb.terminal, unreadSentence(mail))
    return exitCodes.ok
  })
}

async function printPreview(preview: Preview, terminal: Terminal): Promise<void> {
  const { fields, moreFields, text, textType, isCut, parts } = preview
  for (const { name, value } of fields) await print(terminal, oneLine(`${name}: ${value}`, 1000))
  if (moreFields > 0) await print(terminal, `(${moreFields} more fields)`)
  await print(terminal, '')
  for (const line of text?.split('\n') ?? ['(no part that is text)']) await print(terminal, oneLine(line, 1000))
  if (isCut) await print(terminal, '(there is more of it)')
  await print(terminal, '')
  for (const { type, name, octets } of parts) {
    const taken = type === textType ? ', shown above' : ''
    await print(terminal, oneLine(`Part: ${type}, ${name ?? 'no name'}, ${octets} octets${taken}`, 400))
  }
}

/** The record says where the mail lies: the key is what stands before the id, and the id. */
function mailOf(client: S3Client, { kept_key = '', message_id }: DecisionRecord): MailStore {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/([^]+)$/.exec(kept_key) ?? []
  if (bucket === undefined || key?.endsWith(message_id) !== true) {
    return () => Promise.resolve({ answer: 'failed', cause: 'missing' })
  }
  return createS3MailStore(client, bucket, key.slice(0, -message_id.length))
}
