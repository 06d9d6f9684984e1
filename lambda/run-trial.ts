import type { Message } from './core/message.ts'
import type { Policy } from './core/policy.ts'
import type { Deadlines, filter, Ports } from './filter.ts'
import type { TrialAnswer } from './trial.ts'

/**
 * Has the filter decide about the trial's message, and leaves no trace. Throws what the filter throws: here a failure is worth
 * more than a delivery. The filter is handed in, so that this file holds nothing that mail needs, and no start loads it.
 */
export async function runTrial(
  decide: typeof filter,
  message: Message,
  policy: Policy,
  ports: Ports,
  deadlines: Deadlines,
): Promise<TrialAnswer> {
  const unseen: Policy = {
    ...policy,
    mode: 'bypass',
    domains: policy.domains.map((domain) => ({ ...domain, mode: 'bypass' })),
  }
  const action = await decide(message, unseen, { ...ports, ...withoutTraces }, deadlines)
  return { disposition: ports.dispositionOf(action), trial: 'passed' }
}

const withoutTraces: Pick<Ports, 'records' | 'seen' | 'metrics' | 'directory'> = {
  records: { append: () => Promise.resolve({ answer: 'written' }), point: () => Promise.resolve('written') },
  seen: { mark: () => Promise.resolve('marked') },
  metrics: { decided: () => undefined, failed: () => undefined },
  directory: () => Promise.resolve({ entries: new Map(), domains: new Map() }),
}
