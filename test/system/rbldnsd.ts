import { chmodSync, mkdtempSync, renameSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startProgram } from './program.ts'
import { freePort } from './server-log.ts'

/** What a DNS list says. */
export type ListState =
  /** By address, IPv4 or IPv6: the codes that it answers with. An IPv6 address has one code; rbldnsd knows no more. */
  | { readonly kind: 'lists'; readonly listings: Listings }
  /** The same for every address that there is: a list that was closed, poisoned or parked, or that refuses us. */
  | { readonly kind: 'says-of-everybody'; readonly address: string }
  /** REFUSED. */
  | { readonly kind: 'refuses' }
  /** It never answers. */
  | { readonly kind: 'silent' }

export type Listings = { readonly [address: string]: readonly string[] }

/** rbldnsd, the server that most DNS lists are published with, on a port of its own. */
export type Rbldnsd = {
  readonly port: number
  /** Publishes a list anew, as its operator would: files, then SIGHUP. Resolves when the next question gets the new answer. */
  readonly publish: (zone: string, state: ListState) => Promise<void>
  readonly close: () => Promise<void>
}

/** What RFC 5782 5 wants every list to hold, in both families. */
export const testEntries: Listings = { '127.0.0.2': ['127.0.0.2'], '::ffff:7f00:2': ['127.0.0.2'] }

/** Seconds. Long enough for a resolver to remember an answer through every test. */
const ttl = 3600

/** Starts it with these lists. Others cannot be added later. */
export async function startRbldnsd(lists: ReadonlyMap<string, ListState>): Promise<Rbldnsd> {
  const folder = mkdtempSync(join(tmpdir(), 'quietgate-rbldnsd-'))
  // It refuses to be root, and must read its files.
  chmodSync(folder, 0o755)
  const port = await freePort()
  // It looks at whole seconds, and takes a file that was written twice within one for the same.
  let written = Math.floor(Date.now() / 1000) - 86_400
  const write = (zone: string, state: ListState): void => {
    written += 1
    for (const [suffix, text] of Object.entries(filesOf(state))) {
      const file = join(folder, `${zone}.${suffix}`)
      writeFileSync(`${file}.new`, text)
      utimesSync(`${file}.new`, written, written)
      renameSync(`${file}.new`, file)
    }
  }
  for (const [zone, state] of lists) write(zone, state)
  const zones = [...lists.keys()].flatMap((zone) => datasets.map((dataset) => `${zone}:${dataset}:${zone}.${dataset}`))
  const { log, signal, close } = await startProgram({
    name: 'rbldnsd',
    // -c 0: it looks at its files only when it is told to.
    args: ['-n', '-u', 'nobody:nogroup', '-w', folder, '-b', `127.0.0.1/${port}`, '-c', '0', ...zones],
    folder,
    isUp: (lines) => lines.some((line) => line.includes(' started (')),
  })
  return {
    port,
    publish: async (zone, state) => {
      write(zone, state)
      log.clear()
      signal('SIGHUP')
      await log.until((lines) => lines.some((line) => line.includes('zones reloaded')))
    },
    close,
  }
}

/** An access list stands before the two kinds of data: it says who is answered. */
const datasets = ['acl', 'ip4set', 'ip6trie'] as const

function filesOf(state: ListState): Readonly<Record<(typeof datasets)[number], string>> {
  const head = [
    '$SOA 3600 ns.lists.example hostmaster.lists.example 0 1h 15m 1w 1h',
    '$NS 3600 ns.lists.example',
    `$TTL ${ttl}`,
  ]
  const lines = (...text: readonly string[]): string => [...text, ''].join('\n')
  if (state.kind === 'refuses') return { acl: lines('0.0.0.0/0 :refuse'), ip4set: lines(...head), ip6trie: lines() }
  if (state.kind === 'silent') return { acl: lines('0.0.0.0/0 :ignore'), ip4set: lines(...head), ip6trie: lines() }
  if (state.kind === 'says-of-everybody') {
    const said = `:${state.address}:`
    return { acl: lines(), ip4set: lines(...head, `0-255 ${said}`), ip6trie: lines(...head, `::/0 ${said}`) }
  }
  const entries = Object.entries(state.listings).flatMap(([address, codes]) =>
    codes.map((code) => ({ isIpv6: address.includes(':'), line: `${address} :${code}:` })),
  )
  return {
    acl: lines(),
    ip4set: lines(...head, ...entries.filter(({ isIpv6 }) => !isIpv6).map(({ line }) => line)),
    ip6trie: lines(...head, ...entries.filter(({ isIpv6 }) => isIpv6).map(({ line }) => line)),
  }
}
