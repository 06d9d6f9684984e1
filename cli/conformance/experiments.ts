import { randomUUID } from 'node:crypto'
import type { ConformanceFile, SmtpReply } from '../../local/ses/behaviour.ts'
import { stopRecipient, watchRecipient, type Answered, type Lab, type Probe } from './lab.ts'

export type Patience = {
  readonly wait: (ms: number) => Promise<void>
  /** Milliseconds after which an event that has not come is taken for one that never will. */
  readonly longestMs: number
  readonly betweenMs: number
  readonly now: () => Date
}

export type Found =
  | { readonly kind: 'answers'; readonly file: ConformanceFile; readonly notes: readonly string[] }
  | { readonly kind: 'unreachable'; readonly why: string }

/**
 * Asks the questions that no document answers, by sending mail and looking at what comes of it. An experiment whose event does
 * not come leaves its answer open, and says so in a note.
 */
export async function experiment(lab: Lab, domain: string, patience: Patience): Promise<Found> {
  const run: Run = { lab, domain, patience, notes: [], received: new Set() }
  const unmatched = await send(run, { recipients: [`nobody-${randomUUID().slice(0, 8)}@${domain}`] })
  if (unmatched.answered.answer === 'unreachable') return { kind: 'unreachable', why: unmatched.answered.why }
  const file: ConformanceFile = {
    schema_version: 1,
    region: lab.region,
    asked_at: patience.now().toISOString(),
    unmatched_reply: replyIn(unmatched.answered, run),
    null_source: await nullSource(run),
    header_bytes: await headerBytes(run),
    stop_reaches: await stopReaches(run),
    received: await receivedForms(run),
  }
  return { kind: 'answers', file, notes: run.notes }
}

type Run = {
  readonly lab: Lab
  readonly domain: string
  readonly patience: Patience
  readonly notes: string[]
  readonly received: Set<string>
}

/** The form of an event as far as it is looked at (SES Developer Guide, "Contents of notifications"). */
type SesEvent = {
  readonly Records?: readonly {
    readonly ses?: {
      readonly mail?: {
        readonly source?: unknown
        readonly headersTruncated?: boolean
        readonly headers?: readonly { readonly name: string; readonly value: string }[]
      }
      readonly receipt?: { readonly recipients?: readonly string[] }
    }
  }[]
}

async function nullSource(run: Run): Promise<ConformanceFile['null_source']> {
  const { subject } = await send(run, { reversePath: null })
  const [event] = await eventsOf(run, subject, 1)
  if (event === undefined) return open(run, 'null_source: no event came of a message from <>.')
  const source = mailOf(event)?.source
  if (source === undefined || source === null) return 'absent'
  if (source === '' || source === '<>') return source
  return open(run, `null_source: mail.source is ${JSON.stringify(source)}, which is none of the forms that are known.`)
}

/** More than any limit that is documented, in fields that are small, so that the limit is met closely. */
async function headerBytes(run: Run): Promise<number | null> {
  const padding = Array.from({ length: 700 }, (_, at) => `X-Padding-${at}: ${'x'.repeat(90)}`)
  const { subject } = await send(run, { header: padding })
  const [event] = await eventsOf(run, subject, 1)
  const mail = event === undefined ? undefined : mailOf(event)
  if (mail?.headers === undefined) return open(run, 'header_bytes: no event came of a message with 70 KB of header.')
  if (mail.headersTruncated !== true) {
    return open(run, 'header_bytes: a header of 70 KB was not cut.')
  }
  return mail.headers.reduce((sum, { name, value }) => sum + Buffer.byteLength(name) + Buffer.byteLength(value), 0)
}

async function stopReaches(run: Run): Promise<ConformanceFile['stop_reaches']> {
  const [stop, watch] = [stopRecipient, watchRecipient].map((name) => `${name}@${run.domain}`)
  const { subject } = await send(run, { recipients: [stop ?? '', watch ?? ''] })
  const events = await eventsOf(run, subject, 2)
  const seen = new Set(events.flatMap((event) => event.Records?.[0]?.ses?.receipt?.recipients ?? []))
  if (!seen.has(stop ?? '')) return open(run, 'stop_reaches: the first rule was never run.')
  return seen.has(watch ?? '') ? 'recipients' : 'message'
}

/** A literal in HELO, and two recipients of one rule: what SES writes then is for people to read. */
async function receivedForms(run: Run): Promise<readonly string[]> {
  const recipients = ['', '+two'].map((label) => `${watchRecipient}${label}@${run.domain}`)
  const { subject } = await send(run, { helo: '[192.0.2.1]', recipients })
  await eventsOf(run, subject, 1)
  return [...run.received]
}

function replyIn({ answer, ...rest }: Answered, run: Run): SmtpReply | null {
  const refusal = 'refused' in rest ? rest.refused[0] : undefined
  const [, code, text = ''] = /^(\d{3})[ -](.*)/.exec(refusal?.reply ?? '') ?? []
  if (code === undefined) return open(run, `unmatched_reply: a recipient that no rule takes was ${answer}.`)
  // One line of what a file may hold.
  return { code: Number(code), text: text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 500) || '-' }
}

type Wanted = Partial<Pick<Probe, 'reversePath' | 'recipients' | 'helo'>> & { readonly header?: readonly string[] }

async function send(run: Run, wanted: Wanted): Promise<{ readonly subject: string; readonly answered: Answered }> {
  const { domain } = run
  // What tells the event apart stands first: a header that is cut keeps it.
  const subject = `conformance-${randomUUID()}`
  const head = [`Subject: ${subject}`, `From: conformance@${domain}`, `Message-ID: <${subject}@${domain}>`]
  const lines = [...head, ...(wanted.header ?? []), '', 'A probe of quietgate conformance.', '']
  const answered = await run.lab.send({
    reversePath: wanted.reversePath === undefined ? `conformance@${domain}` : wanted.reversePath,
    recipients: wanted.recipients ?? [`${watchRecipient}@${domain}`],
    helo: wanted.helo ?? 'conformance.invalid',
    message: lines.join('\r\n'),
  })
  return { subject, answered }
}

/** Waits until there are as many events, or until no more are to be expected. */
async function eventsOf({ lab, patience, received }: Run, subject: string, many: number): Promise<readonly SesEvent[]> {
  let events: readonly SesEvent[] = []
  for (let waited = 0; waited <= patience.longestMs; waited += patience.betweenMs) {
    events = (await lab.events(subject)) as readonly SesEvent[]
    if (events.length >= many) break
    await patience.wait(patience.betweenMs)
  }
  for (const event of events) {
    for (const wanted of ['received', 'received-spf']) {
      const line = mailOf(event)?.headers?.find(({ name }) => name.toLowerCase() === wanted)
      if (line !== undefined) received.add(`${line.name}: ${line.value}`)
    }
  }
  return events
}

function mailOf(event: SesEvent) {
  return event.Records?.[0]?.ses?.mail
}

function open({ notes }: Run, note: string): null {
  notes.push(note)
  return null
}
