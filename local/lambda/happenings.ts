import type { FunctionError } from './function.ts'

/** What happens in a function's process, whichever side it is heard from. `exit` comes last, and once. */
export type Happening =
  | { readonly kind: 'next' }
  | { readonly kind: 'response'; readonly requestId: string; readonly json: string }
  | { readonly kind: 'error'; readonly requestId: string; readonly error: FunctionError }
  | { readonly kind: 'init-error'; readonly error: FunctionError }
  | { readonly kind: 'exit'; readonly reason: string; readonly outOfMemory: boolean }

export type Happenings = {
  readonly tell: (happening: Happening) => void
  /** Waits for the first happening that `pick` has a value for, at most `limitMs`; then for the value of `late`. */
  readonly wait: <T>(limitMs: number, pick: (happening: Happening) => T | null, late: () => T) => Promise<T>
}

export function createHappenings(): Happenings {
  const listeners = new Set<(happening: Happening) => void>()
  return {
    tell: (happening) => {
      for (const listener of [...listeners]) listener(happening)
    },
    wait: (limitMs, pick, late) =>
      new Promise((resolve) => {
        const listener = (happening: Happening): void => {
          const value = pick(happening)
          if (value === null) return
          clearTimeout(timer)
          listeners.delete(listener)
          resolve(value)
        }
        const timer = setTimeout(() => {
          listeners.delete(listener)
          resolve(late())
        }, limitMs)
        listeners.add(listener)
      }),
  }
}
