import { Lambda, LambdaInvocationType } from 'aws-cdk-lib/aws-ses-actions'
import type { Construct } from 'constructs'
import type { Config } from '../lambda/config.ts'
import { handOverPlanOf } from '../lambda/config/hand-over-plan.ts'
import type { BundledFunction } from './bundle.ts'
import { HandOver } from './hand-over.ts'
import type { Ledger } from './ledger.ts'
import type { ReceiptRules } from './receipt-rules.ts'
import type { State } from './state.ts'
import type { Storage } from './storage.ts'
import { OrphanSweep } from './sweep.ts'

export type HandOverPartsProps = {
  readonly config: Config
  /** The bundle of a function, by its name. */
  readonly bundle: (name: string) => BundledFunction
  readonly storage: Storage
  readonly state: State
  readonly ledger: Ledger
  readonly rules: ReceiptRules
}

export type HandOverParts = {
  /** Null where the configuration hands nothing over. */
  readonly handOver: HandOver | null
  readonly sweep: OrphanSweep
}

/**
 * Adds to a filter what comes behind it: the hand-over as the last action of its receipt rule, which SES runs only for mail that
 * the filter lets go on, and the sweep for mail that it never decided about.
 */
export function addHandOver(scope: Construct, props: HandOverPartsProps): HandOverParts {
  const { config, bundle, storage, state, ledger, rules } = props
  const { logDays, mailDays } = config.retention
  const sweep = new OrphanSweep(scope, 'Sweep', { bundle: bundle('sweep'), logDays, mailDays, storage, state })
  const plan = handOverPlanOf(config)
  if (plan === null || config.handOver === null) return { handOver: null, sweep }
  const handOver = new HandOver(scope, 'HandOver', {
    receiver: bundle('hand-over'),
    worker: bundle('deliver'),
    plan,
    concurrency: config.handOver.concurrency,
    logDays,
    storage,
    ledger,
  })
  rules.rule.addAction(new Lambda({ function: handOver.receiver, invocationType: LambdaInvocationType.EVENT }))
  return { handOver, sweep }
}

/** What a stack says of them: name, value and description of each output. The command line looks for these names. */
export function handOverOutputs({ handOver, sweep }: HandOverParts): readonly (readonly [string, string, string])[] {
  return [
    ['SweepFunction', sweep.function.functionName, 'The function that looks for mail without a decision.'],
    ...(handOver === null ? [] : outputsOf(handOver)),
  ]
}

function outputsOf({ queue, deadLetters, worker }: HandOver): readonly (readonly [string, string, string])[] {
  return [
    ['HandOverQueue', queue.queueUrl, 'What is waiting to be handed over.'],
    ['HandOverDeadLetters', deadLetters.queueUrl, 'What could not be handed over.'],
    ['HandOverWorker', worker.functionName, 'The function that hands it over.'],
  ]
}
