import {
  DescribeActiveReceiptRuleSetCommand,
  DescribeReceiptRuleSetCommand,
  RuleSetDoesNotExistException,
  SetActiveReceiptRuleSetCommand,
  type ReceiptRule,
  type SESClient,
} from '@aws-sdk/client-ses'
import type { ReceiptRuleFound, RuleSets } from '../ports/rule-sets.ts'
import { awsFailure } from './aws-failure.ts'

/** Milliseconds. */
export type Pace = {
  /** Since any moment, never set back. */
  readonly now: () => number
  readonly wait: (ms: number) => Promise<void>
}

/** SES Developer Guide, "Service quotas": every call about receipt rules, once a second; a little more, for the clocks. */
const betweenCallsMs = 1100

/** Others use the same quota: a console that is open, another deploy. Twice as long each time, a minute in all. */
const backoffMs = [2000, 4000, 8000, 16_000, 30_000]

/** The rule sets as SES's API v1 has them. The client must not repeat calls by itself, or it would overrun the quota. */
export function createSesRuleSets(client: SESClient, pace: Pace): RuleSets {
  let lastCallEnded = -Infinity
  const once = async <T>(call: () => Promise<T>): Promise<T> => {
    const due = lastCallEnded + betweenCallsMs - pace.now()
    if (due > 0) await pace.wait(due)
    try {
      return await call()
    } finally {
      lastCallEnded = pace.now()
    }
  }
  const repeated = async <T>(call: () => Promise<T>, tries = 0): Promise<T> => {
    try {
      return await once(call)
    } catch (error) {
      const pause = backoffMs[tries]
      if (pause === undefined || awsFailure(error, never) === 'refused') throw error
      await pace.wait(pause)
      return repeated(call, tries + 1)
    }
  }
  return {
    active: async () => {
      const { Metadata } = await repeated(() => client.send(new DescribeActiveReceiptRuleSetCommand({})))
      return Metadata?.Name ?? null
    },
    rulesOf: async (ruleSet) => {
      try {
        const { Rules } = await repeated(() => client.send(new DescribeReceiptRuleSetCommand({ RuleSetName: ruleSet })))
        return (Rules ?? []).map(ruleFound)
      } catch (error) {
        if (error instanceof RuleSetDoesNotExistException) return null
        throw error
      }
    },
    activate: async (ruleSet) => {
      const command = new SetActiveReceiptRuleSetCommand(ruleSet === null ? {} : { RuleSetName: ruleSet })
      try {
        await repeated(() => client.send(command))
        return 'activated'
      } catch (error) {
        if (error instanceof RuleSetDoesNotExistException) return 'absent'
        throw error
      }
    },
  }
}

/** Lambda ends the function when its time is over; nobody else does. */
const never = new AbortController().signal

function ruleFound({ Name, Enabled, Recipients }: ReceiptRule): ReceiptRuleFound {
  return { name: Name ?? '', enabled: Enabled === true, recipients: Recipients ?? [] }
}
