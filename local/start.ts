import { Command, InvalidArgumentError } from 'commander'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { createDirectoryEditor } from '../lambda/adapters/directory-editor.ts'
import { explain } from '../lambda/core/explain.ts'
import { shown } from '../lambda/core/plain-text.ts'
import type { DecisionRecord } from '../lambda/core/record.ts'
import { sampleRecords } from './dns/sample-zones.ts'
import { createFaultPlan, faultNames, readFault } from './faults.ts'
import { drained, handingOverTo, takesInbox } from './hand-over-to-inbox.ts'
import { createInbox, type Inbox } from './inbox.ts'
import { createLocalRecords, type LocalRecords } from './local-records.ts'
import { localStackFile, describeStack } from './local-stack-file.ts'
import { startCounting, startPage, type Counting, type Page } from './page/page.ts'
import { replay } from './replay.ts'
import { asExpected, replaySummary, sampleTable, type Judged } from './report.ts'
import { sampleDirectory, samples } from './samples.ts'
import { send } from './send.ts'
import { readConfig, readConformance, readZones } from './start-files.ts'
import { startStack, type LocalStack } from './stack.ts'

type Options = {
  readonly once: boolean
  readonly json: boolean
  readonly port: number
  readonly pagePort: number
  readonly dataDir?: string
  readonly config?: string
  readonly conformance?: string
  readonly zone: readonly string[]
  readonly fault: readonly string[]
  readonly replay?: string
  readonly rcpt: readonly string[]
}

/**
 * Ctrl-C reaches this process from the terminal and from the launcher, so that it comes twice. The first one ends it in
 * order, or at once while it is still busy; none may end it before the frozen processes are ended.
 */
let stayingUp = false
const interrupted = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (stayingUp) resolve()
      else process.exit(130)
    })
  }
})

/** `npm start`: the deployed system on this machine, a few messages through it, and then whatever is sent to it. */
async function main(options: Options): Promise<number> {
  const dataDir = resolve(options.dataDir ?? mkdtempSync(join(tmpdir(), 'quietgate-')))
  mkdirSync(dataDir, { recursive: true })
  // On `exit`, so that nothing stays behind whichever way it ends; the functions' processes are ended there, too.
  if (options.dataDir === undefined) process.once('exit', () => rmSync(dataDir, { recursive: true, force: true }))
  const faults = createFaultPlan()
  for (const text of options.fault) {
    const fault = readFault(text)
    if (fault.answer === 'refused') return refuse(fault.sentence, 2)
    faults.set(fault.name, fault.probability)
  }
  const { config, problem } = readConfig(options.config)
  if (problem !== null) return refuse(problem, 2)
  const read = readConformance(options.conformance)
  if (read.kind === 'problem') return refuse(read.sentence, 2)
  const { records: extra, problems } = readZones(options.zone)
  if (problems.length > 0) return refuse(problems.join('\n'), 2)
  const records = createLocalRecords()
  const counting = startCounting()
  const report = (sentence: string): void => void process.stderr.write(`${shown(sentence)}\n`)
  const inbox = takesInbox(config) ? await createInbox({ dataDir, onReport: report }) : null
  const started = await startStack({
    config: inbox === null ? config : handingOverTo(inbox.port, config),
    region: typeof config['region'] === 'string' ? config['region'] : 'us-east-1',
    dataDir,
    smtpPort: options.port,
    records: [...sampleRecords(), ...extra],
    faults,
    behaviour: read.behaviour,
    schedules: true,
    onReceived: (message) => {
      counting.onReceived(message)
      records.received(message)
    },
    onReport: report,
    onLog: (line) => {
      counting.onLog(line)
      records.logged(line)
    },
    onInvoked: counting.onInvoked,
  })
  if (started.answer === 'refused') {
    await inbox?.close()
    return refuse(started.sentence, 1)
  }
  return whileUp({ stack: started.stack, inbox, records, counting }, options, report)
}

type Started = Pick<Up, 'stack' | 'inbox'> & { readonly records: LocalRecords; readonly counting: Counting }

async function whileUp(started: Started, options: Options, onReport: (sentence: string) => void): Promise<number> {
  const { stack, inbox, records } = started
  records.attach(stack)
  let page: Page | null = null
  try {
    const knownRecipients = options.config === undefined ? [...sampleDirectory.keys()] : []
    // Before the first message, so that the page knows of all of them.
    if (!options.once) page = await startPage({ ...started, knownRecipients, port: options.pagePort, onReport })
    return await run({ stack, inbox, page }, records, options)
  } finally {
    await page?.close()
    await stack.close()
    await inbox?.close()
  }
}

type Up = { readonly stack: LocalStack; readonly inbox: Inbox | null; readonly page: Page | null }

async function run(up: Up, records: LocalRecords, options: Options): Promise<number> {
  const { stack } = up
  const print = (record: DecisionRecord): void => {
    if (options.json) process.stdout.write(`${JSON.stringify(record)}\n`)
  }
  let exitCode = 0
  if (options.config === undefined) {
    await seed(stack)
    exitCode = options.replay === undefined ? await tellTheStory(stack, records, options, print) : 0
  }
  if (options.replay !== undefined) {
    const replayed = await replay({
      path: options.replay,
      recipients: options.rcpt.length > 0 ? options.rcpt : ['alice@example.com'],
      smtpPort: stack.smtpPort,
      recordOf: records.of,
      onRecord: print,
      progress: process.stderr.isTTY,
    })
    say(options, replaySummary(replayed))
    if (replayed.accepted !== replayed.records) exitCode = 1
  }
  if (!options.once) await stayUp(up, records, options, print)
  else if (!(await drained(stack, 60_000)))
    return refuse('Some mail still waits to be handed over.', options.fault.length > 0 ? exitCode : 1)
  return exitCode
}

