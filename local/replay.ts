import { SingleBar } from 'cli-progress'
import { mailboxOf, firstField, parseHeaderBlock } from '../lambda/core/protocol/header.ts'
import type { DecisionRecord } from '../lambda/core/record.ts'
import { countMailFiles, readMailFiles, type MailFile } from './mail-files.ts'
import { send } from './send.ts'

export type Replayed = {
  /** Messages read, taken by the listener, and refused by it (with its reply). */
  readonly read: number
  readonly accepted: number
  readonly refused: readonly { readonly name: string; readonly reply: string }[]
  /** Records of the accepted messages; equal to `accepted` when nothing was lost. */
  readonly records: number
  readonly actions: Readonly<Record<string, number>>
  readonly reasons: Readonly<Record<string, number>>
}

export type ReplayOptions = {
  readonly path: string
  readonly recipients: readonly string[]
  readonly smtpPort: number
  /** The record of an accepted message, once it has been through its rules; `null`: there is none. */
  readonly recordOf: (messageId: string) => Promise<DecisionRecord | null>
  readonly onRecord: (record: DecisionRecord) => void
  readonly progress: boolean
}

/** The client of replayed mail: none of the local zones lists it. */
const client = { clientIp: '198.51.100.10', helo: 'mail.partner.example' }

/** So many connections at once keep both instances of the function busy. */
const connections = 4

/** Sends every message below a path through the listener, and looks for the record of each. */
export async function replay(options: ReplayOptions): Promise<Replayed> {
  const tally = new Tally()
  const bar = new SingleBar({ format: '{bar} {value}/{total} messages, {eta_formatted} left', stream: process.stderr })
  if (options.progress) bar.start(countMailFiles(options.path), 0)
  const files = readMailFiles(options.path)[Symbol.asyncIterator]()
  const work = async (): Promise<void> => {
    for (let next = await files.next(); next.done !== true; next = await files.next()) {
      await replayOne(next.value, options, tally)
      if (options.progress) bar.increment()
    }
  }
  await Promise.all(Array.from({ length: connections }, work))
  if (options.progress) bar.stop()
  return tally.total()
}

async function replayOne(file: MailFile, options: ReplayOptions, tally: Tally): Promise<void> {
  tally.read += 1
  const { message } = file
  const sent = await send(options.smtpPort, {
    ...client,
    reversePath: reversePathOf(message),
    recipients: options.recipients,
    message,
  })
  if (sent.answer === 'refused') {
    tally.refused.push({ name: file.name, reply: sent.reply })
    return
  }
  tally.accepted += 1
  const record = await options.recordOf(sent.reply.split(' ').at(-1) ?? '')
  if (record === null) return
  tally.count(record)
  options.onRecord(record)
}

/** Return-Path where the file has kept it, else the From field: what the envelope sender most likely was. */
function reversePathOf(message: Buffer): string | null {
  const { fields } = parseHeaderBlock(message.subarray(0, 65_536).toString('latin1'))
  const kept = firstField(fields, 'return-path')
  if (kept !== null && kept.trim() === '<>') return null
  const address = mailboxOf(kept ?? firstField(fields, 'from') ?? '')
  return address !== null && sendable.test(address) ? address : null
}

/** What every SMTP client can write into MAIL FROM; anything else is sent with the null reverse-path. */
const sendable = /^[\x21-\x7e]{1,64}@[a-zA-Z0-9.-]{1,255}$/

class Tally {
  read = 0
  accepted = 0
  refused: { readonly name: string; readonly reply: string }[] = []
  private records = 0
  private readonly actions = new Map<string, number>()
  private readonly reasons = new Map<string, number>()

  count({ action, reasons }: DecisionRecord): void {
    this.records += 1
    this.actions.set(action, (this.actions.get(action) ?? 0) + 1)
    for (const { code } of reasons) this.reasons.set(code, (this.reasons.get(code) ?? 0) + 1)
  }

  total(): Replayed {
    const { read, accepted, refused, records } = this
    const actions = Object.fromEntries(this.actions)
    return { read, accepted, refused, records, actions, reasons: Object.fromEntries(this.reasons) }
  }
}
