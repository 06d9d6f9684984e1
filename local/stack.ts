import { Resolver as NetworkResolver } from 'node:dns/promises'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import {
  CreateTableCommand,
  DynamoDBClient,
  ResourceInUseException,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb'
import { BucketAlreadyOwnedByYou, CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { parseConfig, policyOf } from '../lambda/config.ts'
import { queryName } from '../lambda/core/protocol/dnsxl.ts'
import { createDynamoDb } from './aws/dynamodb.ts'
import type { Endpoint } from './aws/endpoint.ts'
import type { Principal } from './aws/principal.ts'
import { createS3 } from './aws/s3.ts'
import type { DnsRecord } from './dns/records.ts'
import { resolverOf } from './dns/resolver.ts'
import { startDnsServer, type DnsServer } from './dns/server.ts'
import { directoryFault, recordsFault, zoneFault, type FaultPlan } from './faults.ts'
import { accessKeyOf, poolNamed, runnableFunctions, startFunctions } from './functions.ts'
import type { InvocationAnswer } from './lambda/function.ts'
import type { FunctionPool } from './lambda/pool.ts'
import { startScheduler } from './schedule.ts'
import type { Resolver } from './ses/authenticate.ts'
import type { ReceivedMessage, Report } from './ses/outcome.ts'
import { createReceiver, type Receiver } from './ses/receive.ts'
import { startSmtpListener } from './ses/smtp.ts'
import { synthesize } from './synthesize.ts'
import { readTemplate } from './template/assembly.ts'
import { functionByArn } from './template/functions.ts'
import { outputsOf } from './template/outputs.ts'
import { receiptRulesOf } from './template/receipt-rules.ts'
import { rolePoliciesOf } from './template/role-policies.ts'
import { schedulesOf } from './template/schedules.ts'
import { bucketsOf, tablesOf } from './template/storage.ts'
import type { Template } from './template/template.ts'

export type StackOptions = {
  /** What stands under `context.quietgate` of cdk.json. */
  readonly config: { readonly [name: string]: unknown }
  readonly region: string
  /** A folder for everything that is stored; what lies in it from an earlier run is found again. */
  readonly dataDir: string
  /** 0 for any free port. */
  readonly smtpPort: number
  /** What the DNS of this machine-sized world knows. */
  readonly records: readonly DnsRecord[]
  /**
   * `own`: names are asked of a DNS server here, which knows `records` and nothing else. `network`: of the servers that the
   * configuration names, else of those of the system.
   * @default own
   */
  readonly names?: 'own' | 'network'
  readonly faults: FaultPlan
  /** Whether the schedules of the template run by the clock. `invoke` runs a function at once. @default false */
  readonly schedules?: boolean
  /** A message has been through its rules. */
  readonly onReceived: (message: ReceivedMessage) => void
  /** Something that the operator must hear of. */
  readonly onReport: (sentence: string) => void
  /** Each line that a function writes; its metrics are among them. */
  readonly onLog: (line: string) => void
  /** Added to the environment of every function, such as AWS_ENDPOINT_URL_SECRETS_MANAGER. @default nothing */
  readonly environment?: Readonly<Record<string, string>>
  /** Called with the folder of the cloud assembly before anything is started from it. @default nothing */
  readonly afterSynthesis?: (assemblyDir: string) => void
}

/** The deployed system, on one machine and from the template that deploys. */
export type LocalStack = {
  readonly smtpPort: number
  readonly region: string
  readonly s3: Endpoint
  readonly dynamoDb: Endpoint
  readonly dns: DnsServer
  readonly receiver: Receiver
  readonly template: Template
  /** By ARN. */
  readonly functions: ReadonlyMap<string, FunctionPool>
  /** Runs a function on an event; `which` is its logical id or its name. Throws if there is none. */
  readonly invoke: (which: string, event: unknown) => Promise<InvocationAnswer>
  /** The stack's outputs, as `cdk deploy` prints them. */
  readonly outputs: Readonly<Record<string, string>>
  readonly clients: { readonly s3: S3Client; readonly dynamoDb: DynamoDBClient }
  readonly close: () => Promise<void>
}

export type Started =
  { readonly answer: 'started'; readonly stack: LocalStack } | { readonly answer: 'refused'; readonly sentence: string }

export const accountId = '123456789012'

/** The keys of whoever runs the laptop: everything is allowed to them. */
export const operatorKeys = { accessKeyId: 'QUIETGATEOPERATOR', secretAccessKey: 'local' } as const

export async function startStack(options: StackOptions): Promise<Started> {
  const dns = await startDnsServer({ records: options.records })
  const assemblyDir = join(options.dataDir, 'cdk.out')
  const servers = options.names === 'network' ? {} : { servers: [dns.address] }
  const config = { ...options.config, dns: { ...settingsOf(options.config['dns']), ...servers } }
  const synthesized = await synthesize(config, options.region, assemblyDir)
  if (synthesized.answer === 'refused') {
    await dns.close()
    return synthesized
  }
  options.afterSynthesis?.(assemblyDir)
  const template = readTemplate(assemblyDir, options.region)
  const storage = await startStorage(template, options)
  const pools = startFunctions(template, storage, options)
  const receiver = startReceiver(template, storage, pools, dns, options)
  const ruleSet = onlyRuleSet(template)
  const smtp = await startSmtpListener({
    ruleSet,
    accept: (envelope, message) => {
      if (zonesAtFault(dns, options)) options.onReport('A zone fails on purpose (--fault).')
      return receiver.accept(envelope, message)
    },
    port: options.smtpPort,
    portOption: '--port',
    region: options.region,
    reverseName: reverseNameOf(dns),
    onReport: options.onReport,
  })
  const invoke = (which: string, event: unknown): Promise<InvocationAnswer> =>
    poolNamed(template, pools, which).invoke(event)
  const stopScheduler = startScheduler({
    schedules: options.schedules === true ? schedulesOf(template) : [],
    accountId,
    region: options.region,
    invoke,
    onReport: options.onReport,
  })
  const close = async (): Promise<void> => {
    stopScheduler()
    if (smtp.answer === 'listening') await smtp.close()
    receiver.close()
    for (const pool of pools.values()) pool.close()
    storage.clients.s3.destroy()
    storage.clients.dynamoDb.destroy()
    await Promise.all([storage.s3.close(), storage.dynamoDb.close(), dns.close()])
  }
  if (smtp.answer === 'refused') {
    await close()
    return smtp
  }
  const { region } = options
  const parts = { functions: pools, smtpPort: smtp.port, region, dns, receiver, template, invoke, close }
  return { answer: 'started', stack: { ...parts, ...storage, outputs: outputsOf(template) } }
}

type Storage = Pick<LocalStack, 's3' | 'dynamoDb' | 'clients'>

/** The embedded S3 and DynamoDB, with the buckets and tables of the template in them. */
async function startStorage(template: Template, { dataDir, region, faults }: StackOptions): Promise<Storage> {
  const principals = new Map<string, Principal>([[operatorKeys.accessKeyId, { kind: 'operator' }]])
  for (const fn of runnableFunctions(template)) {
    const statements = rolePoliciesOf(template, fn.roleLogicalId)
    principals.set(accessKeyOf(fn), { kind: 'role', name: fn.roleLogicalId, statements })
  }
  const principalOf = (accessKeyId: string): Principal | null => principals.get(accessKeyId) ?? null
  const tablesDir = join(dataDir, 'dynamodb')
  mkdirSync(tablesDir, { recursive: true })
  const s3 = createS3({ dataDir: join(dataDir, 's3'), region, accountId, principalOf })
  const dynamoDb = await createDynamoDb({ dataDir: tablesDir, region, accountId, principalOf })
  await Promise.all([s3.listen(), dynamoDb.listen()])
  const common = { region, credentials: operatorKeys, maxAttempts: 1 }
  const clients = {
    s3: new S3Client({ ...common, endpoint: s3.url, forcePathStyle: true }),
    dynamoDb: new DynamoDBClient({ ...common, endpoint: dynamoDb.url }),
  }
  for (const { name } of bucketsOf(template)) {
    await clients.s3.send(new CreateBucketCommand({ Bucket: name })).catch(unlessItExists)
  }
  for (const { createTable } of tablesOf(template)) {
    await clients.dynamoDb.send(new CreateTableCommand(createTable)).catch(unlessItExists)
    const wait = { client: clients.dynamoDb, maxWaitTime: 30, minDelay: 0.02, maxDelay: 0.1 }
    await waitUntilTableExists(wait, { TableName: createTable.TableName })
  }
  const { DirectoryTable, RecordBucket } = outputsOf(template)
  const directory = tablesOf(template).find(({ name }) => name === DirectoryTable)
  dynamoDb.setFault(directoryFault(faults, directory?.arn ?? ''))
  const records = bucketsOf(template).find(({ name }) => name === RecordBucket)
  s3.setFault(recordsFault(faults, records?.arn ?? ''))
  return { s3, dynamoDb, clients }
}

function startReceiver(
  template: Template,
  { clients }: Storage,
  pools: ReadonlyMap<string, FunctionPool>,
  dns: DnsServer,
  { region, config, names, faults, onReceived, onReport }: StackOptions,
): Receiver {
  return createReceiver({
    region,
    ruleSet: onlyRuleSet(template),
    resolver: names === 'network' ? networkResolver(settingsOf(config['dns'])['servers']) : resolverOf(dns),
    putObject: (bucket, key, bytes) =>
      faults.happens('mail-missing')
        ? Promise.resolve()
        : clients.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes })),
    invokeFunction: (arn, event, { timeout }) => {
      const pool = pools.get(functionByArn(template, arn)?.arn ?? '')
      if (pool === undefined)
        throw new Error(`A receipt rule names the function ${arn}, which the template does not have.`)
      return pool.invoke(event, { timeout })
    },
    duplicate: () => faults.happens('duplicate-delivery'),
    onReceived,
    onReport: ({ sentence }: Report) => onReport(sentence),
  })
}

