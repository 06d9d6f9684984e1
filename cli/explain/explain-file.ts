import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDynamoDbDirectory } from '../../lambda/adapters/dynamodb-directory.ts'
import { policyOf } from '../../lambda/config.ts'
import type { Entry } from '../../lambda/core/entries/entry.ts'
import { canonicalIp } from '../../lambda/core/protocol/ip.ts'
import type { RecipientDirectory } from '../../lambda/ports/recipient-directory.ts'
import type { DnsRecord } from '../../local/dns/records.ts'
import { createFaultPlan } from '../../local/faults.ts'
import { createMemoryDirectory } from '../../local/memory/recipient-directory.ts'
import { readRecord } from '../../local/records.ts'
import { acceptsRecipient } from '../../local/ses/rules.ts'
import { startStack, type LocalStack } from '../../local/stack.ts'
import { receiptRulesOf } from '../../local/template/receipt-rules.ts'
import { readConfiguration, type Configuration } from '../configuration.ts'
import { readDnsFile } from '../dns-file.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { findTarget } from '../target.ts'
import { print, printJson, say } from '../terminal.ts'
import { fail, type Verb } from '../verb.ts'
import { decisionText } from './decision-text.ts'
import { readDirectoryFile } from './directory-file.ts'
import { envelopeOf, type GivenEnvelope } from './envelope.ts'
import { entriesOf, fillEntries, type GivenEntries } from './fill-entries.ts'
import { fillDirectory } from './fill-directory.ts'

/** What the command line says. Paths are relative to the caller's folder. */
export type ExplainInput = GivenEnvelope & {
  readonly path: string
  readonly dnsFile: string | null
  readonly directoryFile: string | null
  /** What the operator allows and blocks, as written. */
  readonly entries: GivenEntries
}

/**
 * Decides on a message from a file, and tells why. The decision is that of the deployed bundle: the template is
 * synthesized, and the message goes through its receipt rule into the function, in a stack of its own that ends with it.
 */
export async function explainFile(input: ExplainInput, verb: Verb): Promise<ExitCode> {
  if (input.clientIp !== null && canonicalIp(input.clientIp) === null) {
    say(verb.terminal, `--client-ip ${input.clientIp} is not an IP address: 192.0.2.1 or 2001:db8::1 would be.`)
    return exitCodes.usage
  }
  const entries = entriesOf(input.entries, Date.now())
  if ('problems' in entries) {
    say(verb.terminal, ...entries.problems)
    return exitCodes.usage
  }
  const prepared = await prepare(input, verb)
  if ('problems' in prepared) return fail(verb, ...prepared.problems)
  const dataDir = mkdtempSync(join(tmpdir(), 'quietgate-explain-'))
  const removeData = (): void => rmSync(dataDir, { recursive: true, force: true })
  process.once('exit', removeData)
  try {
    return await inStack({ ...prepared.value, entries: entries.value }, input, dataDir, verb)
  } finally {
    prepared.value.directory?.close()
    process.off('exit', removeData)
    removeData()
  }
}

type Read<T> = { readonly value: T } | { readonly problems: readonly string[] }

type Prepared = {
  readonly message: Buffer
  readonly configuration: Configuration
  /** null: the network is asked. */
  readonly records: readonly DnsRecord[] | null
  /** null: nobody said who exists. */
  readonly directory: { readonly ask: RecipientDirectory; readonly close: () => void } | null
  readonly entries: readonly Entry[]
}

/** Everything that can be wrong with the files, at once, before anything is started. */
async function prepare(input: ExplainInput, verb: Verb): Promise<Read<Omit<Prepared, 'entries'>>> {
  const message = readMessageFile(input.path)
  const configuration = readConfigurationFile(verb)
  const records = input.dnsFile === null ? { value: null } : readDnsRecords(input.dnsFile)
  const directory =
    'problems' in configuration ? { value: null } : await directoryOf(input.directoryFile, configuration.value, verb)
  if ('problems' in message || 'problems' in configuration || 'problems' in records || 'problems' in directory) {
    const parts = [message, configuration, records, directory]
    return { problems: parts.flatMap((part) => ('problems' in part ? part.problems : [])) }
  }
  const files = { message: message.value, configuration: configuration.value }
  return { value: { ...files, records: records.value, directory: directory.value } }
}

async function inStack(prepared: Prepared, input: ExplainInput, dataDir: string, verb: Verb): Promise<ExitCode> {
  if ('isTTY' in verb.terminal.stderr) say(verb.terminal, 'Building the filter as it deploys ...')
  const { config, settings } = prepared.configuration
  const started = await startStack({
    config: settings,
    region: config.region ?? 'us-east-1',
    dataDir,
    smtpPort: 0,
    records: prepared.records ?? [],
    names: prepared.records === null ? 'network' : 'own',
    faults: createFaultPlan(),
    onReceived: () => undefined,
    onReport: (sentence) => say(verb.terminal, sentence),
    onLog: (line) => {
      if (!line.startsWith('{"_aws"')) say(verb.terminal, line)
    },
  })
  if (started.answer === 'refused') return fail(verb, started.sentence)
  const { stack } = started
  try {
    return await decideIn(stack, prepared, input, verb)
  } finally {
    await stack.close()
  }
}

