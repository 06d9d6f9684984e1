import { useState } from 'preact/hooks'

/** State that the browser keeps for the next visit, where it lets us. */
export function useKept(name: string, otherwise: string): readonly [string, (value: string) => void] {
  const key = `quietgate.${name}`
  const [value, setValue] = useState(() => read(key) ?? otherwise)
  const set = (next: string): void => {
    setValue(next)
    write(key, next)
  }
  return [value, set]
}

/** A browser that forbids storage throws; the page works without. */
function read(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value)
  } catch {
    // The choice lasts as long as the page.
  }
}
