import type { DnsRecord } from '../../local/dns/records.ts'
import { sampleRecords } from '../../local/dns/sample-zones.ts'
import { startDnsServer } from '../../local/dns/server.ts'
import { startRbldnsd, type ListState, type Rbldnsd } from './rbldnsd.ts'
import { freePort } from './server-log.ts'
import { startUnbound, type Unbound } from './unbound.ts'

/** DNS lists, and a resolver that knows where they are. */
export type Lists = {
  readonly publish: Rbldnsd['publish']
  readonly resolver: Unbound
  /** Where the lists' own name server listens, `ns.lists.example` by its name. */
  readonly authorityPort: number
  /** Another resolver on the same lists, which drops answers in 127/8 as a guard against DNS rebinding. */
  readonly guardedResolver: Unbound
  readonly close: () => Promise<void>
}

/** `nobody`: the domain of the list is delegated to a server that is not there. */
export type ListsOptions = ReadonlyMap<string, ListState | { readonly kind: 'nobody' }>

const nameServers: readonly DnsRecord[] = [
  {
    name: 'lists.example',
    ttl: 300,
    type: 'SOA',
    data: {
      mname: 'ns.lists.example',
      rname: 'hostmaster.lists.example',
      serial: 1,
      refresh: 3600,
      retry: 900,
      expire: 604_800,
      minimum: 300,
    },
  },
  { name: 'ns.lists.example', ttl: 300, type: 'A', data: '127.0.0.1' },
]

/** Starts them with nothing in any cache. All other names are those of the samples. */
export async function startLists(lists: ListsOptions): Promise<Lists> {
  const published = [...lists].flatMap(([zone, state]) => (state.kind === 'nobody' ? [] : [[zone, state] as const]))
  const rbldnsd = await startRbldnsd(new Map(published))
  const rest = await startDnsServer({ records: [...sampleRecords(), ...nameServers] })
  const deadPort = await freePort()
  const servers = new Map([
    ...[...lists].map(([zone, { kind }]) => [zone, kind === 'nobody' ? deadPort : rbldnsd.port] as const),
    ['.', rest.port],
  ])
  const [resolver, guardedResolver] = await Promise.all([
    startUnbound({ servers }),
    startUnbound({ servers, privateAddresses: ['127.0.0.0/8'] }),
  ])
  return {
    publish: rbldnsd.publish,
    resolver,
    authorityPort: rbldnsd.port,
    guardedResolver,
    close: async () => {
      await Promise.all([resolver.close(), guardedResolver.close()])
      await Promise.all([rbldnsd.close(), rest.close()])
    },
  }
}
