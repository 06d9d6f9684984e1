import {
  CloudFormationClient,
  CloudFormationServiceException,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { readFileSync } from 'node:fs'
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

/** A stack that was found, as far as a verb needs it. */
export type Target = {
  /** For people: "the local stack", "the stack Quietgate in eu-west-1". */
  readonly name: string
  readonly dynamoDb: DynamoDBClient
  readonly directoryTable: string
}

export type Found =
  { readonly answer: 'found'; readonly target: Target } | { readonly answer: 'missing'; readonly sentence: string }

/** The name that infra/app.ts gives the stack. */
export const usualStack = 'Quietgate'

/**
 * Finds the running local stack, or the deployed one by its outputs. A stack that is not there is an answer; what the
 * credentials and the network do is thrown, as the SDK throws it (`failures.ts` has the words).
 */
export function findTarget(options: TargetOptions, { env }: Terminal): Promise<Found> {
  return options.local ? findLocal(env['QUIETGATE_LOCAL'] ?? localStackFile) : findDeployed(options)
}

async function findLocal(file: string): Promise<Found> {
  const description = readDescription(file)
  if (description === null || !isRunning(description.pid)) {
    return missing('No local stack is running: start one with npm start.')
  }
  const { region, dynamoDb, outputs } = description
  const directoryTable = outputs['DirectoryTable']
  if (directoryTable === undefined) return missing(`${file} names no directory table: start the local stack again.`)
  // A second of loading that a verb against AWS is spared.
  const { operatorKeys } = await import('../local/stack.ts')
  const client = new DynamoDBClient({ region, endpoint: dynamoDb, credentials: operatorKeys, maxAttempts: 1 })
  return { answer: 'found', target: { name: 'the local stack', dynamoDb: client, directoryTable } }
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

async function findDeployed({ stack, region }: TargetOptions): Promise<Found> {
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
    const directoryTable = outputs.get('DirectoryTable')
    if (directoryTable === undefined) {
      const found = outputs.size === 0 ? 'none at all' : [...outputs.keys()].join(', ')
      return missing(
        `The stack ${name} in ${actual} should have an output DirectoryTable, and has ${found}: ` +
          'it is not finished, or not one of Quietgate. Say which one it is with --stack NAME.',
      )
    }
    const target = { name: `the stack ${name} in ${actual}`, dynamoDb: new DynamoDBClient(where), directoryTable }
    return { answer: 'found', target }
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

function missing(sentence: string): Found {
  return { answer: 'missing', sentence }
}
