import { blocklists } from './catalogue/blocklists.ts'
import type { CatalogueEntry, DeadList } from './catalogue/entry.ts'
import { deadLists, refusedLists } from './catalogue/refused-lists.ts'
import { specialLists } from './catalogue/special-lists.ts'
import { matchesText } from './protocol/dnsxl.ts'
import { keysIn } from './zone-keys.ts'

/** The lists that are known by name, as of 2026. */
export const catalogue: readonly CatalogueEntry[] = [...blocklists, ...specialLists]

/** By the zone's name as it stands in a term, its key in braces. */
export function findList(zone: string): CatalogueEntry | null {
  return catalogue.find((entry) => entry.zone === zone) ?? null
}

/** What a code of a list means; `null` where the list is not known, or the code is not published. */
export function meaningOf(zone: string, code: string): string | null {
  return findList(zone)?.codes.find(({ pattern }) => matchesText(pattern, code))?.meaning ?? null
}

/** Why a zone must not be asked, as the end of a sentence that starts with its name; `null` if it may be. */
export function whyRefused(zone: string): string | null {
  const dead = deadLists.find(({ zones }) => zones.some((gone) => isBelow(zone, gone)))
  if (dead !== undefined) return `is dead: ${describeDeath(dead)}`
  const keyed = keysIn(zone).length > 0
  const refused = refusedLists.find(
    ({ zones, unlessKeyed }) => !(keyed && unlessKeyed) && zones.some((suffix) => isBelow(zone, suffix)),
  )
  return refused === undefined ? null : `is refused: ${refused.why}`
}

/** `SORBS ended on 2024-06-05 and lists nobody since`. */
function describeDeath({ title, died, after }: DeadList): string {
  const when = `${died.length > 7 ? 'on' : 'in'} ${died}`
  return `${title} ended ${when} and ${after === 'empty' ? 'lists nobody since' : 'went on to list the whole world'}`
}

function isBelow(name: string, suffix: string): boolean {
  return name === suffix || name.endsWith(`.${suffix}`)
}