async function decideIn(
  stack: LocalStack,
  { message, configuration, directory, entries }: Prepared,
  input: ExplainInput,
  verb: Verb,
): Promise<ExitCode> {
  const { envelope, assumed } = envelopeOf(message, input)
  const ruleSets = receiptRulesOf(stack.template)
  const isTaken = (address: string): boolean => ruleSets.some((ruleSet) => acceptsRecipient(ruleSet, address))
  const recipients = envelope.recipients.filter(isTaken)
  if (recipients.length === 0) return fail(verb, nobodyTaken(envelope.recipients, configuration))
  say(verb.terminal, ...assumed, ...input.recipients.filter((address) => !isTaken(address)).map(refusedBySes))
  if (directory === null) say(verb.terminal, noDirectory)
  else {
    const to = { client: stack.clients.dynamoDb, table: stack.outputs['DirectoryTable'] ?? '' }
    const problems = await fillDirectory(directory.ask, recipients, policyOf(configuration.config), to)
    if (problems.length > 0) return fail(verb, ...problems)
  }
  await fillEntries(entries, stack)
  const accepted = await stack.receiver.accept({ ...envelope, recipients }, message)
  const { messageId, receivedAt } = await accepted.done
  const id = { message_id: messageId, received_at: receivedAt.toISOString() }
  const record = await readRecord(stack.clients.s3, stack.outputs['RecordBucket'] ?? '', id)
  if (record === null) return fail(verb, 'The filter left no record, so there is nothing to explain.')
  if (verb.json) await printJson(verb.terminal, record)
  else for (const line of decisionText(record, policyOf(configuration.config))) await print(verb.terminal, line)
  return exitCodes.ok
}

/** SES takes messages up to 40 MB (SES quotas). */
const mostBytes = 40 * 1024 * 1024

function readMessageFile(path: string): Read<Buffer> {
  const read = readBytes(path, 'The message')
  if ('problems' in read || read.value.length <= mostBytes) return read
  return { problems: [`The message ${path} has ${read.value.length} bytes, and SES takes at most ${mostBytes}.`] }
}

function readConfigurationFile(verb: Verb): Read<Configuration> {
  const read = readConfiguration(verb)
  return read.answer === 'read' ? { value: read.configuration } : { problems: [read.sentence] }
}

function readDnsRecords(path: string): Read<readonly DnsRecord[]> {
  const read = readDnsFile(path)
  return read.answer === 'records' ? { value: read.records } : { problems: read.problems }
}

/** Who exists: what the file says, else what the stack says that was named; else nobody says. */
async function directoryOf(
  path: string | null,
  { config }: Configuration,
  { target, terminal }: Verb,
): Promise<Read<Prepared['directory']>> {
  if (path !== null) {
    const read = readBytes(path, 'The directory (--directory)')
    if ('problems' in read) return read
    const file = readDirectoryFile(read.value.toString('utf8'), path, config.domains)
    if (file.answer === 'problems') return { problems: file.problems }
    return { value: { ask: createMemoryDirectory(file.directory), close: () => undefined } }
  }
  if (!target.local && target.stack === null) return { value: null }
  const found = await findTarget({ ...target, region: target.region ?? config.region }, terminal)
  if (found.answer === 'missing') return { problems: [found.sentence] }
  const { dynamoDb, directoryTable } = found.target
  return { value: { ask: createDynamoDbDirectory(dynamoDb, directoryTable), close: () => dynamoDb.destroy() } }
}

function readBytes(path: string, what: string): Read<Buffer> {
  try {
    return { value: readFileSync(path) }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    const why = error.code === 'ENOENT' ? 'there is no such file' : error.message
    return { problems: [`${what} ${path} cannot be read: ${why}.`] }
  }
}

function refusedBySes(address: string): string {
  return `No receipt rule takes ${address}: SES refuses it during SMTP, and the filter never sees it.`
}

function nobodyTaken(addresses: readonly string[], { config, where }: Configuration): string {
  const found = addresses.length === 0 ? 'there is none in To and Cc' : `found ${addresses.slice(0, 5).join(', ')}`
  return (
    `Expected a recipient at ${config.domains
      .map(({ name }) => name)
      .slice(0, 5)
      .join(', ')} (${where}, domains), ` +
    `${found}. SES refuses all others during SMTP. Name the recipients with --rcpt.`
  )
}

const noDirectory =
  'Nobody said who exists, so that every look-up ends in "unavailable": name a list with --directory, or a stack with --local or --stack.'
