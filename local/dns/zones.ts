import type { DnsAnswer, DnsSource } from './answers.ts'
import type { DnsFault } from './faults.ts'
import { answerAtFault } from './faults.ts'
import { isWithin, nameOf, parentOf } from './records.ts'
import type { DnsName, DnsRecord } from './records.ts'

export type Zones = DnsSource & {
  /** A record that is there already is not there twice; a second SOA or CNAME takes the place of the first. */
  readonly addRecords: (records: Iterable<DnsRecord>) => void
  /** Forgets every record at and under the name. */
  readonly removeZone: (name: string) => void
  /** Makes every name at and under `suffix` fail on purpose, until null is set. The longest suffix counts. */
  readonly setFault: (suffix: string, fault: DnsFault | null) => void
}

export type ZonesOptions = {
  /** What a name gets that lies in no zone with an SOA and has no record. @default 'NXDOMAIN' */
  readonly outside?: 'NXDOMAIN' | 'REFUSED'
}

/** Zones in memory, answered as a resolver answers that knows nothing else. */
export const createZones = (records: Iterable<DnsRecord>, { outside = 'NXDOMAIN' }: ZonesOptions = {}): Zones => {
  let tree: Tree = new Map()
  const faults = new Map<DnsName, DnsFault>()
  const addRecords = (more: Iterable<DnsRecord>) => {
    for (const record of more) place(tree, { ...record, name: nameOf(record.name) })
  }
  addRecords(records)
  return {
    addRecords,
    removeZone: (zone) => {
      const kept = [...tree.values()].flatMap((node) => [...node.values()]).filter(outsideOf(nameOf(zone)))
      tree = new Map()
      addRecords(kept)
    },
    setFault: (suffix, fault) => {
      if (fault === null) faults.delete(nameOf(suffix))
      else faults.set(nameOf(suffix), fault)
    },
    reply: (name, type) => {
      const asked = nameOf(name)
      const normal = () => {
        const answer = lookUp(tree, asked, type.toUpperCase())
        const isOurs = answer.answers.length + answer.authorities.length > 0
        return isOurs || answer.rcode !== 'NXDOMAIN' ? answer : { ...answer, rcode: outside }
      }
      for (let zone: DnsName | null = asked; zone !== null; zone = parentOf(zone)) {
        const fault = faults.get(zone)
        if (fault === undefined) continue
        return answerAtFault(fault, { name: asked, type: type.toUpperCase(), zone, soa: soaAbove(tree, zone) }, normal)
      }
      return { kind: 'answer', answer: normal(), afterMs: 0 }
    },
  }
}

/** Every name that exists, also the empty ones above a record (RFC 4592 2.2.2), and its records by what they say. */
type Tree = Map<DnsName, Map<string, DnsRecord>>

/** As many aliases as resolvers follow; a chain that is longer is taken for a loop. */
const MAX_ALIASES = 16

const outsideOf =
  (zone: DnsName) =>
  ({ name }: DnsRecord): boolean =>
    !isWithin(name, zone)

const place = (tree: Tree, record: DnsRecord): void => {
  for (let name: DnsName | null = record.name; name !== null && !tree.has(name); name = parentOf(name)) {
    tree.set(name, new Map())
  }
  const isSingle = record.type === 'SOA' || record.type === 'CNAME'
  tree.get(record.name)?.set(isSingle ? record.type : `${record.type} ${JSON.stringify(record.data)}`, record)
}

/** RFC 1034 4.3.2, without referrals: a name is answered from all that there is, as a resolver does in the end. */
const lookUp = (tree: Tree, asked: DnsName, type: string): DnsAnswer => {
  const answers: DnsRecord[] = []
  let name = asked
  for (let hops = 0; hops <= MAX_ALIASES; hops++) {
    const records = recordsAt(tree, name)
    if (records === null) return { rcode: 'NXDOMAIN', answers, authorities: soaAbove(tree, name) }
    const wanted = records.filter((record) => record.type === type || type === 'ANY')
    if (wanted.length > 0) return { rcode: 'NOERROR', answers: [...answers, ...wanted], authorities: [] }
    const alias = records.find((record) => record.type === 'CNAME')
    if (alias?.type !== 'CNAME') return { rcode: 'NOERROR', answers, authorities: soaAbove(tree, name) }
    answers.push(alias)
    name = nameOf(alias.data)
  }
  return { rcode: 'SERVFAIL', answers: [], authorities: [] }
}

/** The records of a name; else those of the wildcard under its closest encloser (RFC 4592 3.3.1); else null. */
const recordsAt = (tree: Tree, name: DnsName): readonly DnsRecord[] | null => {
  const node = tree.get(name)
  if (node !== undefined) return [...node.values()]
  let encloser = parentOf(name)
  while (encloser !== null && !tree.has(encloser)) encloser = parentOf(encloser)
  if (encloser === null) return null
  const wildcard = tree.get(encloser === '' ? '*' : `*.${encloser}`)
  return wildcard === undefined ? null : [...wildcard.values()].map((record) => ({ ...record, name }))
}

const soaAbove = (tree: Tree, name: DnsName): readonly DnsRecord[] => {
  for (let zone: DnsName | null = name; zone !== null; zone = parentOf(zone)) {
    const soa = tree.get(zone)?.get('SOA')
    if (soa?.type === 'SOA') return [{ ...soa, ttl: Math.min(soa.ttl, soa.data.minimum) }]
  }
  return []
}
