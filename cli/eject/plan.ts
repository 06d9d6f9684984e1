import { SESClient } from '@aws-sdk/client-ses'
import { setTimeout as pause } from 'node:timers/promises'
import { createDynamoDbActivationMemory } from '../../lambda/adapters/dynamodb-activation-memory.ts'
import { createSesRuleSets } from '../../lambda/adapters/ses-rule-sets.ts'
import type { RuleSets } from '../../lambda/ports/rule-sets.ts'
import { readConfiguration } from '../configuration.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { findStack, usualStack } from '../target.ts'
import { print, printJson } from '../terminal.ts'
import { fail, type Verb } from '../verb.ts'
import { stepsToLeave, type Leaving } from './steps.ts'

/** Prints the steps; `ruleSets` is SES unless a test says otherwise. */
export async function eject(verb: Verb, ruleSets: RuleSets | null = null): Promise<ExitCode> {
  const read = readConfiguration(verb)
  if (read.answer === 'unreadable') return fail(verb, read.sentence)
  const found = await findStack(verb.target, 'RuleSet', verb.terminal)
  if (found.answer === 'missing') return fail(verb, found.sentence)
  const { stack, output: ruleSet } = found
  const { config } = read.configuration
  const sets = ruleSets ?? (verb.target.local ? alwaysOurs(ruleSet) : sesRuleSets(verb))
  const dynamoDb = stack.dynamoDb()
  try {
    const memory = createDynamoDbActivationMemory(dynamoDb, stack.outputs.get('StateTable') ?? '')
    const previous = (await memory.recall(ruleSet))?.previous ?? null
    const leaving: Leaving = {
      stackName: verb.target.stack ?? usualStack,
      environment: verb.environment,
      outputs: stack.outputs,
      domains: config.domains.map(({ name }) => name),
      ownRuleSet: config.receiving.ruleSet === null,
      activates: config.receiving.activate,
      onDestroy: config.retention.onDestroy,
      active: await sets.active(),
      previous,
      previousExists: previous !== null && (await sets.rulesOf(previous)) !== null,
    }
    await printSteps(leaving, verb)
    return exitCodes.ok
  } finally {
    dynamoDb.destroy()
  }
}

async function printSteps(leaving: Leaving, { terminal, json }: Verb): Promise<void> {
  for (const [index, { title, why, commands }] of stepsToLeave(leaving).entries()) {
    if (json) {
      await printJson(terminal, { step: index + 1, title, why, commands })
      continue
    }
    await print(terminal, `${index + 1}. ${title}`)
    await print(terminal, `   ${why}`)
    for (const command of commands) await print(terminal, `     ${command}`)
  }
}

/** On one machine there is no other rule set. */
function alwaysOurs(ruleSet: string): RuleSets {
  return {
    active: () => Promise.resolve(ruleSet),
    rulesOf: () => Promise.resolve(null),
    activate: () => Promise.resolve('absent'),
  }
}

function sesRuleSets({ target: { region } }: Verb): RuleSets {
  const client = new SESClient({ maxAttempts: 1, ...(region === null ? {} : { region }) })
  return createSesRuleSets(client, { now: () => performance.now(), wait: (ms) => pause(ms) })
}
