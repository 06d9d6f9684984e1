import type { AthenaClient } from '@aws-sdk/client-athena'
import {
  CloudFormationClient,
  CloudFormationServiceException,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3'
import type { SQSClient, SQSClientConfig } from '@aws-sdk/client-sqs'
import { readFileSync } from 'node:fs'
import { usualStackName } from '../lambda/config/environments.ts'
import { localStackFile, type LocalStackDescription } from '../local/local-stack-file.ts'
import type { Terminal } from './terminal.ts'

/** Which stack a verb talks to. */
export type TargetOptions = {
  readonly local: boolean
  /** null: the name that cdk.json's app gives it. */
  readonly stack: string | null
  /** null: where the credentials point. */
  readonly region: string | null
}

/** A stack that was found, and how to reach what its outputs name. */
export type FoundStack = {
  /** For people: "the local stack", "the stack Quietgate in eu-west-1". */
  readonly name: string
  /** By name; an output that was asked for is among them. */
  readonly outputs: ReadonlyMap<string, string>
  /** The DNS server of the local stack, `address:port`; null in AWS. */
  readonly dns: string | null
  readonly dynamoDb: () => DynamoDBClient
  readonly s3: () => Promise<S3Client>
  readonly sqs: () => Promise<SQSClient>
  /** Null: there is none for the local stack. */
  readonly athena: (() => Promise<AthenaClient>) | null
}

/** The stack's directory, as far as a verb needs it. */
export type Target = {
  readonly name: string
  readonly dynamoDb: DynamoDBClient
  readonly directoryTable: string
  /** null: the stack is older than the ledger. */
  readonly ledgerTable: string | null
}

export type Found = { readonly answer: 'found'; readonly target: Target } | Missing
export type FindStack = { readonly answer: 'found'; readonly stack: FoundStack; readonly output: string } | Missing
type Missing = { readonly answer: 'missing'; readonly sentence: string }

/** The name that infra/app.ts gives the stack of a configuration without environments. */
export const usualStack = usualStackName

export async function findTarget(options: TargetOptions, terminal: Terminal): Promise<Found> {
  const found = await findStack(options, 'DirectoryTable', terminal)
  if (found.answer === 'missing') return found
  const { stack, output } = found
  return {
    answer: 'found',
    target: {
      name: stack.name,
      dynamoDb: stack.dynamoDb(),
      directoryTable: output,
      ledgerTable: stack.outputs.get('LedgerTable') ?? null,
    },
  }
}

/**
 * Finds the running local stack, or the deployed one, by one of its outputs. A stack that is not there is an answer; what
 * the credentials and the network do is thrown, as the SDK throws it (`failures.ts` has the words).
 */
export function findStack(options: TargetOptions, output: string, { env }: Terminal): Promise<FindStack> {
  return options.local ? findLocal(env['QUIETGATE_LOCAL'] ?? localStackFile, output) : findDeployed(options, output)
}

async function findLocal(file: string, wanted: string): Promise<FindStack> {
  const description = readDescription(file)
  if (description === null || !isRunning(description.pid)) {
    return missing('No local stack is running: start one with npm start.')
  }
  const { region, outputs, dynamoDb, s3, sqs, dns } = description
  const output = outputs[wanted]
  if (output === undefined) return missing(`${file} names no output ${wanted}: start the local stack again.`)
  // A second of loading that a verb against AWS is spared.
  const { operatorKeys } = await import('../local/principals.ts')
  const common = { region, credentials: operatorKeys, maxAttempts: 1 }
  const stack: FoundStack = {
    name: 'the local stack',
    outputs: new Map(Object.entries(outputs)),
    dns,
    dynamoDb: () => new DynamoDBClient({ ...common, endpoint: dynamoDb }),
    s3: async () => createS3Client({ ...common, endpoint: s3, forcePathStyle: true }),
    sqs: async () => createSqsClient({ ...common, endpoint: sqs, useQueueUrlAsEndpoint: false }),
    athena: null,
  }
  return { answer: 'found', stack, output }
}

/** null for a file that is not there, or is cut short because somebody is just writing it. */
function readDescription(file: string): LocalStackDescription | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as LocalStackDescription
  } catch {
    return null
  }
}

/** A stack that was killed leaves its file behind. */
function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

async function findDeployed({ stack, region }: TargetOptions, wanted: string): Promise<FindStack> {
  const where = region === null ? {} : { region }
  const client = new CloudFormationClient(where)
  const name = stack ?? usualStack
  try {
    const actual = await client.config.region()
    const outputs = await outputsOf(client, name)
    if (outputs === null) {
      const mend = 'Deploy it with npx cdk deploy, or say which one it is with --stack NAME and --region REGION.'
      return missing(`There is no stack named ${name} in ${actual}. ${mend}`)
    }
    const output = outputs.get(wanted)
    if (output === undefined) {
      const found = outputs.size === 0 ? 'none at all' : [...outputs.keys()].join(', ')
      return missing(
        `The stack ${name} in ${actual} should have an output ${wanted}, and has ${found}: ` +
          'it is not finished, or not one of Quietgate. Say which one it is with --stack NAME.',
      )
    }
    const found: FoundStack = {
      name: `the stack ${name} in ${actual}`,
      outputs,
      dns: null,
      dynamoDb: () => new DynamoDBClient(where),
      s3: () => createS3Client(where),
      sqs: () => createSqsClient(where),
      athena: async () => {
        const athena = await import('@aws-sdk/client-athena')
        return new athena.AthenaClient(where)
      },
    }
    return { answer: 'found', stack: found, output }
  } finally {
    client.destroy()
  }
}

/** null: there is no such stack, which CloudFormation calls a ValidationError (API Reference, DescribeStacks). */
async function outputsOf(client: CloudFormationClient, name: string): Promise<ReadonlyMap<string, string> | null> {
  try {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: name }))
    const outputs = Stacks[0]?.Outputs ?? []
    return new Map(outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]))
  } catch (error) {
    const isAbsent = error instanceof CloudFormationServiceException && /does not exist/.test(error.message)
    if (isAbsent) return null
    throw error
  }
}

/** Half of the verbs need no S3, and are spared loading it. */
async function createS3Client(options: S3ClientConfig): Promise<S3Client> {
  const { S3Client } = await import('@aws-sdk/client-s3')
  return new S3Client(options)
}

async function createSqsClient(options: SQSClientConfig): Promise<SQSClient> {
  const { SQSClient } = await import('@aws-sdk/client-sqs')
  return new SQSClient(options)
}

function missing(sentence: string): Missing {
  return { answer: 'missing', sentence }
}
