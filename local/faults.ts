import type { Fault, FaultHook } from './aws/faults.ts'
import type { DnsFault } from './dns/faults.ts'
import type { FunctionFault } from './lambda/function.ts'

/** Every part that can be made to fail on purpose, by name. Tests and `npm start -- --fault` use the same names. */
export const faultNames = [
  'directory-down',
  'directory-slow',
  'unprocessed-keys',
  'records-refused',
  'records-slow',
  'mail-missing',
  'zone-silent',
  'zone-slow',
  'zone-lists-everything',
  'zone-error-code',
  'function-throws',
  'function-hangs',
  'function-killed',
  'function-out-of-memory',
  'function-fails-at-load',
  'duplicate-delivery',
] as const

export type FaultName = (typeof faultNames)[number]

/** Which faults happen, and how often: a probability between 0 and 1. */
export type FaultPlan = {
  readonly set: (name: FaultName, probability: number) => void
  /** Throws the dice for one occasion. */
  readonly happens: (name: FaultName) => boolean
}

export function createFaultPlan(random: () => number = Math.random): FaultPlan {
  const probabilities = new Map<FaultName, number>()
  return {
    set: (name, probability) => void probabilities.set(name, probability),
    happens: (name) => {
      const probability = probabilities.get(name) ?? 0
      return probability > 0 && random() < probability
    },
  }
}

export type ReadFault =
  | { readonly answer: 'fault'; readonly name: FaultName; readonly probability: number }
  | { readonly answer: 'refused'; readonly sentence: string }

/** Reads `NAME` or `NAME:PROBABILITY`, as the command line has it. */
export function readFault(text: string): ReadFault {
  const colon = text.indexOf(':')
  const written = colon === -1 ? text : text.slice(0, colon)
  const name = faultNames.find((known) => known === written)
  if (name === undefined) {
    return { answer: 'refused', sentence: `--fault "${written}" is not a fault; there are ${faultNames.join(', ')}.` }
  }
  const probability = colon === -1 ? 1 : Number(text.slice(colon + 1))
  if (!(probability > 0 && probability <= 1)) {
    const found = text.slice(colon + 1)
    return { answer: 'refused', sentence: `--fault ${name}:"${found}" is not a probability: more than 0, at most 1.` }
  }
  return { answer: 'fault', name, probability }
}

/** The faults of the embedded DynamoDB: only the directory's table fails. */
export function directoryFault(plan: FaultPlan, directoryTableArn: string): FaultHook {
  return ({ action, resource }): Fault | null => {
    if (action !== 'dynamodb:BatchGetItem' || resource !== directoryTableArn) return null
    if (plan.happens('directory-down')) return { kind: 'reset' }
    if (plan.happens('directory-slow')) return { kind: 'delay', ms: 3000 }
    return plan.happens('unprocessed-keys') ? { kind: 'unprocessed', keep: 1 } : null
  }
}

/** The faults of the embedded S3. SES's own put of the raw mail does not pass through it. */
export function recordsFault(plan: FaultPlan, recordBucketArn: string): FaultHook {
  return ({ action, resource }): Fault | null => {
    if (action !== 's3:PutObject' || !resource.startsWith(`${recordBucketArn}/`)) return null
    if (plan.happens('records-refused')) return { kind: 'refuse', status: 503, code: 'SlowDown' }
    return plan.happens('records-slow') ? { kind: 'delay', ms: 5000 } : null
  }
}

/** What a zone does to the next message's questions. */
export function zoneFault(plan: FaultPlan): DnsFault | null {
  if (plan.happens('zone-silent')) return { kind: 'silent' }
  if (plan.happens('zone-slow')) return { kind: 'slow', ms: 2500 }
  if (plan.happens('zone-error-code')) return { kind: 'error-code', address: '127.255.255.254' }
  return plan.happens('zone-lists-everything') ? { kind: 'lists-everything', address: '127.0.0.2' } : null
}

/** What the function does with the next event. */
export function functionFault(plan: FaultPlan): FunctionFault | null {
  if (plan.happens('function-throws')) return 'throw'
  if (plan.happens('function-hangs')) return 'hang'
  if (plan.happens('function-killed')) return 'kill'
  if (plan.happens('function-out-of-memory')) return 'out-of-memory'
  return plan.happens('function-fails-at-load') ? 'fail-at-load' : null
}
