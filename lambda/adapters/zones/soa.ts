import { Resolver } from 'node:dns/promises'
import type { NegativeTtlLookup } from './negative-ttls.ts'

/** Asks the resolver of node:dns for a zone's SOA, once. `servers` as those of the policy: null for those of the system. */
export const createSoaLookup =
  (servers: readonly string[] | null, timeoutMs: number): NegativeTtlLookup =>
  async (zone, signal) => {
    if (signal.aborted) return null
    const resolver = new Resolver({ timeout: timeoutMs, tries: 1 })
    if (servers !== null) resolver.setServers(servers)
    const cancel = () => {
      resolver.cancel()
    }
    signal.addEventListener('abort', cancel)
    try {
      return (await resolver.resolveSoa(zone)).minttl
    } catch (error) {
      if (error instanceof Error && 'syscall' in error && error.syscall === 'querySoa') return null
      throw error
    } finally {
      signal.removeEventListener('abort', cancel)
    }
  }
