import { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import { IAMClient } from '@aws-sdk/client-iam'
import { LambdaClient } from '@aws-sdk/client-lambda'
import { SESClient } from '@aws-sdk/client-ses'
import { SNSClient } from '@aws-sdk/client-sns'
import { Resolver } from 'node:dns/promises'
import { readConfiguration } from '../configuration.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { findStack, usualStack } from '../target.ts'
import { print, printJson, say, type Terminal } from '../terminal.ts'
import { fail, type Verb } from '../verb.ts'
import { createAwsAccount } from './aws-account.ts'
import { diagnose } from './diagnose.ts'
import type { Finding } from './finding.ts'
import type { Patient } from './patient.ts'

/** Looks at the deployed stack with the credentials of whoever asks. */
export async function doctor(verb: Verb): Promise<ExitCode> {
  if (verb.target.local)
    return fail(verb, 'The doctor looks at a filter in AWS; a local stack says itself what is wrong.')
  const read = readConfiguration(verb)
  if (read.answer === 'unreadable') return fail(verb, read.sentence)
  const { config, where } = read.configuration
  const target = { ...verb.target, region: verb.target.region ?? config.region }
  const found = await findStack(target, 'FilterFunction', verb.terminal)
  if (found.answer === 'missing') return fail(verb, found.sentence)
  const { outputs } = found.stack
  const output = (name: string): string => outputs.get(name) ?? ''
  const options = target.region === null ? {} : { region: target.region }
  const cloudFormation = new CloudFormationClient(options)
  const dynamoDb = found.stack.dynamoDb()
  const iam = new IAMClient(options)
  const lambda = new LambdaClient(options)
  const ses = new SESClient(options)
  const sns = new SNSClient(options)
  const account = createAwsAccount({
    region: await cloudFormation.config.region(),
    stackName: target.stack ?? usualStack,
    directoryTable: output('DirectoryTable'),
    probeFunction: output('ProbeFunction'),
    cloudFormation,
    dynamoDb,
    iam,
    lambda,
    ses,
    sns,
    resolver: new Resolver({ timeout: 3000, tries: 2 }),
  })
  const named = {
    filterFunction: output('FilterFunction'),
    mailBucket: output('MailBucket'),
    ruleSet: output('RuleSet'),
  }
  try {
    return await examine({ config, where, account, outputs: named }, verb)
  } finally {
    for (const client of [cloudFormation, dynamoDb, iam, lambda, ses, sns]) client.destroy()
  }
}

/** Says what is found: the findings on stdout, and in a sentence beside them what was looked at. */
export async function examine(
  patient: Patient,
  { terminal, json }: Pick<Verb, 'terminal' | 'json'>,
): Promise<ExitCode> {
  const findings = await diagnose(patient)
  for (const finding of findings) {
    if (json) await printJson(terminal, resultOf(finding))
    else await printFinding(terminal, finding)
  }
  const modes = [...new Set(patient.config.domains.map(({ mode }) => mode))].join(', ')
  const many = findings.length === 1 ? '1 finding' : `${findings.length} findings`
  say(terminal, `${many}. Region ${patient.account.region}, ${patient.config.domains.length} domain(s), mode ${modes}.`)
  return findings.length === 0 ? exitCodes.ok : exitCodes.findings
}

async function printFinding(terminal: Terminal, { id, severity, what, evidence, remedy }: Finding): Promise<void> {
  await print(terminal, `${severity}: ${id}: ${what}`)
  await print(terminal, `  Seen: ${evidence}`)
  await print(terminal, `  To do: ${remedy}`)
}

function resultOf({ id, severity, what, evidence, remedy }: Finding): object {
  return { id, severity, what, evidence, what_to_do: remedy }
}
