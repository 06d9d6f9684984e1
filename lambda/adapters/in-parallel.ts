/** Does `work` for every one, at most `atOnce` at a time. The first rejection is passed on, and nothing more is begun. */
export async function inParallel<T>(all: readonly T[], atOnce: number, work: (one: T) => Promise<void>): Promise<void> {
  let next = 0
  let failed = false
  const worker = async (): Promise<void> => {
    while (next < all.length && !failed) {
      const one = all[next] as T
      next += 1
      try {
        await work(one)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  // Whoever is told of a failure must know that nothing is under way any more.
  const ended = await Promise.allSettled(Array.from({ length: Math.min(atOnce, all.length) }, worker))
  for (const end of ended) if (end.status === 'rejected') throw end.reason
}

export function chunksOf<T>(all: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size))
}
