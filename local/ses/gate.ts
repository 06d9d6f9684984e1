/** Lets a number of tasks run at once; the others wait in their order. */
export type Gate = { readonly enter: () => Promise<void>; readonly leave: () => void }

export function createGate(atOnce: number): Gate {
  const waiting: (() => void)[] = []
  let inside = 0
  return {
    enter: async () => {
      if (inside < atOnce) inside += 1
      else await new Promise<void>((resolve) => waiting.push(resolve))
    },
    leave: () => {
      const next = waiting.shift()
      if (next === undefined) inside -= 1
      else next()
    },
  }
}
