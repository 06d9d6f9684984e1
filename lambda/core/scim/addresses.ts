import { foldLocalPart, parseAddress, writeAddress } from '../protocol/address.ts'
import { field, isList, isObject, type Json, type JsonObject } from './json.ts'
import { isActive, type Resource } from './resources.ts'

/** A domain that is served, how its local parts are compared, and under which other domain they are listed if not its own. */
export type ServedDomain = { readonly name: string; readonly foldCase: boolean; readonly aliasOf: string | null }

/** What a user or a group is in the directory. */
export type HeldAddress = {
  /** As the directory writes its keys. */
  readonly address: string
  readonly domainName: string
  readonly kind: 'mailbox' | 'alias' | 'group'
  /** Of an alias: the mailbox. */
  readonly target: string | null
}

/** Of one resource. Exchange Online allows 300 for a mailbox. */
export const mostAddresses = 300

/** Characters. RFC 5321 4.5.3.1 has 64 and 255; DynamoDB takes 2048 bytes for a key. */
const longestAddress = 320

/**
 * The addresses of a resource in the domains that are served, the principal one first; none if it is deactivated.
 *
 * More is taken than a schema promises: `mail` and `proxyAddresses` of any extension, and a name that is an address. An
 * address too many costs the delivery of some spam; one that is missing loses somebody's mail.
 */
export function addressesOf(
  resource: Pick<Resource, 'type' | 'attributes'>,
  domains: readonly ServedDomain[],
): readonly HeldAddress[] {
  if (!isActive(resource)) return []
  const served = new Map(domains.map((domain) => [domain.name, domain]))
  const found = new Map<string, string>()
  for (const text of textsOf(resource)) {
    const address = parseAddress(text)
    const domain = address.kind === 'address' ? served.get(address.domain) : undefined
    if (address.kind !== 'address' || domain === undefined) continue
    const listedUnder = domain.aliasOf ?? domain.name
    const key = writeAddress(foldLocalPart(address.localPart, domain.foldCase), listedUnder)
    if (key.length <= longestAddress) found.set(key, listedUnder)
  }
  const [principal = null] = found.keys()
  return [...found].slice(0, mostAddresses).map(([address, domainName]) => {
    if (resource.type === 'Group') return { address, domainName, kind: 'group', target: null }
    if (address === principal) return { address, domainName, kind: 'mailbox', target: null }
    return { address, domainName, kind: 'alias', target: principal }
  })
}

/** Whatever may be an address, the likeliest principal one first. */
function textsOf({ type, attributes }: Pick<Resource, 'type' | 'attributes'>): readonly string[] {
  const objects = [attributes, ...Object.entries(attributes).flatMap(extensionOf)]
  const proxies = objects.flatMap((object) => valuesOf(field(object, 'proxyAddresses')))
  const emails = objects.flatMap((object) => listOf(field(object, 'emails')))
  const mails = objects.flatMap((object) => valuesOf(field(object, 'mail')))
  const name = field(attributes, type === 'User' ? 'userName' : 'displayName')
  return [
    // Active Directory writes the principal one as SMTP:, the others as smtp:.
    ...proxies.filter((text) => text.startsWith('SMTP:')).map(withoutPrefix),
    ...emails.filter((value) => isObject(value) && field(value, 'primary') === true).flatMap(valuesOf),
    ...mails.map(withoutPrefix),
    ...emails.flatMap(valuesOf),
    ...valuesOf(name),
    ...proxies.filter((text) => !/^(?!smtp:)[a-z0-9]+:/i.test(text)).map(withoutPrefix),
  ].map((text) => text.trim())
}

function extensionOf([name, value]: readonly [string, Json]): readonly JsonObject[] {
  return /^urn:/i.test(name) && isObject(value) ? [value] : []
}

function listOf(value: Json | undefined): readonly Json[] {
  if (value === undefined) return []
  return isList(value) ? value : [value]
}

function valuesOf(value: Json | undefined): readonly string[] {
  return listOf(value).flatMap((each) => {
    const text = isObject(each) ? field(each, 'value') : each
    return typeof text === 'string' ? [text] : []
  })
}

function withoutPrefix(text: string): string {
  return /^smtp:/i.test(text) ? text.slice('smtp:'.length) : text
}
