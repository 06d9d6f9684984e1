/**
 * The Sender Rewriting Scheme (Mengwong, 2003; the form of libsrs2), by which a forwarder puts itself into the return path:
 * its syntax. Whether a hash is genuine needs its key, and is no question of syntax.
 */

export type SrsOriginal = { readonly localPart: string; readonly domain: string }

/**
 * The return path that was rewritten; null if the local part is none of `SRS0=hash=timestamp=domain=local` and
 * `SRS1=hash=forwarder==hash=timestamp=domain=local` (any case; `+` or `-` may stand behind SRS0, SRS1, and in place
 * of the second `=` of the pair).
 */
export const srsOriginal = (localPart: string): SrsOriginal | null => {
  if (SRS0.test(localPart)) return original(localPart.slice(5))
  if (!SRS1.test(localPart)) return null
  const hop = /^[^=]+=[^=]+=[=+-]/.exec(localPart.slice(5))?.[0]
  return hop === undefined ? null : original(localPart.slice(5 + hop.length))
}

/**
 * The local part before `+SRS=hash=timestamp`, as Exchange Online Protection writes it when it forwards
 * (`alice+SRS=44ldt=IX@example.com`, at times with `=domain=local` behind); null if there is none.
 */
export const withoutEopSrs = (localPart: string): string | null => {
  const at = localPart.search(/\+SRS=/i)
  return at > 0 && /^[^=]+=[^=]/.test(localPart.slice(at + 5)) ? localPart.slice(0, at) : null
}

/** The local part comes last, because it may hold an equals sign. */
const original = (text: string): SrsOriginal | null => {
  const [hash, timestamp, domain, ...rest] = text.split('=')
  const localPart = rest.join('=')
  if (!hash || !timestamp || !domain || localPart === '') return null
  return { localPart, domain: domain.toLowerCase() }
}

const SRS0 = /^SRS0[=+-]/i
const SRS1 = /^SRS1[=+-]/i
