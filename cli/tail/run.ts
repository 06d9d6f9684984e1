import { setTimeout as sleep } from 'node:timers/promises'
import { createS3RecordObjects } from '../../lambda/adapters/s3-record-objects.ts'
import type { DecisionRecord } from '../../lambda/core/record.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { print, printJson, say } from '../terminal.ts'
import { oneLine } from '../../lambda/core/plain-text.ts'
import { withRecords } from '../records/open-records.ts'
import type { Verb } from '../verb.ts'
import { follow } from './follow.ts'

export type TailInput = { readonly last: string; readonly follow: boolean }

/** Prints what was decided in the last minutes, and then what is decided. */
export async function tail(input: TailInput, verb: Verb): Promise<ExitCode> {
  const minutes = Number(input.last)
  if (!/^\d{1,4}$/.test(input.last) || minutes > 1440) {
    say(verb.terminal, `--last is a number of minutes up to 1440, found ${JSON.stringify(input.last.slice(0, 60))}.`)
    return exitCodes.usage
  }
  return withRecords(verb, async ({ client, bucket }) => {
    const options = {
      since: Date.now() - minutes * 60_000,
      clock: Date.now,
      wait: async () => input.follow && (await sleep(2000, true)),
    }
    const objects = createS3RecordObjects(client, bucket)
    for await (const record of follow(objects, options, new AbortController().signal)) {
      if (verb.json) await printJson(verb.terminal, record)
      else await print(verb.terminal, ...columnsOf(record))
    }
    return exitCodes.ok
  })
}

function columnsOf(record: DecisionRecord): readonly string[] {
  const {
    received_at,
    action,
    would_be_action,
    mail_from = '<>',
    recipients,
    subject = '-',
    reasons,
    message_id,
  } = record
  return [
    received_at,
    action === would_be_action ? action : `${action} (in enforce ${would_be_action})`,
    mail_from,
    recipients.map(({ address }) => address).join(', '),
    subject,
    [...new Set(reasons.map(({ code }) => code))].join(', ') || '-',
    message_id,
  ].map((text) => oneLine(text, 80))
}
