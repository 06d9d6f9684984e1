import { setTimeout as sleep } from 'node:timers/promises'
import { parseConfig } from '../lambda/config.ts'
import type { LocalStack } from './stack.ts'

type Settings = { readonly [name: string]: unknown }

/** Whether something is handed over by a configuration as it is written. */
export function handsOver(config: Settings): boolean {
  return config['handOver'] !== undefined && config['handOver'] !== null
}

/**
 * The configuration, handing over to the inbox on this port. One that is refused with a hand-over, because it keeps mail for too short a
 * time, stays as it is.
 */
export function handingOverTo(port: number, config: Settings): Settings {
  const handing = { ...config, handOver: { smtp: { host: '127.0.0.1', port, tls: 'none' } } }
  return parseConfig(handing, 'npm start').kind === 'config' ? handing : config
}

/** Waits until all that was let through is handed over; false: some of it still waits after `mostMs`. */
export async function drained(stack: LocalStack, mostMs: number): Promise<boolean> {
  const name = stack.outputs['HandOverQueue']?.split('/').at(-1) ?? ''
  const until = Date.now() + mostMs
  for (;;) {
    await stack.idle()
    if ((stack.queues.get(name)?.bodies() ?? []).length === 0) return true
    if (Date.now() > until) return false
    await sleep(20)
  }
}