/** Sends the samples one after another, and shows what became of them. */
async function tellTheStory(
  stack: LocalStack,
  records: LocalRecords,
  options: Options,
  print: (record: DecisionRecord) => void,
): Promise<number> {
  const judged: Judged[] = []
  for (const sample of samples) {
    const sent = await send(stack.smtpPort, sample)
    const record = sent.answer === 'accepted' ? await records.of(sent.reply.split(' ').at(-1) ?? '') : null
    if (record !== null) print(record)
    judged.push({ sample, record, asExpected: asExpected(sample, record) })
  }
  say(options, sampleTable(judged))
  const wrong = judged.filter(({ asExpected }) => !asExpected)
  for (const { sample } of wrong) {
    process.stderr.write(
      `"${sample.title}" did not go as expected: ${sample.expected.action} ${sample.expected.reasons.join(', ')}\n`,
    )
  }
  return wrong.length === 0 ? 0 : 1
}

async function stayUp(
  up: Up,
  records: LocalRecords,
  options: Options,
  print: (record: DecisionRecord) => void,
): Promise<void> {
  records.onRecord((record, messageId) => {
    if (record === null) say(options, `${messageId}: no record. The raw mail is in the bucket.`)
    else {
      print(record)
      say(options, `\n${record.message_id}\n${explain(record).map(shown).join('\n')}`)
    }
  })
  mkdirSync(dirname(localStackFile), { recursive: true })
  writeFileSync(localStackFile, JSON.stringify(describeStack(up.stack, up), null, 2))
  say(options, upText(up))
  stayingUp = true
  await interrupted
  rmSync(localStackFile, { force: true })
}

function upText({ stack, inbox, page }: Up): string {
  const { RecordBucket, MailBucket, DirectoryTable } = stack.outputs
  return [
    '',
    `Send mail to 127.0.0.1:${stack.smtpPort}, such as`,
    `  swaks --server 127.0.0.1:${stack.smtpPort} --to alice@example.com --from carol@partner.example --xclient-addr 198.51.100.10`,
    `S3        ${stack.s3.url}  buckets ${RecordBucket ?? ''} (records), ${MailBucket ?? ''} (raw mail)`,
    `DynamoDB  ${stack.dynamoDb.url}  table ${DirectoryTable ?? ''}`,
    `DNS       ${stack.dns.address}`,
    ...(page === null ? [] : [`Page      ${page.url}  dashboards, decisions, the inbox`]),
    ...(inbox === null ? [] : [`Inbox     127.0.0.1:${inbox.port}  what is handed over, by SMTP`]),
    'Ctrl-C ends it.',
  ].join('\n')
}

/** Who exists at the samples' domain. Running it again changes nothing. */
async function seed(stack: LocalStack): Promise<void> {
  const editor = createDirectoryEditor(stack.clients.dynamoDb, stack.outputs['DirectoryTable'] ?? '')
  for (const [key, entry] of sampleDirectory) await editor.add(key, 'example.com', entry)
  await editor.complete('example.com', new Date().toISOString())
}

/** What is for people goes to standard error where standard output is for programs. */
function say({ json }: Options, text: string): void {
  const stream = json ? process.stderr : process.stdout
  stream.write(`${text}\n`)
}

function refuse(sentence: string, exitCode: number): number {
  process.stderr.write(`${sentence}\n`)
  return exitCode
}

function readPort(text: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port
  throw new InvalidArgumentError(`"${text}" is not a port: a whole number from 0 to 65535.`)
}

const collect = (value: string, all: readonly string[]): readonly string[] => [...all, value]
const program = new Command('npm start --')
  .description('Runs the filter on this machine, from the template that deploys, and sends it a few messages.')
  .option('--once', 'end after the samples (or the replay): 0, or 1 if one did not go as expected', false)
  .option('--json', 'print one decision record a line on standard output', false)
  .option('--port <port>', 'the SMTP port on 127.0.0.1; 0 for any that is free', readPort, 2525)
  .option('--page-port <port>', 'the port of the page on 127.0.0.1; 0 for any that is free', readPort, 8025)
  .option('--data-dir <folder>', 'keep what is stored here, and find it again (default: a temporary folder)')
  .option('--config <file>', 'a configuration instead of the one of the samples')
  .option('--conformance <file>', 'do as quietgate conformance found SES to do, where nothing is documented')
  .option('--zone <file>', 'more records for the local DNS, in master-file format (repeatable)', collect, [])
  .option(
    '--fault <name[:probability]>',
    `make a part fail on purpose (repeatable): ${faultNames.join(', ')}`,
    collect,
    [],
  )
  .option('--replay <path>', 'send every message of a file, a folder or an mbox')
  .option('--rcpt <address>', 'the recipient of replayed mail (repeatable)', collect, [])
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
program.parse()
process.exitCode = await main(program.opts<Options>())