/** Whether the next message's zones fail. A zone fails whole, for everybody who asks it, so it is set and not thrown. */
function zonesAtFault(dns: DnsServer, { config, faults }: StackOptions): boolean {
  const fault = zoneFault(faults)
  const read = parseConfig(config, 'the configuration of this stack')
  const zones = read.kind === 'config' ? policyOf(read.config).dnsxl.zones : []
  for (const { zone } of zones) dns.setFault(zone, fault)
  return fault !== null
}

function onlyRuleSet(template: Template) {
  const [ruleSet] = receiptRulesOf(template)
  if (ruleSet === undefined)
    throw new Error('The synthesized template has no receipt rule set, so that no mail can come in.')
  return ruleSet
}

/** For SPF, DKIM and DMARC. */
function networkResolver(servers: unknown): Resolver {
  const resolver = new NetworkResolver({ timeout: 1500, tries: 2 })
  if (Array.isArray(servers)) resolver.setServers(servers as readonly string[])
  return (name, type) => resolver.resolve(name, type) as ReturnType<Resolver>
}

function reverseNameOf(dns: DnsServer): (ip: string) => Promise<string | null> {
  const resolve = resolverOf(dns)
  return async (ip) => {
    const name = queryName(ip, ip.includes(':') ? 'ip6.arpa' : 'in-addr.arpa')
    const found: unknown = await resolve(name, 'PTR').catch(() => [])
    const [first] = Array.isArray(found) ? (found as readonly unknown[]) : []
    return typeof first === 'string' ? first : null
  }
}

function settingsOf(value: unknown): { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null ? (value as { readonly [name: string]: unknown }) : {}
}

function unlessItExists(error: unknown): void {
  if (!(error instanceof ResourceInUseException || error instanceof BucketAlreadyOwnedByYou)) throw error
}
