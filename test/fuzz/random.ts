/** Numbers that look random and are the same for the same seed: a finding can be repeated. */
export type Random = {
  /** 0 to `below - 1`. */
  readonly int: (below: number) => number
  readonly of: <Item>(items: readonly Item[]) => Item
}

/** Mulberry32, by Tommy Ettinger: 32 bits of state. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
  const int = (below: number): number => next() % Math.max(1, below)
  return { int, of: (items) => items[int(items.length)]! }
}
