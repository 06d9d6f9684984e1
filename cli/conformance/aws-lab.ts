import {
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
  waitUntilStackCreateComplete,
  waitUntilStackDeleteComplete,
  type CloudFormationClient,
} from '@aws-sdk/client-cloudformation'
import { DeleteObjectsCommand, GetObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3'
import {
  DescribeActiveReceiptRuleSetCommand,
  GetIdentityVerificationAttributesCommand,
  SetActiveReceiptRuleSetCommand,
  type SESClient,
} from '@aws-sdk/client-ses'
import type { Answered, Lab, Probe } from './lab.ts'
import { labTemplate } from './lab-template.ts'

export type AwsLab = {
  readonly region: string
  readonly domain: string
  readonly stackName: string
  readonly cloudFormation: CloudFormationClient
  readonly s3: S3Client
  readonly ses: SESClient
  readonly send: (probe: Probe) => Promise<Answered>
  /** SES takes one call about receipt rules a second. */
  readonly wait: (ms: number) => Promise<void>
}

/**
 * A lab in an account of AWS. It is refused where a receipt rule set is active: to displace it would refuse everybody's mail for
 * as long as the experiments last.
 */
export function createAwsLab(aws: AwsLab): Lab {
  let isBegun = false
  let made: Made | null = null
  return {
    region: aws.region,
    setUp: async () => {
      const reason = await whyNot(aws)
      if (reason !== null) return { answer: 'refused', sentence: reason }
      isBegun = true
      made = await makeStack(aws)
      await aws.wait(betweenCallsMs)
      await aws.ses.send(new SetActiveReceiptRuleSetCommand({ RuleSetName: made.ruleSet }))
      return { answer: 'ready' }
    },
    send: aws.send,
    events: async (subject) => (made === null ? [] : keptEvents(aws.s3, made.bucket, `events/${subject}/`)),
    tearDown: () => (isBegun ? takeDown(aws, made) : Promise.resolve([])),
  }
}

type Made = { readonly bucket: string; readonly ruleSet: string }

const betweenCallsMs = 1100

async function whyNot({ ses, domain, region }: AwsLab): Promise<string | null> {
  const { Metadata } = await ses.send(new DescribeActiveReceiptRuleSetCommand({}))
  if (Metadata?.Name !== undefined) {
    return `The receipt rule set ${Metadata.Name} is active in ${region}: take a region where none is (--region).`
  }
  const { VerificationAttributes = {} } = await ses.send(
    new GetIdentityVerificationAttributesCommand({ Identities: [domain] }),
  )
  return VerificationAttributes[domain]?.VerificationStatus === 'Success'
    ? null
    : `SES has not verified ${domain} in ${region}: without that it takes no mail for it. Verify it first.`
}

async function makeStack({ cloudFormation, stackName, domain }: AwsLab): Promise<Made> {
  await cloudFormation.send(
    new CreateStackCommand({
      StackName: stackName,
      TemplateBody: JSON.stringify(labTemplate(domain)),
      Capabilities: ['CAPABILITY_IAM'],
      OnFailure: 'DELETE',
    }),
  )
  await waitUntilStackCreateComplete({ client: cloudFormation, maxWaitTime: 600 }, { StackName: stackName })
  const { Stacks = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName: stackName }))
  const outputs = new Map(Stacks[0]?.Outputs?.map(({ OutputKey, OutputValue = '' }) => [OutputKey, OutputValue]))
  return { bucket: outputs.get('Bucket') ?? '', ruleSet: outputs.get('RuleSet') ?? '' }
}

/** In this order: an active rule set cannot be deleted, and neither can a bucket that holds something. */
async function takeDown(
  { cloudFormation, s3, ses, stackName, wait }: AwsLab,
  made: Made | null,
): Promise<readonly string[]> {
  const left: string[] = []
  const step = async (what: string, work: () => Promise<unknown>): Promise<void> => {
    try {
      await work()
    } catch (error) {
      left.push(`${what}: ${(error as Error).message}`)
    }
  }
  if (made !== null) {
    await step(`The rule set ${made.ruleSet} may still be active`, async () => {
      await wait(betweenCallsMs)
      const { Metadata } = await ses.send(new DescribeActiveReceiptRuleSetCommand({}))
      await wait(betweenCallsMs)
      if (Metadata?.Name === made.ruleSet) await ses.send(new SetActiveReceiptRuleSetCommand({}))
    })
    await step(`The bucket ${made.bucket} may still hold events`, () => emptyBucket(s3, made.bucket))
  }
  await step(`The stack ${stackName} may still be there`, async () => {
    await cloudFormation.send(new DeleteStackCommand({ StackName: stackName }))
    await waitUntilStackDeleteComplete({ client: cloudFormation, maxWaitTime: 600 }, { StackName: stackName })
  })
  return left
}

async function keptEvents(s3: S3Client, bucket: string, prefix: string): Promise<readonly unknown[]> {
  const keys = await keysIn(s3, bucket, prefix)
  return Promise.all(
    keys.map(async (Key) => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }))
      return JSON.parse((await Body?.transformToString()) ?? 'null') as unknown
    }),
  )
}

async function emptyBucket(s3: S3Client, bucket: string): Promise<void> {
  const keys = await keysIn(s3, bucket, '')
  // A run keeps a handful of events; the API takes a thousand at once.
  if (keys.length === 0) return
  await s3.send(
    new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: keys.slice(0, 1000).map((Key) => ({ Key })) } }),
  )
}

async function keysIn(s3: S3Client, bucket: string, prefix: string): Promise<readonly string[]> {
  const keys: string[] = []
  for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket: bucket, Prefix: prefix })) {
    keys.push(...Contents.map(({ Key = '' }) => Key))
  }
  return keys
}
