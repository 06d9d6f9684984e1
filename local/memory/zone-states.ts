import type { StateItem, ZoneStates } from '../../lambda/ports/zone-states.ts'
import { stateId } from '../../lambda/ports/zone-states.ts'

/** States that end with the process. */
export type MemoryZoneStates = ZoneStates & { readonly items: ReadonlyMap<string, StateItem> }

export function createMemoryZoneStates(): MemoryZoneStates {
  const items = new Map<string, StateItem>()
  return {
    items,
    read: (ids, signal) => {
      if (signal.aborted) return Promise.resolve(null)
      const found = ids.flatMap((id) => {
        const item = items.get(id)
        return item === undefined ? [] : [[id, item] as const]
      })
      return Promise.resolve(new Map(found))
    },
    write: (item, signal) => {
      if (signal.aborted) return Promise.resolve('failed')
      items.set(stateId(item), item)
      return Promise.resolve('written')
    },
  }
}
