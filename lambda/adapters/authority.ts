import { Resolver } from 'node:dns/promises'
import type { AuthorityLookup } from '../ports/authority-lookup.ts'
import { createAddressLookup } from './dns.ts'

export type AuthorityOptions = {
  /** The resolver that finds the name servers; `null`: the system's. */
  readonly servers: readonly string[] | null
  /** Milliseconds for one question. */
  readonly timeoutMs: number
  /** @default 53 */
  readonly port?: number
}

/** Two servers that do not answer are not worth a third packet: nothing hangs on it. */
const mostServers = 2

/** The look-up at a zone's own name servers. Nobody is asked whose zone's name holds a key: who has it is no third party's business. */
export function createAuthorityLookup({ servers, timeoutMs, port = 53 }: AuthorityOptions): AuthorityLookup {
  const lookUp = createAddressLookup({ servers, timeoutMs, retries: 0 })
  return async (zone, name, signal) => {
    if (zone.includes('{')) return null
    const hosts = await nameServersOf(zone, servers, timeoutMs)
    for (const host of hosts.slice(0, mostServers)) {
      const found = await lookUp(host, signal)
      const [address] = found.answer === 'addresses' ? found.addresses : []
      if (address === undefined) continue
      const own = createAddressLookup({ servers: [`${address}:${port}`], timeoutMs, retries: 0 })
      const answer = await own(name, signal)
      if (answer.answer !== 'failed') return answer
    }
    return null
  }
}

async function nameServersOf(
  zone: string,
  servers: readonly string[] | null,
  timeoutMs: number,
): Promise<readonly string[]> {
  const resolver = new Resolver({ timeout: timeoutMs, tries: 1 })
  if (servers !== null) resolver.setServers(servers)
  try {
    return await resolver.resolveNs(zone)
  } catch (error) {
    if (error instanceof Error && 'syscall' in error && error.syscall === 'queryNs') return []
    throw error
  }
}
