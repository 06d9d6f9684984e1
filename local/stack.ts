import { Resolver as NetworkResolver } from 'node:dns/promises'
import { join } from 'node:path'
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { parseConfig, policyOf } from '../lambda/config.ts'
import { queryName } from '../lambda/core/protocol/dnsxl.ts'
import type { Endpoint } from './aws/endpoint.ts'
import type { ObjectStore } from './aws/s3.ts'
import type { DnsRecord } from './dns/records.ts'
import { resolverOf } from './dns/resolver.ts'
import { startDnsServer, type DnsServer } from './dns/server.ts'
import { startEvents } from './events.ts'
import { zoneFault, type FaultPlan } from './faults.ts'
import { poolNamed, startFunctions, type Invoked } from './functions.ts'
import type { InvocationAnswer } from './lambda/function.ts'
import type { FunctionPool } from './lambda/pool.ts'
import { principalsOf } from './principals.ts'
import { startQueues, type Queues } from './queues.ts'
import type { Resolver } from './ses/authenticate.ts'
import type { ReceivedMessage, Report } from './ses/outcome.ts'
import { assumedBehaviour, type Behaviour } from './ses/behaviour.ts'
import { createReceiver, type Receiver } from './ses/receive.ts'
import { startSmtpListener } from './ses/smtp.ts'
import { startStorage, type Storage } from './storage.ts'
import { synthesize } from './synthesize.ts'
import { readTemplate } from './template/assembly.ts'
import { functionByArn } from './template/functions.ts'
import { outputsOf } from './template/outputs.ts'
import { receiptRulesOf } from './template/receipt-rules.ts'
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
  /** What no document says of SES. @default as it is assumed */
  readonly behaviour?: Behaviour
  /** Something that the operator must hear of. */
  readonly onReport: (sentence: string) => void
  /** Each line that a function writes; its metrics are among them. */
  readonly onLog: (line: string) => void
  /** A function was run, whoever ran it. @default nothing */
  readonly onInvoked?: (invoked: Invoked) => void
  /** Added to the environment of every function, such as AWS_ENDPOINT_URL_SECRETS_MANAGER. @default nothing */
  readonly environment?: Readonly<Record<string, string>>
  /** Milliseconds that a second of waiting lasts, in a queue or before another try. @default 1000 */
  readonly queueSecondMs?: number
  /** Called with the folder of the cloud assembly before anything is started from it. @default nothing */
  readonly afterSynthesis?: (assemblyDir: string) => void
}

/** The deployed system, on one machine and from the template that deploys. */
export type LocalStack = {
  readonly smtpPort: number
  readonly region: string
  readonly s3: ObjectStore
  readonly dynamoDb: Endpoint
  readonly sqs: Endpoint
  readonly queues: Queues['queues']
  readonly dns: DnsServer
  readonly receiver: Receiver
  readonly template: Template
  /** By ARN. */
  readonly functions: ReadonlyMap<string, FunctionPool>
  /** Runs a function on an event; `which` is its logical id or its name. Throws if there is none. */
  readonly invoke: (which: string, event: unknown) => Promise<InvocationAnswer>
  /** Resolves once every accepted message has been through its rules, and no function is at work on a queue or an object. */
  readonly idle: () => Promise<void>
  /** The stack's outputs, as `cdk deploy` prints them. */
  readonly outputs: Readonly<Record<string, string>>
  readonly clients: { readonly s3: S3Client; readonly dynamoDb: DynamoDBClient }
  readonly close: () => Promise<void>
}

export type Started =
  { readonly answer: 'started'; readonly stack: LocalStack } | { readonly answer: 'refused'; readonly sentence: string }

export const accountId = '123456789012'

export { operatorKeys } from './principals.ts'

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
  const { region, onReport } = options
  const principalOf = principalsOf(template)
  const storage = await startStorage(template, { ...options, accountId, principalOf })
  const secondMs = options.queueSecondMs ?? 1000
  const queues = await startQueues(template, { region, accountId, principalOf, secondMs })
  const pools = startFunctions(template, { ...storage, sqs: queues.sqs }, options)
  const receiver = startReceiver(template, storage, pools, dns, options)
  const smtp = await startSmtp(template, receiver, dns, options)
  const invoke = (which: string, event: unknown): Promise<InvocationAnswer> =>
    poolNamed(template, pools, which).invoke(event)
  const events = startEvents(template, queues, storage.s3, {
    accountId,
    region,
    secondMs,
    schedules: options.schedules === true,
    invoke,
    onReport,
  })
  const close = async (): Promise<void> => {
    events.close()
    if (smtp.answer === 'listening') await smtp.close()
    receiver.close()
    const queuesClosed = queues.close()
    for (const pool of pools.values()) pool.close()
    storage.clients.s3.destroy()
    storage.clients.dynamoDb.destroy()
    await Promise.all([queuesClosed, storage.s3.close(), storage.dynamoDb.close(), dns.close()])
  }
  if (smtp.answer === 'refused') {
    await close()
    return smtp
  }
  const idle = async (): Promise<void> => {
    await receiver.idle()
    await events.idle()
  }
  const { port: smtpPort } = smtp
  const world = { smtpPort, region, dns, receiver, template, functions: pools, sqs: queues.sqs, queues: queues.queues }
  const parts = { ...world, idle, invoke, close }
  return { answer: 'started', stack: { ...parts, ...storage, outputs: outputsOf(template) } }
}

function startSmtp(
  template: Template,
  receiver: Receiver,
  dns: DnsServer,
  options: StackOptions,
): ReturnType<typeof startSmtpListener> {
  const { region, onReport } = options
  return startSmtpListener({
    ruleSet: onlyRuleSet(template),
    unmatchedReply: (options.behaviour ?? assumedBehaviour).unmatchedReply,
    accept: (envelope, message) => {
      if (zonesAtFault(dns, options)) onReport('A zone fails on purpose (--fault).')
      return receiver.accept(envelope, message)
    },
    port: options.smtpPort,
    portOption: '--port',
    region,
    reverseName: reverseNameOf(dns),
    onReport,
  })
}

function startReceiver(
  template: Template,
  { clients }: Storage,
  pools: ReadonlyMap<string, FunctionPool>,
  dns: DnsServer,
  { region, config, names, faults, behaviour = assumedBehaviour, onReceived, onReport }: StackOptions,
): Receiver {
  return createReceiver({
    region,
    behaviour,
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
