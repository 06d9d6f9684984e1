import { createS3RecordObjects } from '../../lambda/adapters/s3-record-objects.ts'
import { readRow } from '../../lambda/core/compaction/row.ts'
import { textOf } from '../../lambda/compact-records/unpack.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { print, printJson, say } from '../terminal.ts'
import { oneLine } from '../../lambda/core/plain-text.ts'
import { withRecords } from '../records/open-records.ts'
import { readSinceUntil } from '../records/time-range.ts'
import type { Verb } from '../verb.ts'
import { pointersBetween } from '../../lambda/quarantine/pointers.ts'

export type ListInput = { readonly since: string | null; readonly until: string | null }

/** Lists what was put aside. Sender, recipients and subject are those of the fresh record, as long as it is kept. */
export async function list({ since, until }: ListInput, verb: Verb): Promise<ExitCode> {
  const range = readSinceUntil(since, until, new Date())
  if (typeof range === 'string') {
    say(verb.terminal, range)
    return exitCodes.usage
  }
  return withRecords(verb, async ({ client, bucket, name }) => {
    const objects = createS3RecordObjects(client, bucket)
    const { signal } = new AbortController()
    let count = 0
    for await (const pointer of pointersBetween(objects, range, signal)) {
      count += 1
      const record = readRow((await textOf(objects, pointer.record_key, signal)) ?? '')
      const { mail_from, subject } = record ?? {}
      const recipients = record?.recipients.map(({ address }) => address) ?? []
      if (verb.json) await printJson(verb.terminal, { ...pointer, mail_from, subject, recipients })
      else {
        const sender = mail_from ?? (record === null ? '-' : '<>')
        const columns = [
          pointer.received_at,
          pointer.message_id,
          pointer.reasons.join(', '),
          sender,
          recipients.join(', ') || '-',
          subject ?? '-',
        ]
        await print(verb.terminal, ...columns.map((text) => oneLine(text, 80)))
      }
    }
    say(verb.terminal, `${count} ${count === 1 ? 'message is' : 'messages are'} in quarantine (${name}).`)
    return exitCodes.ok
  })
}
