import type { AddressLookup } from '../../ports/address-lookup.ts'
import type { KeyReader } from '../keys.ts'

/**
 * The look-up of names that hold keys in braces, `2.0.0.127.{dqs}.zen.dq.spamhaus.net`: the key is put in for the question
 * alone. Whoever has the key can use the operator's subscription, so that even a bug's error is thrown without it.
 */
export const keyedLookup =
  (lookUp: AddressLookup, keys: KeyReader): AddressLookup =>
  async (name, signal) => {
    const parts = partsOf(name)
    if (parts === null) return lookUp(name, signal)
    const key = await keys(parts.key, signal)
    // Also when nobody waited for the key to come: the zone is not to blame for that time.
    if (key === null) return { answer: 'failed', cause: 'no-key' }
    try {
      return await lookUp(`${parts.before}${key}${parts.after}`, signal)
    } catch (error) {
      throw withoutKey(error, key)
    }
  }

/** A zone's name below the label that holds its key; the zone itself where it has none. */
export const withoutKeyLabel = (zone: string): string => {
  const brace = zone.lastIndexOf('}')
  return brace < 0 ? zone : zone.slice(zone.indexOf('.', brace) + 1)
}

type Parts = { readonly before: string; readonly key: string; readonly after: string }

const partsOf = (name: string): Parts | null => {
  const open = name.indexOf('{')
  const close = name.indexOf('}', open)
  if (open < 0 || close < 0) return null
  return { before: name.slice(0, open), key: name.slice(open + 1, close), after: name.slice(close + 1) }
}

/** A new error: the fields of the old one (`hostname` of node:dns), its cause and whatever else hold names, too. */
const withoutKey = (error: unknown, key: string): Error => {
  const masked = new Error(mask(error instanceof Error ? error.message : String(error), key))
  if (error instanceof Error) {
    masked.name = error.name
    if (error.stack !== undefined) masked.stack = mask(error.stack, key)
  }
  return masked
}

/** In any case: a name on its way through the DNS may change its case. */
const mask = (text: string, key: string): string => {
  const lower = text.toLowerCase()
  const wanted = key.toLowerCase()
  let masked = ''
  let from = 0
  for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, from)) {
    masked += `${text.slice(from, at)}***`
    from = at + wanted.length
  }
  return masked + text.slice(from)
}
