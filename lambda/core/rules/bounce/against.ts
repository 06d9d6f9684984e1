import type { BounceFact, ReturnedFact } from '../../bounce-facts.ts'
import type { RecipientFact } from '../../facts.ts'
import { matchesGlob } from '../../glob.ts'
import type { Counterproof } from '../../judgement.ts'
import type { Policy } from '../../policy.ts'
import { parseAddress, withoutSubAddress } from '../../protocol/address.ts'
import { withoutBatvTag } from '../../protocol/batv.ts'
import { isWithin } from '../../protocol/idna.ts'
import { ownAddress } from './identity.ts'

type Read = Extract<BounceFact, { answer: 'read' }>

/**
 * Looks for a proof against. The second and third need a complete returned header: a server that returns less has taken
 * away what would have proven it.
 */
export function findCounterproof(fact: Read, recipient: RecipientFact, policy: Policy): Counterproof | null {
  const own = ownAddress(recipient, policy)
  if (own === null) return null
  const { localPart, domain } = own
  const untagged = withoutBatvTag(localPart) ?? localPart
  const names = [untagged, ...withoutSubAddress(untagged, domain.subAddressDelimiters)].map((name) =>
    name.toLowerCase(),
  )
  if (domain.neverSends.some((glob) => names.some((name) => matchesGlob(glob, name)))) return 'never-sends'
  const { returned } = fact.report
  if (returned?.complete !== true) return null
  if (domain.sendsOnlyVia === 'ses' && returned.marksOfSes.length === 0) return 'not-sent-via-ses'
  return isUnsigned(fact, returned, policy) ? 'not-signed' : null
}

function isUnsigned(fact: Read, returned: ReturnedFact, policy: Policy): boolean {
  const from = domainOf(returned.from)
  const author = policy.domains.find(({ name }) => from !== null && isWithin(from, name))
  if (author?.allOutboundSigned !== true || hasOwnSignature(fact, policy)) return false
  // A server of ours may give a message up before it has signed it.
  const servers = [fact.report.reportingMta, returned.firstServer].filter((server) => server !== null)
  return !servers.some((server) => isOwnServer(server.toLowerCase(), policy))
}

/** A signature under a selector that nobody declared and nobody ever saw is garbage, which a forger writes for nothing. */
function hasOwnSignature({ dkim, report }: Read, { domains }: Policy): boolean {
  const seen = new Set(dkim.answer === 'heard' ? dkim.keysSeen : [])
  return (report.returned?.signatures ?? []).some(({ d, s }) => {
    const [name, selector] = [d.toLowerCase(), s.toLowerCase()]
    const own = domains.find((domain) => domain.name === name)
    return own !== undefined && (own.dkimSelectors.includes(selector) || seen.has(`${selector}._domainkey.${name}`))
  })
}

function isOwnServer(host: string, { bounces, domains }: Policy): boolean {
  return [...bounces.ownServers, ...domains.map(({ name }) => name)].some((own) => isWithin(host, own))
}

function domainOf(address: string | null): string | null {
  const read = address === null ? null : parseAddress(address)
  return read?.kind === 'address' ? read.domain : null
}
