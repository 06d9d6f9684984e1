import { useEffect, useState } from 'preact/hooks'
import { useKept } from './kept.ts'

export type Theme = 'light' | 'dark'

export type Themed = {
  /** What is shown. */
  readonly theme: Theme
  /** What was chosen; `auto`: as the system has it. */
  readonly choice: string
  readonly choose: (choice: string) => void
}

const dark = matchMedia('(prefers-color-scheme: dark)')

/** The theme, also as `data-theme` of the document, which the style sheets follow. */
export function useTheme(): Themed {
  const [choice, choose] = useKept('theme', 'auto')
  const [isDark, setDark] = useState(dark.matches)
  useEffect(() => {
    const changed = (): void => setDark(dark.matches)
    dark.addEventListener('change', changed)
    return () => dark.removeEventListener('change', changed)
  }, [])
  const theme = choice === 'light' || choice === 'dark' ? choice : isDark ? 'dark' : 'light'
  // While it renders, not after: charts read their colours from the document.
  document.documentElement.dataset['theme'] = theme
  return { theme, choice, choose }
}
