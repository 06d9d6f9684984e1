import { setTimeout as sleep } from 'node:timers/promises'
import { parseConfig } from '../lambda/config.ts'
import type { LocalStack } from './stack.ts'

type Settings = { readonly [name: string]: unknown }

/**
 * Whether the inbox can have what a configuration lets through: it hands over to nobody else, and keeps mail long enough to hand it over.
 */
export function takesInbox(config: Settings): boolean {
  const isFree = config['handOver'] === undefined || config['handOver'] === null
  // Any port but 25, which Lambda cannot reach.
  return isFree && parseConfig(handingOverTo(1025, config), 'npm start').kind === 'config'
}

/** The configuration, handing over to the inbox on this port. */
export function handingOverTo(port: number, config: Settings): Settings {
  return { ...config, handOver: { smtp: { host: '127.0.0.1', port, tls: 'none' } } }
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
